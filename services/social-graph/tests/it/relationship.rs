//! Following and unfollowing: every case of the contract, also in the same moment.

use pulse_rpc::Reason;
use pulse_types::{SystemClock, UserId};

use crate::door::{Door, words};

#[tokio::test]
async fn a_follow_asks_and_repeating_it_changes_nothing() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "requested/none");
    let first = bob.only_request().await;
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "requested/none");
    assert_eq!(bob.only_request().await, first);
    assert_eq!(words(&bob.relationship_to(&ada).await), "none/requested");
    assert_eq!(door.count("SELECT version FROM pairs").await.unwrap(), 1);
}

#[tokio::test]
async fn whoever_asks_a_person_who_follows_them_is_accepted_at_once() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    bob.accept(&bob.only_request().await.request_id, false).await.unwrap();
    assert_eq!(words(&bob.follow(&ada).await.unwrap()), "accepted/accepted");
    assert_eq!(words(&ada.relationship_to(&bob).await), "accepted/accepted");
}

#[tokio::test]
async fn requests_that_cross_are_both_accepted() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.follow(&bob).await.unwrap();
    let request_id = bob.only_request().await.request_id;
    assert_eq!(words(&bob.follow(&ada).await.unwrap()), "accepted/accepted");
    assert_eq!(
        bob.accept(&request_id, true).await.unwrap_err().reason,
        Reason::NotFound,
        "nothing is pending"
    );
    assert_eq!(door.count("SELECT count(*) FROM follows WHERE state = 'requested'").await.unwrap(), 0);
}

#[tokio::test]
async fn requests_that_cross_in_the_same_moment_connect_in_each_of_fifty_rounds() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for round in 0..50 {
        let both = [(ada.clone(), bob.clone()), (bob.clone(), ada.clone())];
        // Two calls of each, all four at once.
        let calls: Vec<_> = both
            .iter()
            .cycle()
            .take(4)
            .cloned()
            .map(|(from, to)| tokio::spawn(async move { from.follow(&to).await }))
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(words(&call.await.unwrap().unwrap()));
        }
        assert!(answers.iter().any(|answer| answer == "accepted/accepted"), "round {round}: {answers:?}");
        for (from, to) in &both {
            assert_eq!(words(&from.relationship_to(to).await), "accepted/accepted", "round {round}");
            assert!(from.requests(<_>::default(), <_>::default()).await.unwrap().requests.is_empty());
        }
        assert!(door.neighbour.relationships().last().unwrap().connected, "round {round}");
        ada.unfollow(&bob).await.unwrap();
        bob.unfollow(&ada).await.unwrap();
        assert_eq!(words(&ada.relationship_to(&bob).await), "none/none", "round {round}");
    }
    let told = door.neighbour.relationships();
    assert_eq!(told.len(), 100, "connected and disconnected once in each round");
    assert!(told.is_sorted_by_key(|told| told.version), "numbered in order");
}

#[tokio::test]
async fn an_answer_and_a_withdrawal_in_the_same_moment_leave_one_truth() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for _ in 0..20 {
        ada.follow(&bob).await.unwrap();
        let request_id = bob.only_request().await.request_id;
        let answer = tokio::spawn({
            let bob = bob.clone();
            async move { bob.accept(&request_id, true).await }
        });
        let withdrawn = ada.unfollow(&bob).await.unwrap();
        let now = words(&ada.relationship_to(&bob).await);
        match answer.await.unwrap() {
            // Accepted first, then unfollowed.
            Ok(_) => {
                assert_eq!((words(&withdrawn).as_str(), now.as_str()), ("none/accepted", "none/accepted"))
            }
            Err(failure) => {
                assert_eq!(failure.reason, Reason::NotFound);
                assert_eq!((words(&withdrawn).as_str(), now.as_str()), ("none/none", "none/none"));
            }
        }
        bob.unfollow(&ada).await.unwrap();
    }
}

#[tokio::test]
async fn who_approves_nobody_is_followed_at_once() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    door.choose(&bob, "UPDATE profiles SET approve_follows = FALSE WHERE user_id = $1").await.unwrap();
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "accepted/none");
    assert_eq!(words(&bob.follow(&ada).await.unwrap()), "accepted/accepted");
}

#[tokio::test]
async fn who_lets_nobody_follow_refuses_all_but_those_they_follow_or_have_asked() {
    let door = Door::open().await.unwrap();
    let (ada, bob, carol) = (
        door.person("ada").await.unwrap(),
        door.person("bob").await.unwrap(),
        door.person("carol").await.unwrap(),
    );
    door.choose(&bob, "UPDATE profiles SET who_can_follow = 'nobody' WHERE user_id = $1").await.unwrap();
    assert_eq!(ada.follow(&bob).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(words(&ada.relationship_to(&bob).await), "none/none");

    bob.follow(&ada).await.unwrap();
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "accepted/accepted", "asked");
    bob.follow(&carol).await.unwrap();
    carol.accept(&carol.only_request().await.request_id, false).await.unwrap();
    assert_eq!(words(&carol.follow(&bob).await.unwrap()), "accepted/accepted", "followed");
}

#[tokio::test]
async fn unfollowing_ends_one_direction_or_takes_a_request_back() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    assert_eq!(words(&ada.unfollow(&bob).await.unwrap()), "none/accepted");
    assert_eq!(words(&ada.unfollow(&bob).await.unwrap()), "none/accepted", "repeated");
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "accepted/accepted", "still followed");

    let carol = door.person("carol").await.unwrap();
    assert_eq!(words(&ada.unfollow(&carol).await.unwrap()), "none/none", "nothing was there");
    ada.follow(&carol).await.unwrap();
    let request_id = carol.only_request().await.request_id;
    assert_eq!(words(&ada.unfollow(&carol).await.unwrap()), "none/none");
    assert_eq!(carol.accept(&request_id, true).await.unwrap_err().reason, Reason::NotFound, "taken back");
}

#[tokio::test]
async fn oneself_and_nobody_are_refused() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for refused in [ada.follow(&ada).await.unwrap_err(), ada.unfollow(&ada).await.unwrap_err()] {
        assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "user_id"));
    }
    let nobody = UserId::new(&SystemClock).to_string();
    assert_eq!(ada.follow_id(&nobody).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(ada.follow_id("bob").await.unwrap_err().reason, Reason::ValidationFailed);
}
