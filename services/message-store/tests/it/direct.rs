//! Directs that a client opens by a name of its own.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::ConversationKind as Kind;
use pulse_rpc::Reason;
use pulse_types::{RequestId, SystemClock};

use crate::app::App;
use crate::place::wanted;

fn name() -> String {
    RequestId::new(&SystemClock).to_string()
}

fn opened(answer: &proto::GetOrCreateDirectResponse) -> (bool, bool, String) {
    let conversation = answer.conversation.as_ref().unwrap();
    (answer.created, answer.replayed, conversation.conversation_id.clone())
}

#[tokio::test]
async fn a_repeat_gives_the_direct_whatever_is_between_the_two_now() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (first, later) = (name(), name());
    let (made, replayed, place) = opened(&app.open_named_direct(ada, bob, &first).await.unwrap());
    assert_eq!((made, replayed), (true, false));
    let repeat = (false, true, place.clone());
    assert_eq!(opened(&app.open_named_direct(ada, bob, &first).await.unwrap()), repeat);
    // It stands already: a new name is no repeat, and stands for it from then on.
    let stood = (false, false, place.clone());
    assert_eq!(opened(&app.open_named_direct(ada, bob, &later).await.unwrap()), stood);
    assert_eq!(opened(&app.open_named_direct(ada, bob, &later).await.unwrap()), repeat);
    assert_eq!(opened(&app.open_direct(ada, bob).await.unwrap()), stood);
    // The name is the caller's own.
    assert_eq!(opened(&app.open_named_direct(bob, ada, &first).await.unwrap()), stood);

    app.block(bob, ada, 2).await;
    let again = app.open_named_direct(ada, bob, &first).await.unwrap();
    assert_eq!(opened(&again), repeat);
    assert_eq!(again.conversation.unwrap().peer, None, "who blocks is not seen");
    assert_eq!(app.open_named_direct(ada, bob, &name()).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.open_named_direct(bob, ada, &name()).await.unwrap_err().reason, Reason::NotConnected);
}

#[tokio::test]
async fn a_name_stands_for_one_conversation_of_whatever_kind() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (direct, group) = (name(), name());
    app.open_named_direct(ada, bob, &direct).await.unwrap();
    let refused = app.open_named_direct(ada, eve, &direct).await.unwrap_err();
    assert_eq!(refused.reason, Reason::IdempotencyMismatch);
    let mut request = wanted(Kind::Group, None, &[bob]);
    request.client_id = direct;
    assert_eq!(app.create(ada, request.clone()).await.unwrap_err().reason, Reason::IdempotencyMismatch);
    request.client_id = group.clone();
    app.create(ada, request).await.unwrap();
    let refused = app.open_named_direct(ada, bob, &group).await.unwrap_err();
    assert_eq!(refused.reason, Reason::IdempotencyMismatch, "it stands, and is named otherwise");
    assert_eq!(
        app.open_named_direct(ada, eve, &group).await.unwrap_err().reason,
        Reason::IdempotencyMismatch
    );
    // What was refused left nothing behind.
    assert_eq!(app.count("SELECT count(*) FROM direct_pairs").await, 1);
    let bad = app.open_named_direct(ada, bob, "mine").await.unwrap_err();
    assert_eq!((bad.fields[0].field.as_str(), bad.fields[0].code.as_str()), ("client_id", "invalid"));
}

#[tokio::test]
async fn many_at_once_by_one_name_make_one_and_repeat_it() {
    let app = App::start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (hers, his) = (name(), name());
    let asked = (0..16).map(|number| match number % 2 {
        0 => app.open_named_direct(ada, bob, &hers),
        _ => app.open_named_direct(bob, ada, &his),
    });
    let answers: Vec<_> =
        futures_util::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| answer.created).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.replayed).count(), 14, "each name is new once");
    assert_eq!(app.count("SELECT count(*) FROM conversations").await, 1);
    assert_eq!(app.count("SELECT count(DISTINCT conversation_id) FROM conversation_requests").await, 1);
    app.erased(ada, false).await;
    assert_eq!(app.count("SELECT count(*) FROM conversation_requests").await, 1, "hers is forgotten");
}
