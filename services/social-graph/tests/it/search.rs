//! Finding people.

use pulse_rpc::Reason;

use crate::door::{Door, Person, page, words};

async fn names(person: &Person, query: &str) -> Vec<String> {
    let found = person.search(query, page(0, "")).await.unwrap();
    found.users.into_iter().map(|user| user.username).collect()
}

#[tokio::test]
async fn prefixes_come_first_then_what_contains_the_query_or_is_like_it() {
    let door = Door::open().await.unwrap();
    let looking = door.person("looking").await.unwrap();
    door.person_called("mary", "Mary").await.unwrap();
    door.person_called("xavier", "Marius X").await.unwrap();
    door.person_called("omar", "Omar").await.unwrap();
    door.person_called("zoe", "Zoe Ymar").await.unwrap();
    door.person_called("edward", "Éd Élan").await.unwrap();
    assert_eq!(names(&looking, "MAR").await, ["mary", "xavier", "omar", "zoe"]);
    assert_eq!(names(&looking, " éd é").await, ["edward"], "beyond ASCII, in any case");
    assert_eq!(names(&looking, "élan").await, ["edward"]);
    assert!(names(&looking, "%").await.is_empty(), "not a pattern");
    assert!(names(&looking, "_ar").await.is_empty());
    assert!(names(&looking, "\\").await.is_empty());

    door.person_called("countess", "Ada Lovelace").await.unwrap();
    assert_eq!(names(&looking, "lovelase").await, ["countess"], "a letter is wrong");
    assert_eq!(names(&looking, "lace").await, ["countess"], "contained, and not like it");
}

#[tokio::test]
async fn the_likest_come_first_and_pages_keep_the_order() {
    let door = Door::open().await.unwrap();
    let looking = door.person("looking").await.unwrap();
    for (username, display_name) in [
        ("aa1", "Anna Marks"),
        ("aa2", "The Marksman"),
        ("aa3", "x marks"),
        ("aa4", "Denmark"),
        ("aa5", "y marks"),
    ] {
        door.person_called(username, display_name).await.unwrap();
    }
    let all = names(&looking, "marks").await;
    assert_eq!(all, ["aa1", "aa3", "aa5", "aa2"], "by likeness, then by username");
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let found = looking.search("marks", page(1, &cursor)).await.unwrap();
        paged.extend(found.users.into_iter().map(|user| user.username));
        cursor = found.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn neither_of_two_people_finds_the_other_one_while_there_is_a_block_and_pages_stay_full() {
    let door = Door::open().await.unwrap();
    let looking = door.person("looking").await.unwrap();
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(door.person_called(&format!("zed{number}"), "The Bobsled").await.unwrap());
    }
    looking.block(&people[0]).await.unwrap();
    people[1].block(&looking).await.unwrap();
    for query in ["zed", "bobsle", "bobsled"] {
        let first = looking.search(query, page(1, "")).await.unwrap();
        let second = looking.search(query, page(1, &first.page.unwrap().next_cursor)).await.unwrap();
        assert_eq!(second.page.unwrap().next_cursor, "");
        assert_eq!([&first.users[0].username, &second.users[0].username], ["zed2", "zed3"], "{query}");
    }
    for hidden in &people[..2] {
        assert!(names(hidden, "looking").await.is_empty());
    }
    assert_eq!(names(&people[2], "looking").await, ["looking"]);
}

#[tokio::test]
async fn the_caller_and_undiscoverable_people_are_left_out() {
    let door = Door::open().await.unwrap();
    let (ada, adam) = (door.person("ada").await.unwrap(), door.person("adam").await.unwrap());
    assert_eq!(names(&ada, "ada").await, ["adam"]);
    door.choose(&adam, "UPDATE profiles SET discoverable = FALSE WHERE user_id = $1").await.unwrap();
    adam.follow(&ada).await.unwrap();
    ada.follow(&adam).await.unwrap();
    assert!(names(&ada, "ada").await.is_empty(), "hidden from connections too");
    assert_eq!(words(&ada.relationship_to(&adam).await), "accepted/accepted", "by id they are found");
}

#[tokio::test]
async fn every_page_of_a_search_goes_on_where_the_last_one_ended() {
    let door = Door::open().await.unwrap();
    let looking = door.person("looking").await.unwrap();
    for number in 0..4 {
        door.person(&format!("sam{number}")).await.unwrap();
        door.person(&format!("x.sam{number}")).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let found = looking.search("sam", page(3, &cursor)).await.unwrap();
        seen.extend(found.users.into_iter().map(|user| user.username));
        cursor = found.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["sam0", "sam1", "sam2", "sam3", "x.sam0", "x.sam1", "x.sam2", "x.sam3"]);
    let first = looking.search("sam", page(3, "")).await.unwrap().page.unwrap().next_cursor;
    let other_query = looking.search("x", page(3, &first)).await.unwrap_err();
    assert_eq!(other_query.fields[0].field, "cursor");
}

#[tokio::test]
async fn a_query_has_1_to_64_characters() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for query in ["", "   ", &"x".repeat(65)] {
        let refused = ada.search(query, page(0, "")).await.unwrap_err();
        assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "q"));
    }
    ada.search(&"x".repeat(64), page(0, "")).await.unwrap();
}
