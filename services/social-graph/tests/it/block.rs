//! Blocks: who is hidden from whom, and when a block is answered.

use std::time::Duration;

use pulse_events::EventType;
use pulse_proto::common::v1::PageRequest;
use pulse_proto::graph::v1::block_service_client::BlockServiceClient;
use pulse_proto::graph::v1::get_user_request::By;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Failure, Reason};
use pulse_testkit::eventually;
use pulse_types::{SystemClock, UserId};
use tokio::time::timeout;

use crate::door::{Door, Person, SOON, page, words};

impl Person {
    pub(crate) async fn block(&self, other: &Person) -> Result<(), Failure> {
        self.block_id(&other.id().to_string()).await
    }

    async fn block_id(&self, user_id: &str) -> Result<(), Failure> {
        let request = self.principal.request(BlockUserRequest { user_id: user_id.to_owned() });
        BlockServiceClient::new(self.wire()).block_user(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    pub(crate) async fn unblock(&self, other: &Person) -> Result<(), Failure> {
        let request = self.principal.request(UnblockUserRequest { user_id: other.id().to_string() });
        BlockServiceClient::new(self.wire()).unblock_user(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    async fn blocks(&self, page: PageRequest) -> ListBlocksResponse {
        let request = self.principal.request(ListBlocksRequest { page: Some(page) });
        BlockServiceClient::new(self.wire()).list_blocks(request).await.unwrap().into_inner()
    }

    pub(crate) async fn blocked_names(&self) -> Vec<String> {
        names(self.blocks(page(0, "")).await.users)
    }

    pub(crate) async fn users(&self, user_ids: &[UserId]) -> Vec<User> {
        let user_ids = user_ids.iter().map(ToString::to_string).collect();
        let request = self.principal.request(GetUsersRequest { user_ids });
        self.client().get_users(request).await.unwrap().into_inner().users
    }
}

pub(crate) fn names(users: Vec<User>) -> Vec<String> {
    users.into_iter().map(|user| user.username).collect()
}

/// Asserts that everything `viewer` may ask of `hidden` is answered as if there were nobody.
async fn assert_hidden(viewer: &Person, hidden: &Person, username: &str) {
    let by_id = By::UserId(hidden.id().to_string());
    let refusals = [
        viewer.look_up(by_id).await.unwrap_err(),
        viewer.look_up(By::Username(username.to_owned())).await.unwrap_err(),
        viewer.follow(hidden).await.unwrap_err(),
        viewer.unfollow(hidden).await.unwrap_err(),
        viewer.remove_follower(hidden).await.unwrap_err(),
        viewer.mute(hidden).await.unwrap_err(),
        viewer.unmute(hidden).await.unwrap_err(),
        viewer.followers(hidden, page(0, "")).await.unwrap_err(),
        viewer.following(hidden, page(0, "")).await.unwrap_err(),
        viewer.report(hidden, None, "spam", "").await.unwrap_err(),
    ];
    let nobody = By::UserId(UserId::new(&SystemClock).to_string());
    let nobody = viewer.look_up(nobody).await.unwrap_err();
    for (index, refusal) in refusals.iter().enumerate() {
        assert_eq!((refusal.reason, &refusal.detail), (Reason::NotFound, &nobody.detail), "call {index}");
    }
    assert!(viewer.users(&[hidden.id()]).await.is_empty());
    let found = viewer.search(username, page(0, "")).await.unwrap().users;
    assert!(!names(found).contains(&username.to_owned()));
}

#[tokio::test]
async fn a_block_ends_both_follows_and_hides_the_blocker_from_the_blocked_everywhere() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    bob.mute(&ada).await.unwrap();
    ada.block(&bob).await.unwrap();
    assert_hidden(&bob, &ada, "ada").await;
    assert!(bob.connections(page(0, "")).await.unwrap().users.is_empty());
    assert!(bob.muted_names().await.is_empty(), "left out of one's own mutes too");

    let seen = ada.look_up(By::UserId(bob.id().to_string())).await.unwrap().relationship.unwrap();
    assert!(seen.blocking && !seen.connected && !seen.muting);
    assert_eq!((seen.following(), seen.followed_by()), (FollowState::None, FollowState::None));
    assert!(ada.search("bob", page(0, "")).await.unwrap().users.is_empty(), "absent from search");
    assert_eq!(ada.follow(&bob).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(ada.users(&[bob.id(), ada.id()]).await.len(), 2);
    assert_eq!(ada.blocked_names().await, ["bob"]);

    ada.unblock(&bob).await.unwrap();
    ada.unblock(&bob).await.unwrap();
    assert_eq!(words(&ada.relationship_to(&bob).await), "none/none", "what the block ended stays ended");
    assert_eq!(words(&ada.follow(&bob).await.unwrap()), "requested/none");
    assert_eq!(bob.muted_names().await, ["ada"], "the mute was his");
}

#[tokio::test]
async fn a_block_ends_requests_of_both() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    bob.follow(&ada).await.unwrap();
    let request_id = ada.only_request().await.request_id;
    ada.block(&bob).await.unwrap();
    assert_eq!(ada.accept(&request_id, true).await.unwrap_err().reason, Reason::NotFound);
    let outgoing = bob.requests(FollowDirection::Outgoing, page(0, "")).await.unwrap();
    assert!(outgoing.requests.is_empty());
    ada.unblock(&bob).await.unwrap();

    ada.follow(&bob).await.unwrap();
    ada.block(&bob).await.unwrap();
    assert!(bob.requests(<_>::default(), page(0, "")).await.unwrap().requests.is_empty());
}

#[tokio::test]
async fn whoever_is_blocked_may_block_back_and_sees_the_other_one_in_their_own_blocks_alone() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.block(&bob).await.unwrap();
    bob.block(&ada).await.unwrap();
    bob.block(&ada).await.unwrap();
    assert_eq!(bob.blocked_names().await, ["ada"]);
    assert_eq!(ada.blocked_names().await, ["bob"]);
    assert_hidden(&bob, &ada, "ada").await;
    assert_hidden(&ada, &bob, "bob").await;
    ada.unblock(&bob).await.unwrap();
    assert_hidden(&ada, &bob, "bob").await;
    assert!(bob.look_up(By::Username("ada".to_owned())).await.unwrap().relationship.unwrap().blocking);
    let told = door.neighbour.relationships().pop().unwrap();
    let blocks_of_bob = match told.first_user_id == bob.id().to_string() {
        true => (told.first_blocks_second, told.second_blocks_first),
        false => (told.second_blocks_first, told.first_blocks_second),
    };
    assert_eq!(blocks_of_bob, (true, false));
}

#[tokio::test]
async fn blocks_are_listed_newest_first_in_pages() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for number in 0..3 {
        ada.block(&door.person(&format!("troll{number}")).await.unwrap()).await.unwrap();
    }
    let first = ada.blocks(page(2, "")).await;
    let second = ada.blocks(page(2, &first.page.unwrap().next_cursor)).await;
    assert_eq!(second.page.unwrap().next_cursor, "");
    assert!(first.users.iter().all(|user| user.relationship.unwrap().blocking));
    assert_eq!(names(first.users), ["troll2", "troll1"]);
    assert_eq!(names(second.users), ["troll0"]);
}

#[tokio::test]
async fn oneself_and_nobody_can_not_be_blocked() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    for refused in [ada.block(&ada).await.unwrap_err(), ada.unblock(&ada).await.unwrap_err()] {
        assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "user_id"));
    }
    let nobody = UserId::new(&SystemClock).to_string();
    assert_eq!(ada.block_id(&nobody).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(ada.block_id("bob").await.unwrap_err().reason, Reason::ValidationFailed);
}

