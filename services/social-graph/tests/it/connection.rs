//! Connected people.

use crate::door::{Door, page, words};

#[tokio::test]
async fn connections_are_listed_newest_first_in_pages() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for number in 0..5 {
        let person = door.person(&format!("friend{number}")).await.unwrap();
        ada.follow(&person).await.unwrap();
        person.follow(&ada).await.unwrap();
    }
    let late = door.person("late").await.unwrap();
    let asked = door.person("asked").await.unwrap();
    ada.follow(&asked).await.unwrap();

    let first = ada.connections(page(3, "")).await.unwrap();
    let second = ada.connections(page(3, &first.page.unwrap().next_cursor)).await.unwrap();
    assert_eq!(second.page.unwrap().next_cursor, "");
    let users: Vec<_> = first.users.into_iter().chain(second.users).collect();
    let names: Vec<_> = users.iter().map(|user| user.username.as_str()).collect();
    assert_eq!(names, ["friend4", "friend3", "friend2", "friend1", "friend0"]);
    assert!(users.iter().all(|user| words(user.relationship.as_ref().unwrap()) == "accepted/accepted"));

    assert!(late.connections(page(0, "")).await.unwrap().users.is_empty());
    late.follow(&ada).await.unwrap();
    ada.follow(&late).await.unwrap();
    assert_eq!(late.connections(page(0, "")).await.unwrap().users[0].username, "ada");
    assert_eq!(ada.connections(page(1, "")).await.unwrap().users[0].username, "late");

    ada.unfollow(&late).await.unwrap();
    assert!(late.connections(page(0, "")).await.unwrap().users.is_empty());
}
