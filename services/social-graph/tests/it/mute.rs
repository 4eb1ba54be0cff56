//! Mutes: nobody but the one who mutes learns of it.

use std::time::Duration;

use pulse_proto::graph::v1::block_service_client::BlockServiceClient;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Failure, Reason};
use tokio::time::timeout;

use crate::block::names;
use crate::door::{Door, Person, SOON, page};

impl Person {
    pub(crate) async fn mute(&self, other: &Person) -> Result<(), Failure> {
        let request = self.principal.request(MuteUserRequest { user_id: other.id().to_string() });
        BlockServiceClient::new(self.wire()).mute_user(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    pub(crate) async fn unmute(&self, other: &Person) -> Result<(), Failure> {
        let request = self.principal.request(UnmuteUserRequest { user_id: other.id().to_string() });
        BlockServiceClient::new(self.wire()).unmute_user(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    pub(crate) async fn muted_names(&self) -> Vec<String> {
        let request = self.principal.request(ListMutesRequest { page: Some(page(0, "")) });
        names(BlockServiceClient::new(self.wire()).list_mutes(request).await.unwrap().into_inner().users)
    }
}

#[tokio::test]
async fn a_mute_changes_nothing_else_and_is_told_to_oneself_alone() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let told_before = door.neighbour.told().len();
    let mut of_ada = door.inbox(&ada).await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    ada.mute(&bob).await.unwrap();
    ada.mute(&bob).await.unwrap();
    let told: RelationshipUpdated = timeout(SOON, of_ada.next()).await.unwrap().unwrap().decode().unwrap();
    let relationship = told.user.unwrap().relationship.unwrap();
    assert!(relationship.muting && relationship.connected && !relationship.blocking);
    assert!(!bob.relationship_to(&ada).await.muting);
    assert!(timeout(Duration::from_millis(300), of_bob.next()).await.is_err(), "not told to the muted one");
    assert_eq!(door.neighbour.told().len(), told_before, "nothing that message-store must know");
    assert_eq!(ada.muted_names().await, ["bob"]);
    assert!(bob.muted_names().await.is_empty());

    ada.unmute(&bob).await.unwrap();
    ada.unmute(&bob).await.unwrap();
    assert!(ada.muted_names().await.is_empty());
    assert!(ada.relationship_to(&bob).await.connected);
}

#[tokio::test]
async fn a_mute_outlives_a_block_and_needs_no_connection() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    ada.mute(&bob).await.unwrap();
    ada.block(&bob).await.unwrap();
    let relationship = ada.relationship_to(&bob).await;
    assert!(relationship.muting && relationship.blocking);
    ada.unblock(&bob).await.unwrap();
    assert!(ada.relationship_to(&bob).await.muting);
}

#[tokio::test]
async fn oneself_can_not_be_muted() {
    let door = Door::open().await.unwrap();
    let ada = door.person("ada").await.unwrap();
    assert_eq!(ada.mute(&ada).await.unwrap_err().reason, Reason::ValidationFailed);
    assert_eq!(ada.unmute(&ada).await.unwrap_err().reason, Reason::ValidationFailed);
}

#[tokio::test]
async fn a_changed_profile_is_told_to_the_one_who_mutes_as_muted() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = door.connected_people().await.unwrap();
    let carol = door.person("carol").await.unwrap();
    carol.follow(&ada).await.unwrap();
    ada.follow(&carol).await.unwrap();
    bob.mute(&ada).await.unwrap();
    let mut of_bob = door.inbox(&bob).await.unwrap();
    let mut of_carol = door.inbox(&carol).await.unwrap();
    door.rename_shown(&ada, "Ada L").await;
    for (inbox, muting) in [(&mut of_bob, true), (&mut of_carol, false)] {
        let told: RelationshipUpdated = timeout(SOON, inbox.next()).await.unwrap().unwrap().decode().unwrap();
        assert_eq!(told.user.unwrap().relationship.unwrap().muting, muting);
    }
}
