//! Read marks, what is unread, and sync tokens.

use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Reason;

use crate::app::{App, answer, message, next};

#[tokio::test]
async fn a_read_mark_never_moves_back_nor_beyond_the_end() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    for number in 1..=5 {
        app.send(ada, message(&place, &format!("{number}"))).await.unwrap();
    }
    let (_bus, mut for_bob) = app.listen(bob).await;

    let marks = app.mark_read(bob, &place, 3).await.unwrap();
    assert_eq!((marks.read_seq, marks.delivered_seq, marks.unread_count, marks.total_unread), (3, 3, 2, 2));
    let event = next(&mut for_bob).await;
    assert_eq!(event.event_type, EventType::MarksMoved);
    assert_eq!(event.decode::<proto::MarksMoved>().unwrap().read_seq, 3);

    assert_eq!(app.mark_read(bob, &place, 1).await.unwrap().read_seq, 3);
    let marks = app.mark_read(bob, &place, 99).await.unwrap();
    assert_eq!((marks.read_seq, marks.unread_count, marks.total_unread), (5, 0, 0));
    let event = next(&mut for_bob).await;
    assert_eq!(
        event.decode::<proto::MarksMoved>().unwrap().read_seq,
        5,
        "the mark that did not move was not told"
    );

    let refused = app.mark_read(bob, &place, -1).await.unwrap_err();
    assert_eq!((refused.reason, refused.fields[0].field.as_str()), (Reason::ValidationFailed, "seq"));
    let version = app.history(ada, &place, 1, None).await.unwrap().messages[0].version;
    app.send(ada, message(&place, "6")).await.unwrap();
    let after = app.history(ada, &place, 1, None).await.unwrap().messages[0].version;
    assert_eq!(after, version + 1, "marks take no version");
}

#[tokio::test]
async fn unread_states_are_told_for_many_at_once() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let eve = app.person("eve").await;
    app.connect(eve, bob, true, 1).await;
    let other = app.open_direct(eve, bob).await.unwrap().conversation.unwrap().conversation_id;
    app.send(ada, message(&place, "one")).await.unwrap();
    app.send(eve, message(&other, "two")).await.unwrap();
    app.send(eve, message(&other, "three")).await.unwrap();

    let key = |user: pulse_rpc::Principal, place: &str| proto::UnreadKey {
        user_id: user.user_id.to_string(),
        conversation_id: place.to_owned(),
    };
    let keys = vec![key(bob, &place), key(bob, &other), key(ada, &place), key(ada, &other), key(bob, &place)];
    let request = proto::ListUnreadRequest { keys };
    let unread = answer(app.client.clone().list_unread(request).await).unwrap().unread;
    assert_eq!(unread.len(), 3, "no membership, no state; a repeat is one");
    let of = |user: pulse_rpc::Principal, place: &str| {
        let wanted = |u: &&proto::Unread| u.user_id == user.user_id.to_string() && u.conversation_id == place;
        unread.iter().find(wanted).cloned().unwrap()
    };
    assert_eq!((of(bob, &place).unread_count, of(bob, &place).total_unread), (1, 3));
    assert_eq!((of(bob, &other).unread_count, of(bob, &other).last_seq, of(bob, &other).version), (2, 2, 3));
    assert_eq!((of(ada, &place).unread_count, of(ada, &place).read_seq), (0, 1));

    let too_many = proto::ListUnreadRequest { keys: vec![key(bob, &place); 1001] };
    let refused = answer(app.client.clone().list_unread(too_many).await).unwrap_err();
    assert_eq!(refused.reason, Reason::ValidationFailed);

    let point = app.client.clone().get_sync_point(bob.request(proto::GetSyncPointRequest {})).await;
    let point = answer(point).unwrap();
    assert_eq!(point.total_unread, 3);
    assert!(!point.sync_token.is_empty() && point.sync_token.len() <= 512);
}

#[tokio::test]
async fn everything_is_read_at_once_however_many_conversations() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.post(ada, &place, "one @bob").await;
    // More than one piece.
    let mut places = vec![place];
    for number in 0..60 {
        let friend = app.person(&format!("friend{number}")).await;
        app.connect(friend, bob, true, 1).await;
        let place = app.open_direct(friend, bob).await.unwrap().conversation.unwrap().conversation_id;
        if number % 5 > 0 {
            app.post(friend, &place, "hello").await;
        }
        places.push(place);
    }
    let (_bus, mut for_bob) = app.listen(bob).await;
    let all = || async { app.client.clone().mark_all_read(bob.request(proto::MarkAllReadRequest {})).await };
    answer(all().await).unwrap();
    let mut told = Vec::new();
    for _ in 0..49 {
        let event = next(&mut for_bob).await.decode::<proto::MarksMoved>().unwrap();
        assert_eq!((event.read_seq, event.user_id), (1, bob.user_id.to_string()));
        told.push(event.conversation_id);
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 49, "those that moved");
    answer(all().await).unwrap();
    crate::place::silence(&mut for_bob).await;
    for place in &places {
        let my = app.see(bob, place).await.unwrap().my.unwrap();
        assert_eq!((my.unread_count, my.mention_count), (0, 0));
    }
}