#[tokio::test]
async fn both_are_told_and_the_blocked_one_only_that_the_other_is_not_visible_any_more() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let mut of_ada = door.inbox(&ada).await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    ada.block(&bob).await.unwrap();
    let told = timeout(SOON, of_ada.next()).await.unwrap().unwrap();
    assert_eq!(told.event_type, EventType::RelationshipUpdated);
    let told: RelationshipUpdated = told.decode().unwrap();
    assert!(told.user.unwrap().relationship.unwrap().blocking);
    let told: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!((told.user_id, told.user), (ada.id().to_string(), None));

    ada.block(&bob).await.unwrap();
    ada.unblock(&bob).await.unwrap();
    let told: RelationshipUpdated = timeout(SOON, of_bob.next()).await.unwrap().unwrap().decode().unwrap();
    assert_eq!(words(&told.user.unwrap().relationship.unwrap()), "none/none", "the repeat told nothing");
}

#[tokio::test]
async fn a_block_is_answered_when_message_store_knows_it_and_not_before() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    ada.block(&bob).await.unwrap();
    let told = door.neighbour.relationships().pop().unwrap();
    assert!(!told.connected && (told.first_blocks_second || told.second_blocks_first), "{told:?}");
    assert_eq!(door.count("SELECT count(*) FROM deliveries").await.unwrap(), 0);
    ada.unblock(&bob).await.unwrap();

    door.neighbour.take_away();
    let count = door.neighbour.relationships().len();
    for attempt in ["the first time", "repeated"] {
        assert_eq!(ada.block(&bob).await.unwrap_err().reason, Reason::Unavailable, "{attempt}");
    }
    assert_hidden(&bob, &ada, "ada").await;
    assert_eq!(door.count("SELECT count(*) FROM deliveries").await.unwrap(), 1);
    assert_eq!(door.neighbour.relationships().len(), count);

    door.neighbour.bring_back();
    eventually(SOON, || async { ada.block(&bob).await.ok() }).await.unwrap();
    let told = door.neighbour.relationships().pop().unwrap();
    assert!(told.first_blocks_second || told.second_blocks_first, "{told:?}");
}

