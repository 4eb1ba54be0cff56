//! Sending and reading messages.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::list_messages_request::Position;
use pulse_rpc::Reason;

use crate::app::{App, SOON, answer, message, next, now_ms};

#[tokio::test]
async fn a_message_is_stored_answered_and_told_to_both() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let (_ada_bus, mut for_ada) = app.listen(ada).await;
    let (_bob_bus, mut for_bob) = app.listen(bob).await;
    let before = now_ms();
    let request = message(&place, "  hello, Bob \n");
    let sent = app.send(ada, request.clone()).await.unwrap();
    assert!(!sent.replayed);
    let stored = sent.message.unwrap();
    assert_eq!((stored.seq, stored.version, stored.body.as_str()), (1, 2, "hello, Bob"));
    assert_eq!((stored.conversation_id.as_str(), &stored.client_id), (place.as_str(), &request.client_id));
    assert_eq!(stored.sender.as_ref().unwrap().username, "ada");
    let at = stored.created_at.unwrap();
    assert_eq!(at.nanos % 1_000_000, 0, "whole milliseconds");
    assert!(i128::from(at.seconds) * 1000 + 999 >= before);

    for subscription in [&mut for_ada, &mut for_bob] {
        let event = next(subscription).await;
        assert_eq!(event.event_type, EventType::MessageCreated);
        assert_eq!(event.decode::<proto::MessageCreated>().unwrap().message.unwrap(), stored);
    }
    let page = app.history(bob, &place, 0, None).await.unwrap();
    assert_eq!(page.messages, std::slice::from_ref(&stored));
    let request = bob.request(proto::GetMessageRequest { message_id: stored.message_id.clone() });
    assert_eq!(answer(app.client.clone().get_message(request).await).unwrap().message.unwrap(), stored);
    let eve = app.person("eve").await;
    let request = eve.request(proto::GetMessageRequest { message_id: stored.message_id });
    assert_eq!(answer(app.client.clone().get_message(request).await).unwrap_err().reason, Reason::NotFound);
    // The sender has read it, the other has not.
    assert_eq!(app.mark_read(ada, &place, 0).await.unwrap().read_seq, 1);
    assert_eq!(app.mark_read(bob, &place, 0).await.unwrap().unread_count, 1);
}

#[tokio::test]
async fn two_thousand_sends_of_fifty_people_are_dense_and_share_commits() {
    let app = App::start().await;
    let (people, place) = app.group(50).await;
    let sending = people.iter().map(|person| async {
        for number in 0..40 {
            app.send(*person, message(&place, &format!("message {number}"))).await.unwrap();
        }
    });
    join_all(sending).await;

    let messages = app.everything(people[0], &place).await;
    assert_eq!(messages.iter().map(|m| m.seq).collect::<Vec<_>>(), (1..=2000).collect::<Vec<_>>());
    assert!(messages.iter().all(|m| m.version == m.seq + 1));
    assert!(messages.windows(2).all(|pair| {
        let at = |m: &proto::Message| m.created_at.map(|at| (at.seconds, at.nanos));
        at(&pair[0]) <= at(&pair[1])
    }));
    let names: BTreeSet<_> = messages.iter().map(|m| m.client_id.clone()).collect();
    assert_eq!(names.len(), 2000);

    let committed = app.metric("pulse_messages_committed_total").await;
    let commits = app.metric("pulse_messages_commits_total").await;
    assert!((committed - 2000.0).abs() < 0.5);
    assert!(commits / committed < 0.25, "{commits} commits for {committed} messages");
}

#[tokio::test]
async fn a_message_alone_waits_for_nobody() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    for number in 0..10 {
        app.send(ada, message(&place, &format!("{number}"))).await.unwrap();
    }
    assert!((app.metric("pulse_messages_batch_size_count").await - 10.0).abs() < 0.5);
    assert!((app.metric("pulse_messages_batch_size_sum").await - 10.0).abs() < 0.5);
}

