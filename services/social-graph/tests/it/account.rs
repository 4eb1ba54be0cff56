//! `account.registered` makes the profile that the direct call did not make.

use pulse_events::{Event, EventType, subjects};
use pulse_proto::auth::v1::AccountRegistered;
use pulse_proto::graph::v1::get_user_request::By;
use pulse_testkit::eventually;
use pulse_types::{SystemClock, UserId};

use crate::door::{Door, SOON, new_profile};

fn registered(user_id: UserId, username: &str) -> Event {
    let payload = AccountRegistered {
        user_id: user_id.to_string(),
        username: username.to_owned(),
        display_name: String::new(),
        registered_at: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
    };
    Event::new(EventType::AccountRegistered, &payload, &SystemClock)
}

#[tokio::test]
async fn an_event_makes_the_profile_and_a_second_delivery_of_it_changes_nothing() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let publisher = door.auth_publisher().await.unwrap();
    let bob_id = UserId::new(&SystemClock);
    let first = registered(bob_id, "bob");
    // Another id, or the stream itself would drop the repeat and nothing would be proved.
    let again = registered(bob_id, "bob");
    // Handled in order: once the last one is there, all before it were handled.
    let last_id = UserId::new(&SystemClock);
    for event in [&first, &again, &registered(last_id, "carol")] {
        publisher.publish(subjects::account_registered(bob_id), event).await.unwrap();
    }
    eventually(SOON, || async { ada.look_up(By::UserId(last_id.to_string())).await.ok() }).await.unwrap();
    let bob = ada.look_up(By::Username("bob".to_owned())).await.unwrap();
    assert_eq!(bob.user_id, bob_id.to_string());
    assert_eq!(bob.display_name, "bob");
    assert_eq!(bob.created_at.unwrap().seconds, 1_790_000_000);
    let told = door.neighbour.people();
    let of_bob = told.iter().filter(|told| told.person.as_ref().unwrap().username == "bob").count();
    assert_eq!(of_bob, 1, "{told:?}");
}

#[tokio::test]
async fn an_event_after_the_direct_call_and_events_that_cannot_succeed_do_not_stop_the_others() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    let publisher = door.auth_publisher().await.unwrap();
    let last_id = UserId::new(&SystemClock);
    let events = [
        registered(ada.id(), "ada"),
        registered(UserId::new(&SystemClock), "ada"),
        registered(UserId::new(&SystemClock), "no good name"),
        registered(last_id, "carol"),
    ];
    for event in &events {
        publisher.publish(subjects::account_registered(last_id), event).await.unwrap();
    }
    eventually(SOON, || async { ada.look_up(By::UserId(last_id.to_string())).await.ok() }).await.unwrap();
    assert_eq!(door.count("SELECT count(*) FROM profiles").await.unwrap(), 2);
    // The direct call after the event is as good.
    let mut auth = door.client_of(pulse_rpc::ServiceName::Auth).unwrap();
    auth.create_profile(new_profile(last_id, "carol", "")).await.unwrap();
}