#[tokio::test]
async fn a_block_that_could_not_be_told_is_told_without_being_repeated() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    door.neighbour.delay(Duration::from_secs(30));
    assert_eq!(ada.block(&bob).await.unwrap_err().reason, Reason::Unavailable);
    door.neighbour.delay(Duration::ZERO);
    eventually(SOON, || async {
        let told = door.neighbour.relationships().pop()?;
        (told.first_blocks_second || told.second_blocks_first).then_some(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn blocks_and_follows_in_the_same_moment_leave_one_truth() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for round in 0..30 {
        let (first, second) = (ada.clone(), bob.clone());
        let blocked = tokio::spawn(async move { first.block(&second).await });
        let (first, second) = (ada.clone(), bob.clone());
        let followed = tokio::spawn(async move { second.follow(&first).await });
        let (first, second) = (ada.clone(), bob.clone());
        let blocked_back = tokio::spawn(async move { second.block(&first).await });
        blocked.await.unwrap().unwrap();
        blocked_back.await.unwrap().unwrap();
        let refused = followed.await.unwrap().err().map(|failure| failure.reason);
        assert!([None, Some(Reason::NotFound), Some(Reason::Forbidden)].contains(&refused), "round {round}");
        assert_eq!(door.count("SELECT count(*) FROM follows").await.unwrap(), 0, "round {round}");
        assert_eq!(door.count("SELECT count(*) FROM blocks").await.unwrap(), 2, "round {round}");
        let told = door.neighbour.relationships();
        let last = told.iter().max_by_key(|told| told.version).unwrap();
        assert!(last.first_blocks_second && last.second_blocks_first && !last.connected, "round {round}");
        ada.unblock(&bob).await.unwrap();
        bob.unblock(&ada).await.unwrap();
    }
}

#[tokio::test]
async fn an_acceptance_and_a_block_in_the_same_moment_never_leave_a_connection() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    for round in 0..30 {
        bob.follow(&ada).await.unwrap();
        let request_id = ada.only_request().await.request_id;
        let first = ada.clone();
        let accepted = tokio::spawn(async move { first.accept(&request_id, true).await });
        bob.block(&ada).await.unwrap();
        let _either = accepted.await.unwrap();
        assert_eq!(door.count("SELECT count(*) FROM follows").await.unwrap(), 0, "round {round}");
        let connected = "SELECT count(*) FROM pairs WHERE connected_at IS NOT NULL";
        assert_eq!(door.count(connected).await.unwrap(), 0, "round {round}");
        let told = door.neighbour.relationships();
        assert!(!told.iter().max_by_key(|told| told.version).unwrap().connected, "round {round}");
        bob.unblock(&ada).await.unwrap();
    }
}