#[tokio::test]
async fn one_client_id_fifty_times_at_once_is_one_message() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let request = message(&place, "once");
    let sent = join_all((0..50).map(|_| app.send(ada, request.clone()))).await;
    let sent: Vec<_> = sent.into_iter().map(Result::unwrap).collect();
    assert_eq!(sent.iter().filter(|sent| !sent.replayed).count(), 1);
    assert!(sent.iter().all(|one| one.message == sent[0].message));
    assert_eq!(app.everything(bob, &place).await.len(), 1);
    assert!((app.metric("pulse_messages_replayed_total").await - 49.0).abs() < 0.5);

    let other_body = proto::SendMessageRequest { body: "twice".to_owned(), ..request.clone() };
    assert_eq!(app.send(ada, other_body).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    let reply_to_message_id = sent[0].message.clone().unwrap().message_id;
    let other_reply = proto::SendMessageRequest { reply_to_message_id, ..request.clone() };
    assert_eq!(app.send(ada, other_reply).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    // The name is the sender's own.
    assert!(!app.send(bob, request).await.unwrap().replayed);
}

#[tokio::test]
async fn people_who_are_not_connected_cannot_write_but_repeat() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let first = message(&place, "before");
    app.send(ada, first.clone()).await.unwrap();
    app.connect(ada, bob, false, 2).await;
    assert_eq!(app.send(ada, message(&place, "after")).await.unwrap_err().reason, Reason::NotConnected);
    assert!(app.send(ada, first).await.unwrap().replayed);
    assert_eq!(app.everything(bob, &place).await.len(), 1, "the history stays readable");
    assert_eq!(app.mark_read(bob, &place, 1).await.unwrap().unread_count, 0);
    app.connect(ada, bob, true, 3).await;
    assert_eq!(app.send(ada, message(&place, "again")).await.unwrap().message.unwrap().seq, 2);
}

#[tokio::test]
async fn nothing_is_sent_after_a_disconnect_was_answered() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    for round in 0..10 {
        app.connect(ada, bob, true, 2 * round + 2).await;
        let sending = join_all((0..40).map(|number| {
            let (app, place) = (&app, &place);
            async move { app.send(if number % 2 == 0 { ada } else { bob }, message(place, "race")).await }
        }));
        let disconnecting = async {
            app.connect(ada, bob, false, 2 * round + 3).await;
            app.everything(ada, &place).await.len()
        };
        let (sent, stored_when_answered) = tokio::join!(sending, disconnecting);
        let refused = sent.iter().filter_map(|sent| sent.as_ref().err());
        assert!(refused.into_iter().all(|failure| failure.reason == Reason::NotConnected));
        assert_eq!(app.everything(ada, &place).await.len(), stored_when_answered);
    }
}

#[tokio::test]
async fn a_reply_names_a_message_of_its_conversation() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let long = "ä".repeat(200);
    let asked = app.send(ada, message(&place, &long)).await.unwrap().message.unwrap();
    let reply_to = |id: &str| proto::SendMessageRequest {
        reply_to_message_id: id.to_owned(),
        ..message(&place, "an answer")
    };
    let answered = app.send(bob, reply_to(&asked.message_id)).await.unwrap().message.unwrap();
    let reply = answered.reply_to.clone().unwrap();
    assert_eq!((reply.seq, &reply.sender_id), (1, &ada.user_id.to_string()));
    assert_eq!(reply.excerpt, "ä".repeat(120));
    assert_eq!(app.everything(ada, &place).await[1], answered, "read as it was answered");

    let eve = app.person("eve").await;
    app.connect(ada, eve, true, 1).await;
    let other = app.open_direct(ada, eve).await.unwrap().conversation.unwrap().conversation_id;
    let elsewhere = app.send(ada, message(&other, "secret")).await.unwrap().message.unwrap();
    for id in [elsewhere.message_id.as_str(), place.as_str(), "no-uuid"] {
        let refused = app.send(bob, reply_to(id)).await.unwrap_err();
        assert_eq!(refused.reason, Reason::ValidationFailed);
        assert_eq!(
            (refused.fields[0].field.as_str(), refused.fields[0].code.as_str()),
            ("reply_to", "invalid")
        );
    }
}

#[tokio::test]
async fn all_faults_of_a_message_are_told_at_once() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    let codes = |failure: pulse_rpc::Failure| {
        failure.fields.into_iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect::<Vec<_>>()
    };
    let nothing = app.send(ada, proto::SendMessageRequest::default()).await.unwrap_err();
    assert_eq!(codes(nothing), ["conversation_id required", "client_id required", "body required"]);
    for (body, code) in [(" \n ", "body too_short"), ("a\0b", "body invalid")] {
        assert_eq!(codes(app.send(ada, message(&place, body)).await.unwrap_err()), [code]);
    }
    let longest = "😀".repeat(4000);
    assert_eq!(app.send(ada, message(&place, &longest)).await.unwrap().message.unwrap().body, longest);
    assert_eq!(
        codes(app.send(ada, message(&place, &"😀".repeat(4001))).await.unwrap_err()),
        ["body too_long"]
    );
    let named = proto::SendMessageRequest { client_id: "one".to_owned(), ..message(&place, "x") };
    assert_eq!(codes(app.send(ada, named).await.unwrap_err()), ["client_id invalid"]);
}

