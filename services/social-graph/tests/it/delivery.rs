//! message-store is told of each connection and person: before the answer if it can be reached, else later, and never not.

use std::time::{Duration, Instant};

use pulse_testkit::eventually;

use crate::door::{Door, SOON, words};
use crate::neighbour::Told;

#[tokio::test]
async fn people_and_connections_are_told_before_the_answer() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let told = door.neighbour.told();
    assert_eq!(told.len(), 3, "{told:?}");
    let Told::Person(person) = &told[0] else { panic!("{told:?}") };
    assert_eq!(person.version, 1);
    let person = person.person.clone().unwrap();
    assert_eq!((person.user_id, person.username.as_str()), (ada.id().to_string(), "ada"));
    let Told::Relationship(connected) = &told[2] else { panic!("{told:?}") };
    assert!(connected.connected && connected.version == 2);

    bob.unfollow(&ada).await.unwrap();
    let told = door.neighbour.relationships();
    assert!(!told[1].connected && told[1].version == 3, "{told:?}");
    assert_eq!(door.count("SELECT count(*) FROM deliveries").await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_not_delivered_is_repeated_until_it_is_and_tells_the_present_state() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    door.neighbour.take_away();
    ada.follow(&bob).await.unwrap();
    assert_eq!(words(&bob.follow(&ada).await.unwrap()), "accepted/accepted", "answered all the same");
    assert_eq!(words(&bob.unfollow(&ada).await.unwrap()), "none/accepted");
    let carol = door.person("carol").await.unwrap();
    assert_eq!(door.count("SELECT count(*) FROM deliveries").await.unwrap(), 3);

    door.neighbour.bring_back();
    eventually(SOON, || async {
        (door.count("SELECT count(*) FROM deliveries").await.unwrap() == 0).then_some(())
    })
    .await
    .unwrap();
    let told = door.neighbour.relationships();
    assert!(told.iter().all(|told| !told.connected && told.version == 3), "nothing stale: {told:?}");
    let people = door.neighbour.people();
    assert_eq!(people.last().unwrap().person.as_ref().unwrap().user_id, carol.id().to_string());
}

#[tokio::test]
async fn a_restart_between_the_commit_and_the_delivery_loses_nothing() {
    let mut door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    door.neighbour.take_away();
    ada.follow(&bob).await.unwrap();
    bob.follow(&ada).await.unwrap();
    door.restart().await.unwrap();
    assert!(door.neighbour.relationships().is_empty());
    door.neighbour.bring_back();
    eventually(SOON, || async { (!door.neighbour.relationships().is_empty()).then_some(()) }).await.unwrap();
    assert!(door.neighbour.relationships()[0].connected);
}

#[tokio::test]
async fn a_slow_neighbour_delays_an_answer_by_the_deadline_and_no_more() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    door.neighbour.delay(Duration::from_secs(30));
    let asked = Instant::now();
    assert_eq!(words(&bob.follow(&ada).await.unwrap()), "accepted/accepted");
    let waited = asked.elapsed();
    assert!((Duration::from_secs(2)..Duration::from_millis(3500)).contains(&waited), "{waited:?}");
    door.neighbour.delay(Duration::ZERO);
    eventually(SOON, || async { door.neighbour.relationships().first().cloned() }).await.unwrap();
}
