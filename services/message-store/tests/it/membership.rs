//! What a member chose for themselves.

use prost_types::Timestamp;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal, Reason};

use crate::app::{App, answer, message};
use crate::place::{hear, heard, silence};

impl App {
    async fn choose(
        &self,
        user: Principal,
        place: &str,
        wish: proto::UpdateMembershipRequest,
    ) -> Result<proto::Conversation, Failure> {
        let request = proto::UpdateMembershipRequest { conversation_id: place.to_owned(), ..wish };
        let chosen = answer(self.conversations.clone().update_membership(user.request(request)).await)?;
        Ok(chosen.conversation.unwrap())
    }

    async fn total_unread(&self, user: Principal) -> i64 {
        let request = proto::ListConversationsRequest::default();
        answer(self.client.clone().list_conversations(user.request(request)).await).unwrap().total_unread
    }
}

fn muted(seconds: Option<i64>) -> proto::UpdateMembershipRequest {
    let until = seconds.map(|seconds| Timestamp { seconds, nanos: 0 });
    proto::UpdateMembershipRequest { mute: Some(proto::Mute { until }), ..Default::default() }
}

#[tokio::test]
async fn what_a_member_chose_is_told_to_that_member_alone_and_takes_no_version() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let pinned = proto::UpdateMembershipRequest { pinned: Some(true), ..Default::default() };
    let seen = app.choose(bob, &place, pinned.clone()).await.unwrap();
    let my = seen.my.unwrap();
    assert_eq!((seen.version, my.pinned, my.archived, my.muted_until), (2, true, false, None));
    assert_eq!(seen, app.see(bob, &place).await.unwrap());
    assert_eq!(hear(&mut for_bob, 1).await, heard(&[(2, "own Tea CONVERSATION_STATE_OPEN")]));
    // What is so already is told to nobody.
    app.choose(bob, &place, pinned).await.unwrap();
    silence(&mut for_bob).await;
    silence(&mut for_ada).await;
    assert!(!app.see(ada, &place).await.unwrap().my.unwrap().pinned);
}

#[tokio::test]
async fn what_is_muted_or_archived_does_not_count() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "hello")).await.unwrap();
    assert_eq!(app.total_unread(bob).await, 1);
    // For good.
    let forever = 253_402_300_799;
    let seen = app.choose(bob, &place, muted(Some(forever))).await.unwrap();
    assert_eq!(seen.my.unwrap().muted_until.unwrap().seconds, forever);
    assert_eq!(seen.peer.unwrap().username, "ada", "it is complete");
    assert_eq!(app.total_unread(bob).await, 0);
    // What is over mutes nothing.
    app.choose(bob, &place, muted(Some(1_000_000_000))).await.unwrap();
    assert_eq!(app.total_unread(bob).await, 1);
    app.choose(bob, &place, muted(None)).await.unwrap();
    let archived = proto::UpdateMembershipRequest { archived: Some(true), ..Default::default() };
    assert!(app.choose(bob, &place, archived).await.unwrap().my.unwrap().archived);
    app.send(ada, message(&place, "hello?")).await.unwrap();
    assert_eq!(app.total_unread(bob).await, 0);
    assert!(app.see(bob, &place).await.unwrap().my.unwrap().archived, "a message leaves it archived");
}

#[tokio::test]
async fn only_members_choose() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (group, room) = (app.make_group(&[ada, bob]).await, app.make_room("Lobby", &[ada]).await);
    let wish = || proto::UpdateMembershipRequest { pinned: Some(true), ..Default::default() };
    assert_eq!(app.choose(eve, &group, wish()).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.choose(eve, &room, wish()).await.unwrap_err().reason, Reason::NotAMember);
    let refused = app.choose(ada, &room, muted(Some(i64::MAX))).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "muted_until");
}

#[tokio::test]
async fn what_is_archived_stands_in_a_list_of_its_own_and_what_is_pinned_where_it_was() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let mut places = Vec::new();
    for _ in 0..4 {
        places.push(app.make_group(&[ada, bob]).await);
    }
    let room = app.make_room("Lobby", &[ada]).await;
    let list = async |archived: bool, kind: proto::ConversationKind| {
        let request = proto::ListConversationsRequest { archived, kind: kind.into(), page: None };
        let inbox = answer(app.client.clone().list_conversations(ada.request(request)).await).unwrap();
        inbox.conversations.into_iter().map(|seen| seen.conversation_id).collect::<Vec<_>>()
    };
    let any = proto::ConversationKind::Unspecified;
    let archived = proto::UpdateMembershipRequest { archived: Some(true), ..Default::default() };
    app.choose(ada, &places[1], archived).await.unwrap();
    let pinned = proto::UpdateMembershipRequest { pinned: Some(true), ..Default::default() };
    app.choose(ada, &places[0], pinned).await.unwrap();
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|index| places[index].clone());
    assert_eq!(list(false, any).await, [room.clone(), fourth, third, first]);
    assert_eq!(list(true, any).await, [second]);
    assert_eq!(list(false, proto::ConversationKind::Room).await, [room]);
    assert!(list(true, proto::ConversationKind::Room).await.is_empty());
    let shown = app.see(bob, &places[1]).await.unwrap();
    assert!(!shown.my.unwrap().archived, "the other one's list is the other one's");
}
