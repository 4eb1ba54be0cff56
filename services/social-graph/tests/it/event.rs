//! What people are told live.

use std::time::Duration;

use pulse_events::EventType;
use pulse_proto::graph::v1::{FollowRequested, RelationshipUpdated};
use pulse_testkit::eventually;
use tokio::time::timeout;

use crate::door::{Door, SOON, words};

#[tokio::test]
async fn both_are_told_of_each_change_as_they_see_it_and_the_asked_one_of_the_request() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    let mut of_ada = door.inbox(&ada).await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    ada.follow(&bob).await.unwrap();

    let updated = timeout(SOON, of_ada.next()).await.unwrap().unwrap();
    assert_eq!(updated.event_type, EventType::RelationshipUpdated);
    let updated: RelationshipUpdated = updated.decode().unwrap();
    assert_eq!(updated.user_id, bob.id().to_string());
    assert_eq!(words(&updated.user.unwrap().relationship.unwrap()), "requested/none");

    let updated: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!(updated.user_id, ada.id().to_string());
    assert_eq!(words(&updated.user.unwrap().relationship.unwrap()), "none/requested");

    let requested = timeout(SOON, of_bob.next()).await.unwrap().unwrap();
    assert_eq!(requested.event_type, EventType::FollowRequested);
    let requested: FollowRequested = requested.decode().unwrap();
    let by = requested.user.unwrap();
    assert_eq!((by.user_id, by.username.as_str()), (ada.id().to_string(), "ada"));
    assert_eq!(words(&by.relationship.unwrap()), "none/requested");

    // A repeat is no change, so the next event is that of the answer.
    ada.follow(&bob).await.unwrap();
    bob.decline(&requested.request_id).await.unwrap();
    let updated: RelationshipUpdated = timeout(SOON, of_ada.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!(words(&updated.user.unwrap().relationship.unwrap()), "none/none");
}

#[tokio::test]
async fn whoever_hears_of_a_connection_may_write_at_once() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let mut of_ada = door.inbox(&ada).await.unwrap();
    door.neighbour.delay(Duration::from_millis(300));
    let hears = async { (timeout(SOON, of_ada.next()).await, door.neighbour.relationships()) };
    let (answer, (updated, known)) = tokio::join!(bob.follow(&ada), hears);
    assert!(known.iter().any(|told| told.connected), "message-store is still to be told: {known:?}");
    let updated: RelationshipUpdated = updated.unwrap().unwrap().decode().unwrap();
    assert_eq!(words(&updated.user.unwrap().relationship.unwrap()), "accepted/accepted");
    answer.unwrap();
}

#[tokio::test]
async fn events_wait_in_the_outbox_while_the_broker_is_down() {
    let mut door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    door.nats.stop().await;
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "requested/none");
    assert_eq!(door.count("SELECT count(*) FROM outbox").await.unwrap(), 3);
    door.nats.start_again().await.unwrap();
    eventually(SOON, || async {
        (door.count("SELECT count(*) FROM outbox").await.unwrap() == 0).then_some(())
    })
    .await
    .unwrap();
}
