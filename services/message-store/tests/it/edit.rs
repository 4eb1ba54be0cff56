//! Editing and deleting messages.

use futures_util::future::join_all;
use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Reason;

use crate::act::next_of;
use crate::app::{App, message};
use crate::place::silence;

#[tokio::test]
async fn an_edit_takes_a_version_is_told_and_keeps_what_was_said_before() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let said = app.post(ada, &place, "first").await;
    app.react(bob, &said.message_id, "👍", true).await.unwrap();
    let (_bus, mut for_bob) = app.listen(bob).await;

    let edited = app.edit(ada, &said.message_id, "  second ").await.unwrap();
    assert_eq!((edited.body.as_str(), edited.version, edited.seq), ("second", said.version + 2, said.seq));
    assert!(edited.edited_at.is_some() && edited.deleted_at.is_none());
    let event = next_of(&mut for_bob, EventType::MessageUpdated).await;
    let told = event.decode::<proto::MessageUpdated>().unwrap().message.unwrap();
    assert_eq!(told, edited, "the sender has not reacted: both see the same");

    let again = app.edit(ada, &said.message_id, "second").await.unwrap();
    assert_eq!(again.version, edited.version, "the same body changes nothing");
    silence(&mut for_bob).await;
    let third = app.edit(ada, &said.message_id, "third").await.unwrap();
    assert_eq!(third.version, edited.version + 1);

    let edits = app.edits(bob, &said.message_id).await.unwrap();
    let earlier: Vec<_> = edits.iter().map(|edit| (edit.body.as_str(), edit.version)).collect();
    assert_eq!(earlier, [("first", said.version), ("second", edited.version)], "the reaction wrote no body");
    assert_eq!((edits[0].written_at, edits[1].written_at), (said.created_at, edited.edited_at));
    assert_eq!(app.get(bob, &said.message_id).await.unwrap().body, "third");

    // A reply shows what the message says now.
    let reply =
        proto::SendMessageRequest { reply_to_message_id: said.message_id.clone(), ..message(&place, "re") };
    let reply = app.send(bob, reply).await.unwrap().message.unwrap();
    app.edit(ada, &said.message_id, "fourth").await.unwrap();
    assert_eq!(app.get(ada, &reply.message_id).await.unwrap().reply_to.unwrap().excerpt, "fourth");
}

#[tokio::test]
async fn only_its_sender_edits_a_message_where_they_may_write() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob]).await;
    let system = app.everything(ada, &group).await[0].message_id.clone();
    let said = app.post(bob, &group, "mine").await.message_id;
    let reason = |outcome: Result<proto::Message, pulse_rpc::Failure>| outcome.unwrap_err().reason;

    assert_eq!(reason(app.edit(ada, &said, "not mine").await), Reason::Forbidden, "not even the owner");
    assert_eq!(reason(app.edit(ada, &system, "x").await), Reason::Forbidden);
    assert_eq!(reason(app.edit(eve, &said, "x").await), Reason::NotFound);
    assert_eq!(reason(app.edit(bob, "nonsense", "x").await), Reason::NotFound);
    let long = app.edit(eve, &said, &"x".repeat(4001)).await.unwrap_err();
    assert_eq!(
        (long.reason, long.fields[0].code.as_str()),
        (Reason::ValidationFailed, "too_long"),
        "form first"
    );
    let blank = app.edit(bob, &said, " ").await.unwrap_err();
    assert_eq!((blank.reason, blank.fields[0].field.as_str()), (Reason::ValidationFailed, "body"));
    app.set_state(ada, &group, proto::ConversationState::Closed).await.unwrap();
    assert_eq!(reason(app.edit(bob, &said, "late").await), Reason::ConversationClosed);
    assert_eq!(reason(app.edit(ada, &said, "late").await), Reason::Forbidden, "before the state");
    app.unsay(bob, &said).await.unwrap();
    app.set_state(ada, &group, proto::ConversationState::Open).await.unwrap();
    assert_eq!(reason(app.edit(bob, &said, "late").await), Reason::Conflict);

    let room = app.make_room("Open", &[ada, bob]).await;
    let in_room = app.post(ada, &room, "hello").await.message_id;
    assert_eq!(reason(app.edit(eve, &in_room, "x").await), Reason::NotAMember);
    assert_eq!(app.edits(eve, &in_room).await.unwrap_err().reason, Reason::NotAMember);
    assert_eq!(app.unsay(eve, &in_room).await.unwrap_err().reason, Reason::NotAMember);
}

