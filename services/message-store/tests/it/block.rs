//! Blocks, as social-graph tells of them: who sees no peer and opens no direct, and that an answered one holds.

use std::sync::atomic::{AtomicBool, Ordering};

use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Principal, Reason};
use pulse_types::{SessionId, SystemClock, UserId};

use crate::app::{App, answer, message};

impl App {
    /// Tells that `blocker` blocks `blocked`; named in either order.
    async fn tell_block(&self, blocker: Principal, blocked: Principal, version: i64, blocker_first: bool) {
        let (first, second) = if blocker_first { (blocker, blocked) } else { (blocked, blocker) };
        let request = proto::ApplyRelationshipRequest {
            first_user_id: first.user_id.to_string(),
            second_user_id: second.user_id.to_string(),
            connected: false,
            version,
            first_blocks_second: blocker_first,
            second_blocks_first: !blocker_first,
        };
        self.graph.clone().apply_relationship(request).await.unwrap();
    }

    /// The peer that a person sees, in the conversation and in the inbox.
    async fn peers(&self, user: Principal, place: &str) -> [Option<String>; 2] {
        let request = user.request(proto::GetConversationRequest { conversation_id: place.to_owned() });
        let one = answer(self.client.clone().get_conversation(request).await).unwrap().conversation.unwrap();
        let request = user.request(proto::ListConversationsRequest::default());
        let inbox = answer(self.client.clone().list_conversations(request).await).unwrap();
        assert_eq!(inbox.conversations.len(), 1);
        let listed = inbox.conversations.into_iter().next().unwrap();
        [one, listed].map(|seen| seen.peer.map(|peer| peer.username))
    }
}

#[tokio::test]
async fn the_blocked_one_sees_no_peer_and_opens_no_direct_and_both_keep_the_history() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "before")).await.unwrap();
    let mut version = 1;
    for blocker_first in [true, false] {
        for (blocker, blocked, name) in [(ada, bob, "bob"), (bob, ada, "ada")] {
            version += 2;
            app.tell_block(blocker, blocked, version, blocker_first).await;
            assert_eq!(app.peers(blocked, &place).await, [None, None]);
            assert_eq!(app.peers(blocker, &place).await, [Some(name.to_owned()), Some(name.to_owned())]);
            let hidden = app.open_direct(blocked, blocker).await.unwrap_err();
            let nobody = app.open_direct(blocked, stranger()).await.unwrap_err();
            assert_eq!((hidden.reason, hidden.detail), (Reason::NotFound, nobody.detail));
            assert_eq!(app.open_direct(blocker, blocked).await.unwrap_err().reason, Reason::NotConnected);
            for sender in [blocker, blocked] {
                let refused = app.send(sender, message(&place, "after")).await.unwrap_err();
                assert_eq!(refused.reason, Reason::NotConnected, "a block is not told");
                assert_eq!(app.everything(sender, &place).await.len(), 1);
            }
            // An older word does not end it, a newer one does.
            app.connect(blocker, blocked, true, version - 1).await;
            assert_eq!(app.peers(blocked, &place).await, [None, None]);
            app.connect(blocker, blocked, true, version + 1).await;
            assert!(app.peers(blocked, &place).await.iter().all(Option::is_some));
            assert!(!app.open_direct(blocked, blocker).await.unwrap().created);
        }
    }
}

#[tokio::test]
async fn a_block_between_people_without_a_direct_hides_too() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    app.tell_block(ada, bob, 1, true).await;
    assert_eq!(app.open_direct(bob, ada).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.open_direct(ada, bob).await.unwrap_err().reason, Reason::NotConnected);
}

/// In each round four send as fast as they can when the block is told. What was accepted is counted once it was answered,
/// and again when all have been refused.
#[tokio::test]
async fn no_send_commits_after_an_answered_block() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let mut refused_under_way = 0;
    for round in 0..60_i64 {
        let version = 2 * round + 2;
        let is_answered = AtomicBool::new(false);
        let sending = async |sender: Principal| {
            let mut accepted = 0;
            loop {
                let was_answered = is_answered.load(Ordering::SeqCst);
                match app.send(sender, message(&place, "now")).await {
                    Ok(_) => {
                        assert!(!was_answered, "round {round}: sent after the answer, and accepted");
                        accepted += 1;
                    }
                    Err(failure) => {
                        assert_eq!(failure.reason, Reason::NotConnected);
                        return (accepted, !was_answered);
                    }
                }
            }
        };
        let blocking = async {
            tokio::time::sleep(std::time::Duration::from_millis(round.unsigned_abs() % 7)).await;
            app.tell_block(ada, bob, version, true).await;
            is_answered.store(true, Ordering::SeqCst);
            last_seq(&app, ada, &place).await
        };
        let (at_the_answer, one, two, three, four) =
            tokio::join!(blocking, sending(ada), sending(bob), sending(ada), sending(bob));
        assert_eq!(last_seq(&app, ada, &place).await, at_the_answer, "round {round}");
        refused_under_way += [one, two, three, four].iter().filter(|(_, under_way)| *under_way).count();
        app.connect(ada, bob, true, version + 1).await;
    }
    assert!(refused_under_way > 0, "no send was ever under way: this proves nothing");
}

/// Somebody of whom the service knows nothing.
fn stranger() -> Principal {
    Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) }
}

async fn last_seq(app: &App, user: Principal, place: &str) -> i64 {
    let request = user.request(proto::GetConversationRequest { conversation_id: place.to_owned() });
    answer(app.client.clone().get_conversation(request).await).unwrap().conversation.unwrap().last_seq
}