#[tokio::test]
async fn history_pages_in_every_direction() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let empty = app.history(ada, &place, 10, None).await.unwrap();
    assert!(empty.messages.is_empty() && !empty.has_before && !empty.has_after);
    for number in 1..=25 {
        app.send(ada, message(&place, &format!("{number}"))).await.unwrap();
    }
    let page = |position: Option<Position>, limit: u32| {
        let (app, place) = (&app, &place);
        async move {
            let page = app.history(bob, place, limit, position).await.unwrap();
            let seqs: Vec<_> = page.messages.iter().map(|m| m.seq).collect();
            (seqs, page.has_before, page.has_after)
        }
    };
    let range = |first: i64, last: i64| (first..=last).collect::<Vec<_>>();
    assert_eq!(page(None, 10).await, (range(16, 25), true, false));
    assert_eq!(page(Some(Position::BeforeSeq(16)), 10).await, (range(6, 15), true, true));
    assert_eq!(page(Some(Position::BeforeSeq(6)), 10).await, (range(1, 5), false, true));
    assert_eq!(page(Some(Position::AfterSeq(0)), 10).await, (range(1, 10), false, true));
    assert_eq!(page(Some(Position::AfterSeq(20)), 10).await, (range(21, 25), true, false));
    assert_eq!(page(Some(Position::AfterSeq(25)), 10).await, (vec![], true, false));
    assert_eq!(page(Some(Position::AroundSeq(13)), 5).await, (range(11, 15), true, true));
    assert_eq!(page(Some(Position::AroundSeq(13)), 1).await, (vec![13], true, true));
    for (limit, position, field) in [(101, None, "limit"), (10, Some(Position::BeforeSeq(-1)), "before")] {
        let refused = app.history(bob, &place, limit, position).await.unwrap_err();
        assert_eq!(refused.fields[0].field, field);
    }
}

#[tokio::test]
async fn published_events_leave_the_outbox() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    join_all((0..100).map(|_| app.send(ada, message(&place, "hello")))).await;
    let is_empty = || async { (app.outbox().await == 0).then_some(()) };
    pulse_testkit::eventually(SOON, is_empty).await.unwrap();
}

#[tokio::test]
async fn a_page_around_a_time_is_found_by_halving() {
    use prost_types::Timestamp;
    use proto::list_messages_request::Position;
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let at = |seconds: i64, nanos: i32| Some(Position::At(Timestamp { seconds, nanos }));
    let empty = app.history(bob, &place, 10, at(0, 0)).await.unwrap();
    assert!(empty.messages.is_empty() && !empty.has_before && !empty.has_after);
    join_all((0..40).map(|_| app.post(ada, &place, "tick"))).await;
    // One message a minute from minute 10 on, two of them in the same minute.
    let spread = "UPDATE messages SET created_at = to_timestamp(600 + 60 * (seq - CASE WHEN seq > 20 THEN 1 ELSE 0 END))";
    sqlx::query(spread).execute(&app.pool).await.unwrap();
    let page = async |seconds, nanos| {
        let page = app.history(bob, &place, 3, at(seconds, nanos)).await.unwrap();
        page.messages.iter().map(|message| message.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 0).await, [1, 2], "all are newer: around the first");
    assert_eq!(page(660, 0).await, [1, 2], "exactly the first");
    assert_eq!(page(660, 1).await, [1, 2, 3]);
    assert_eq!(page(600 + 60 * 20, 0).await, [19, 20, 21], "the first of two");
    assert_eq!(page(600 + 60 * 39, 0).await, [39, 40], "the last");
    assert_eq!(page(600 + 60 * 39, 1).await, [38, 39, 40], "all are older: the newest page");
    let refused = app.history(bob, &place, 3, at(i64::MAX, 0)).await.unwrap_err();
    assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "at"));
}
