//! Receipts: how far others have come, and who may know.

use pulse_events::EventType;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Principal, Reason};

use crate::act::next_of;
use crate::app::App;
use crate::place::silence;

fn seqs(receipts: &proto::ListReceiptsResponse, whose: Principal) -> (i64, i64) {
    let receipt =
        receipts.receipts.iter().find(|receipt| receipt.user_id == whose.user_id.to_string()).unwrap();
    (receipt.delivered_seq, receipt.read_seq)
}

#[tokio::test]
async fn marks_tell_whom_a_message_has_reached() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let group = app.make_group(&[ada, bob]).await;
    let said = app.post(ada, &group, "hello").await;
    assert_eq!(app.reached(ada, &said.message_id).await.unwrap(), ["bob"]);
    let (_bus, mut plane) = app.watch(&group).await;

    let marks = app.mark_delivered(bob, &group, 99).await.unwrap();
    assert_eq!((marks.delivered_seq, marks.read_seq), (said.seq, 1), "the note of the creation was read");
    assert_eq!(app.reached(ada, &said.message_id).await.unwrap(), ["bob delivered"]);
    let event = next_of(&mut plane, EventType::MarksMoved).await.decode::<proto::MarksMoved>().unwrap();
    assert_eq!((event.user_id, event.delivered_seq), (bob.user_id.to_string(), said.seq));
    app.mark_delivered(bob, &group, 1).await.unwrap();
    silence(&mut plane).await;

    app.mark_read(bob, &group, 99).await.unwrap();
    assert_eq!(app.reached(bob, &said.message_id).await.unwrap(), ["bob read"]);
    let receipts = app.receipts(ada, &group).await.unwrap();
    assert_eq!((receipts.last_seq, receipts.receipts.len()), (said.seq, 1), "without the caller");
    assert_eq!(seqs(&receipts, bob), (said.seq, said.seq));
    assert_eq!(receipts.version, app.see(ada, &group).await.unwrap().version);

    assert_eq!(app.receipts(eve, &group).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.reached(eve, &said.message_id).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.mark_delivered(eve, &group, 1).await.unwrap_err().reason, Reason::NotFound);
    let refused = app.mark_delivered(bob, &group, -1).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "seq");
    app.pretend_members(&group, 257).await;
    assert!(app.reached(ada, &said.message_id).await.unwrap().is_empty());
    assert!(app.receipts(ada, &group).await.unwrap().receipts.is_empty(), "too many");
}

#[tokio::test]
async fn whoever_hides_what_they_read_does_not_see_it_of_others_either() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    let from_ada = app.post(ada, &place, "hello").await;
    app.show_reads(bob, "bob", false, 2).await;
    let (_bus, mut for_ada) = app.listen(ada).await;
    let (_own, mut for_bob) = app.listen(bob).await;

    app.mark_read(bob, &place, 1).await.unwrap();
    let own = next_of(&mut for_bob, EventType::MarksMoved).await.decode::<proto::MarksMoved>().unwrap();
    assert_eq!((own.read_seq, own.delivered_seq), (1, 1), "own devices know");
    let seen = next_of(&mut for_ada, EventType::MarksMoved).await.decode::<proto::MarksMoved>().unwrap();
    assert_eq!((seen.read_seq, seen.delivered_seq), (0, 1), "arrived, and no more");
    assert_eq!(app.reached(ada, &from_ada.message_id).await.unwrap(), ["bob delivered"]);
    assert_eq!(seqs(&app.receipts(ada, &place).await.unwrap(), bob), (1, 0));

    // The other way round.
    let from_bob = app.post(bob, &place, "hi").await;
    app.mark_delivered(ada, &place, 2).await.unwrap();
    next_of(&mut for_bob, EventType::MarksMoved).await;
    app.mark_read(ada, &place, 2).await.unwrap();
    assert_eq!(app.reached(bob, &from_bob.message_id).await.unwrap(), ["ada delivered"]);
    assert_eq!(seqs(&app.receipts(bob, &place).await.unwrap(), ada), (2, 0));
    silence(&mut for_bob).await;
}

#[tokio::test]
async fn both_people_of_a_direct_hear_of_marks() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.post(ada, &place, "hello").await;
    let (_bus, mut for_ada) = app.listen(ada).await;
    let (_bus2, mut plane) = app.watch(&place).await;
    app.mark_read(bob, &place, 1).await.unwrap();
    let seen = next_of(&mut for_ada, EventType::MarksMoved).await.decode::<proto::MarksMoved>().unwrap();
    assert_eq!((seen.user_id, seen.read_seq), (bob.user_id.to_string(), 1));
    silence(&mut plane).await;
}

#[tokio::test]
async fn marks_are_not_told_to_somebody_who_is_not_connected_any_more() {
    let app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    for body in ["one", "two", "three"] {
        app.post(ada, &place, body).await;
    }
    let token = crate::sync::token(&app, bob).await;
    app.connect(ada, bob, false, 2).await;
    let (_bus, mut for_ada) = app.listen(ada).await;
    let (_own, mut for_bob) = app.listen(bob).await;
    app.mark_read(bob, &place, 2).await.unwrap();
    next_of(&mut for_bob, EventType::MarksMoved).await;
    app.mark_delivered(bob, &place, 3).await.unwrap();
    crate::sync::sync(&app, bob, &token).await.unwrap();
    silence(&mut for_ada).await;
}