#[tokio::test]
async fn deleting_leaves_the_place_and_nothing_of_what_was_said() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let first = app.post(ada, &place, "secretword for @bob").await;
    let reply =
        proto::SendMessageRequest { reply_to_message_id: first.message_id.clone(), ..message(&place, "re") };
    let reply = app.send(bob, reply.clone()).await.unwrap().message.unwrap();
    app.edit(ada, &first.message_id, "secretword again @bob").await.unwrap();
    app.react(bob, &first.message_id, "🎉", true).await.unwrap();
    assert_eq!(app.mark_read(bob, &place, 0).await.unwrap().mention_count, 0, "bob answered it");
    let (_bus, mut for_bob) = app.listen(bob).await;

    app.unsay(ada, &first.message_id).await.unwrap();
    let event = next_of(&mut for_bob, EventType::MessageDeleted).await;
    let told = event.decode::<proto::MessageDeleted>().unwrap();
    assert_eq!((told.seq, told.version, &told.message_id), (1, reply.version + 3, &first.message_id));
    app.unsay(ada, &first.message_id).await.unwrap();
    silence(&mut for_bob).await;

    let gone = app.everything(bob, &place).await[0].clone();
    assert_eq!((gone.body.as_str(), gone.deleted_at, gone.version), ("", told.deleted_at, told.version));
    assert_eq!(gone.sender, first.sender);
    assert!(gone.reactions.is_empty() && gone.mentioned_user_ids.is_empty() && gone.attachments.is_empty());
    assert_eq!(app.edits(bob, &first.message_id).await.unwrap(), []);
    assert_eq!(app.get(ada, &reply.message_id).await.unwrap().reply_to.unwrap().excerpt, "");
    assert_eq!(app.count("SELECT count(*) FROM mentions").await, 0);
    let dump = pulse_testkit::dump_tables(app.database.url()).await.unwrap();
    assert!(!dump.contains("secretword"), "the words are gone from every table");

    // An answer to it is fine, and says nothing.
    let late = proto::SendMessageRequest {
        reply_to_message_id: first.message_id.clone(),
        ..message(&place, "late")
    };
    let late = app.send(bob, late).await.unwrap().message.unwrap();
    assert_eq!(late.reply_to.unwrap().excerpt, "");
    assert_eq!(app.react(bob, &first.message_id, "🎉", true).await.unwrap_err().reason, Reason::Conflict);

    // Whoever is not connected any more still deletes what is theirs.
    app.connect(ada, bob, false, 2).await;
    assert_eq!(app.edit(bob, &reply.message_id, "x").await.unwrap_err().reason, Reason::NotConnected);
    assert_eq!(app.unsay(ada, &reply.message_id).await.unwrap_err().reason, Reason::Forbidden);
    app.unsay(bob, &reply.message_id).await.unwrap();
}

#[tokio::test]
async fn owners_and_admins_delete_what_members_say_also_where_nothing_more_is_said() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob, eve]).await;
    let system = app.everything(ada, &group).await[0].message_id.clone();
    let said = app.post(eve, &group, "one").await.message_id;
    let own = app.post(bob, &group, "two").await.message_id;
    assert_eq!(app.unsay(bob, &said).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(app.unsay(ada, &system).await.unwrap_err().reason, Reason::Forbidden);
    app.set_state(ada, &group, proto::ConversationState::Closed).await.unwrap();
    app.unsay(ada, &said).await.unwrap();
    app.unsay(bob, &own).await.unwrap();
    assert_eq!(app.see(ada, &group).await.unwrap().last_message.unwrap().kind(), proto::MessageKind::System);
}

#[tokio::test]
async fn a_repeat_is_compared_with_what_was_first_sent() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let other = app.post(bob, &place, "question").await.message_id;
    let request = proto::SendMessageRequest { reply_to_message_id: other, ..message(&place, "first") };
    let first = app.send(ada, request.clone()).await.unwrap().message.unwrap();
    let mismatch = |body: &str| proto::SendMessageRequest { body: body.to_owned(), ..request.clone() };

    for body in ["second", "third"] {
        app.edit(ada, &first.message_id, body).await.unwrap();
        let again = app.send(ada, request.clone()).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.message.unwrap().body, body, "as it is now");
        let refused = app.send(ada, mismatch(body)).await.unwrap_err();
        assert_eq!(refused.reason, Reason::IdempotencyMismatch, "that was not sent first");
    }
    app.unsay(ada, &first.message_id).await.unwrap();
    app.connect(ada, bob, false, 2).await;
    let again = app.send(ada, request.clone()).await.unwrap();
    assert!(again.replayed && again.message.unwrap().deleted_at.is_some());
    assert_eq!(app.send(ada, mismatch("")).await.unwrap_err().reason, Reason::ValidationFailed);
    assert_eq!(app.send(ada, mismatch("third")).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    let no_reply = proto::SendMessageRequest { reply_to_message_id: String::new(), ..request.clone() };
    assert_eq!(app.send(ada, no_reply).await.unwrap_err().reason, Reason::IdempotencyMismatch);
}

#[tokio::test]
async fn sends_edits_reactions_and_deletions_at_once_leave_no_gap() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(app.post(ada, &place, &format!("{number}")).await.message_id);
    }
    let (_bus, mut for_bob) = app.listen(bob).await;
    let begin = app.see(bob, &place).await.unwrap().version;
    let changing = join_all((0..10).map(|number| {
        let (app, id) = (&app, &ids[number]);
        async move {
            app.edit(ada, id, &format!("edited {number}")).await.unwrap();
            app.react(bob, id, "🙂", true).await.unwrap();
            if number % 2 == 0 {
                app.unsay(ada, id).await.unwrap();
            }
        }
    }));
    let sending = join_all((0..50).map(|number| {
        let (app, place) = (&app, &place);
        async move { app.post(if number % 2 == 0 { ada } else { bob }, place, "hello @ada @bob").await }
    }));
    let (_, sent) = tokio::join!(changing, sending);

    let mut seqs: Vec<_> = sent.iter().map(|message| message.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (11..61).collect::<Vec<_>>());
    let changes = 50 + 10 + 10 + 5;
    assert_eq!(app.see(bob, &place).await.unwrap().version, begin + changes);
    let mut versions = Vec::new();
    for _ in 0..changes {
        let event = crate::app::next(&mut for_bob).await;
        versions.push(match event.event_type {
            EventType::MessageCreated => {
                event.decode::<proto::MessageCreated>().unwrap().message.unwrap().version
            }
            EventType::MessageUpdated => {
                event.decode::<proto::MessageUpdated>().unwrap().message.unwrap().version
            }
            EventType::MessageDeleted => event.decode::<proto::MessageDeleted>().unwrap().version,
            EventType::ReactionUpdated => event.decode::<proto::ReactionUpdated>().unwrap().version,
            other => panic!("{other:?} was not expected"),
        });
    }
    versions.sort_unstable();
    assert_eq!(versions, (begin + 1..=begin + changes).collect::<Vec<_>>(), "each version is told once");
}
