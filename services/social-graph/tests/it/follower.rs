//! Followers and followed people.

use pulse_proto::common::v1::PageRequest;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Failure, Reason};
use pulse_types::{SystemClock, UserId};

use crate::block::names;
use crate::door::{Door, Person, page, words};

impl Person {
    pub(crate) async fn followers(
        &self,
        of: &Person,
        page: PageRequest,
    ) -> Result<ListFollowersResponse, Failure> {
        let message = ListFollowersRequest { user_id: of.id().to_string(), page: Some(page) };
        let answer = self.client().list_followers(self.principal.request(message)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    pub(crate) async fn following(
        &self,
        of: &Person,
        page: PageRequest,
    ) -> Result<ListFollowingResponse, Failure> {
        let message = ListFollowingRequest { user_id: of.id().to_string(), page: Some(page) };
        let answer = self.client().list_following(self.principal.request(message)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    pub(crate) async fn remove_follower(&self, other: &Person) -> Result<(), Failure> {
        let request = self.principal.request(RemoveFollowerRequest { user_id: other.id().to_string() });
        self.client().remove_follower(request).await.map_err(Failure::from_status)?;
        Ok(())
    }
}

const OPEN: &str = "UPDATE profiles SET approve_follows = FALSE WHERE user_id = $1";

#[tokio::test]
async fn both_lists_are_newest_first_in_pages_and_hold_accepted_follows_alone() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    door.choose(&ada, OPEN).await.unwrap();
    for number in 0..3 {
        door.person(&format!("fan{number}")).await.unwrap().follow(&ada).await.unwrap();
    }
    let (idol, shy) = (door.person("idol").await.unwrap(), door.person("shy").await.unwrap());
    door.choose(&idol, OPEN).await.unwrap();
    ada.follow(&idol).await.unwrap();
    ada.follow(&shy).await.unwrap();

    let first = ada.followers(&ada, page(2, "")).await.unwrap();
    let second = ada.followers(&ada, page(2, &first.page.unwrap().next_cursor)).await.unwrap();
    assert_eq!(second.page.unwrap().next_cursor, "");
    assert_eq!(words(&first.users[0].relationship.unwrap()), "none/accepted");
    assert_eq!(names(first.users), ["fan2", "fan1"]);
    assert_eq!(names(second.users), ["fan0"]);
    let following = ada.following(&ada, page(0, "")).await.unwrap().users;
    assert_eq!(names(following), ["idol"], "without who has only been asked");
}

#[tokio::test]
async fn lists_of_others_are_shown_to_connected_people_alone_and_without_whom_they_may_not_see() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let (carol, dan) = (door.person("carol").await.unwrap(), door.person("dan").await.unwrap());
    for friend in [&carol, &dan] {
        friend.follow(&bob).await.unwrap();
        bob.follow(friend).await.unwrap();
    }
    for stranger in [&carol, &dan] {
        assert_eq!(stranger.followers(&ada, page(0, "")).await.unwrap_err().reason, Reason::NotConnected);
        assert_eq!(stranger.following(&ada, page(0, "")).await.unwrap_err().reason, Reason::NotConnected);
    }
    assert_eq!(names(ada.followers(&bob, page(0, "")).await.unwrap().users), ["dan", "carol", "ada"]);
    carol.block(&ada).await.unwrap();
    ada.block(&dan).await.unwrap();
    for users in [
        ada.followers(&bob, page(0, "")).await.unwrap().users,
        ada.following(&bob, page(0, "")).await.unwrap().users,
    ] {
        let blocking: Vec<_> =
            users.iter().map(|user| user.relationship.is_some_and(|seen| seen.blocking)).collect();
        assert_eq!(blocking, [true, false], "whom one blocks is shown as such");
        assert_eq!(names(users), ["dan", "ada"], "who blocks one is not there");
    }
    // Pages are full all the same.
    let one = ada.followers(&bob, page(1, "")).await.unwrap();
    assert_eq!((one.users.len(), one.page.unwrap().next_cursor.is_empty()), (1, false));
}

#[tokio::test]
async fn removing_a_follower_ends_their_follow_or_declines_their_request() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    ada.remove_follower(&bob).await.unwrap();
    ada.remove_follower(&bob).await.unwrap();
    assert_eq!(words(&ada.relationship_to(&bob).await), "accepted/none");
    assert!(!door.neighbour.relationships().pop().unwrap().connected);

    let carol = door.person("carol").await.unwrap();
    ada.remove_follower(&carol).await.unwrap();
    carol.follow(&ada).await.unwrap();
    ada.remove_follower(&carol).await.unwrap();
    assert_eq!(words(&carol.relationship_to(&ada).await), "none/none");
    assert!(ada.requests(<_>::default(), page(0, "")).await.unwrap().requests.is_empty());
    assert_eq!(ada.remove_follower(&ada).await.unwrap_err().reason, Reason::ValidationFailed);
}

#[tokio::test]
async fn several_people_are_told_at_once_and_unknown_ones_left_out() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let unknown = UserId::new(&SystemClock);
    let users = ada.users(&[bob.id(), unknown, ada.id(), bob.id()]).await;
    assert_eq!(users.len(), 2);
    for user in users {
        let relationship = user.relationship.as_ref().map(words);
        let expected = (user.username == "bob").then(|| "accepted/accepted".to_owned());
        assert_eq!(relationship, expected, "{}", user.username);
    }
    let too_many = GetUsersRequest { user_ids: vec![bob.id().to_string(); 201] };
    let refused = ada.client().get_users(ada.principal.request(too_many)).await.unwrap_err();
    assert_eq!(Failure::from_status(refused).reason, Reason::ValidationFailed);
}
