//! Requests: answered once, by the one who was asked, and listed.

use pulse_proto::graph::v1::FollowDirection;
use pulse_rpc::Reason;

use crate::door::{Door, page, words};

#[tokio::test]
async fn accepting_with_follow_back_connects() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let request = bob.only_request().await;
    assert_eq!(request.user.clone().unwrap().username, "ada");
    assert_eq!(words(&bob.accept(&request.request_id, true).await.unwrap()), "accepted/accepted");
    let told = door.neighbour.relationships();
    assert_eq!(told.len(), 1);
    assert!(told[0].connected && told[0].version == 2, "{told:?}");
    assert_eq!(ada.connections(page(0, "")).await.unwrap().users[0].username, "bob");
    assert_eq!(bob.connections(page(0, "")).await.unwrap().users[0].username, "ada");
}

#[tokio::test]
async fn accepting_without_follow_back_accepts_one_direction() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let request_id = bob.only_request().await.request_id;
    assert_eq!(words(&bob.accept(&request_id, false).await.unwrap()), "none/accepted");
    assert_eq!(words(&ada.relationship_to(&bob).await), "accepted/none");
    assert!(door.neighbour.relationships().is_empty(), "they are not connected");
}

#[tokio::test]
async fn after_a_decline_nothing_is_left_and_one_may_ask_again() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let declined = bob.only_request().await.request_id;
    bob.decline(&declined).await.unwrap();
    assert_eq!(words(&ada.relationship_to(&bob).await), "none/none");
    ada.follow(&bob).await.unwrap();
    assert_ne!(bob.only_request().await.request_id, declined, "another request");
    assert_eq!(
        bob.accept(&declined, true).await.unwrap_err().reason,
        Reason::NotFound,
        "the old one is answered"
    );
}

#[tokio::test]
async fn answered_foreign_and_unknown_requests_are_not_found() {
    let door = Door::open().await.unwrap();
    let (ada, bob, eve) = (
        door.person("ada").await.unwrap(),
        door.person("bob").await.unwrap(),
        door.person("eve").await.unwrap(),
    );
    ada.follow(&bob).await.unwrap();
    let request_id = bob.only_request().await.request_id;
    for stranger in [&eve, &ada] {
        assert_eq!(stranger.accept(&request_id, true).await.unwrap_err().reason, Reason::NotFound);
        assert_eq!(stranger.decline(&request_id).await.unwrap_err().reason, Reason::NotFound);
    }
    bob.accept(&request_id, false).await.unwrap();
    assert_eq!(bob.accept(&request_id, true).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(bob.decline(&request_id).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(bob.accept("not-an-id", true).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn fifty_answers_at_once_are_one() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let request_id = bob.only_request().await.request_id;
    let answers: Vec<_> = (0..50)
        .map(|_| {
            let (bob, request_id) = (bob.clone(), request_id.clone());
            tokio::spawn(async move { bob.accept(&request_id, true).await })
        })
        .collect();
    let mut accepted = 0;
    for answer in answers {
        match answer.await.unwrap() {
            Ok(_) => accepted += 1,
            Err(failure) => assert_eq!(failure.reason, Reason::NotFound),
        }
    }
    assert_eq!(accepted, 1);
    assert_eq!(door.neighbour.relationships().len(), 1);
}

#[tokio::test]
async fn requests_are_listed_newest_first_in_pages() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let mut asking = Vec::new();
    for number in 0..5 {
        let person = door.person(&format!("asking{number}")).await.unwrap();
        person.follow(&ada).await.unwrap();
        asking.push(person);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    let mut pages = 0;
    loop {
        let listed = ada.requests(FollowDirection::Incoming, page(2, &cursor)).await.unwrap();
        assert!(listed.requests.len() <= 2);
        for request in listed.requests {
            let user = request.user.unwrap();
            assert_eq!(words(&user.relationship.unwrap()), "none/requested");
            seen.push(user.username);
        }
        pages += 1;
        cursor = listed.page.unwrap().next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["asking4", "asking3", "asking2", "asking1", "asking0"]);
    assert_eq!(pages, 3);

    let outgoing = asking[0].requests(FollowDirection::Outgoing, page(0, "")).await.unwrap();
    assert_eq!(outgoing.requests[0].user.as_ref().unwrap().username, "ada");
    assert!(ada.requests(FollowDirection::Outgoing, page(0, "")).await.unwrap().requests.is_empty());
}

#[tokio::test]
async fn limits_and_cursors_that_are_not_valid_are_refused() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for number in 0..3 {
        door.person(&format!("asking{number}")).await.unwrap().follow(&ada).await.unwrap();
    }
    let field = |failure: pulse_rpc::Failure| {
        assert_eq!(failure.reason, Reason::ValidationFailed);
        failure.fields[0].field.clone()
    };
    assert_eq!(field(ada.requests(FollowDirection::Incoming, page(101, "")).await.unwrap_err()), "limit");
    assert_eq!(
        field(ada.requests(FollowDirection::Incoming, page(1, "garbage")).await.unwrap_err()),
        "cursor"
    );
    let first = ada.requests(FollowDirection::Incoming, page(1, "")).await.unwrap();
    let cursor = first.page.unwrap().next_cursor;
    ada.requests(FollowDirection::Incoming, page(1, &cursor)).await.unwrap();
    assert_eq!(field(ada.requests(FollowDirection::Outgoing, page(1, &cursor)).await.unwrap_err()), "cursor");
    assert_eq!(field(ada.connections(page(1, &cursor)).await.unwrap_err()), "cursor");
    let other_size = ada.requests(FollowDirection::Incoming, page(2, &cursor)).await;
    assert_eq!(field(other_size.unwrap_err()), "cursor");
}
