//! What goes on while something is down, and that nothing is lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use pulse_message_store::store::MIGRATOR;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Reason;
use pulse_testkit::{Proxy, TestDatabase, eventually};

use crate::app::{App, Options, SOON, message, next};

/// Sends until it is stored, as clients do: the same message again when nobody knows.
async fn send_until_stored(app: &App, user: pulse_rpc::Principal, request: proto::SendMessageRequest) -> i64 {
    loop {
        match app.send(user, request.clone()).await {
            Ok(sent) => return sent.message.unwrap().seq,
            Err(failure) => assert_eq!(failure.reason, Reason::Unavailable, "{failure}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn connections_killed_under_load_lose_and_double_nothing() {
    let app = App::start().await;
    let (people, place) = app.group(10).await;
    let is_done = AtomicBool::new(false);
    let killing = async {
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE application_name = 'message-store' AND datname = current_database()";
        let (mut killed, mut stored_before) = (0, 0);
        while !is_done.load(Ordering::Relaxed) {
            // As often as the work goes on in between: a connection needs a moment to begin.
            let stored: i64 = sqlx::query_scalar("SELECT max(last_seq) FROM conversations")
                .fetch_one(&app.pool)
                .await
                .unwrap();
            if stored > stored_before {
                stored_before = stored;
                killed += sqlx::query_scalar::<_, i64>(kill).fetch_one(&app.pool).await.unwrap();
            }
            tokio::task::yield_now().await;
        }
        killed
    };
    let sending = async {
        let all = people.iter().map(|person| async {
            let mut acknowledged = Vec::new();
            for number in 0..40 {
                let request = message(&place, &format!("message {number}"));
                let client_id = request.client_id.clone();
                acknowledged.push((client_id, send_until_stored(&app, *person, request).await));
            }
            acknowledged
        });
        let acknowledged: Vec<_> = join_all(all).await.into_iter().flatten().collect();
        is_done.store(true, Ordering::Relaxed);
        acknowledged
    };
    let (killed, acknowledged) = tokio::join!(killing, sending);
    assert!(killed > 0);

    let messages = app.everything(people[0], &place).await;
    assert_eq!(messages.iter().map(|m| m.seq).collect::<Vec<_>>(), (1..=400).collect::<Vec<_>>());
    let stored: BTreeSet<_> = messages.into_iter().map(|m| (m.client_id, m.seq)).collect();
    assert_eq!(stored, acknowledged.into_iter().collect());
}

#[tokio::test]
async fn a_database_that_vanishes_makes_sends_unavailable_and_nothing_half_done() {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let authority = database.url().rsplit('@').next().unwrap().split('/').next().unwrap().to_owned();
    let proxy = Proxy::start(&authority).await.unwrap();
    let options = Options { database_url: Some(proxy.url(database.url())), ..Options::default() };
    let app = App::start_with(database, options).await;
    let (ada, bob, place) = app.direct().await;
    app.send(ada, message(&place, "before")).await.unwrap();

    proxy.cut();
    let request = message(&place, "meanwhile");
    let failure = app.send(ada, request.clone()).await.unwrap_err();
    assert_eq!(failure.reason, Reason::Unavailable);
    assert!(failure.retry_after.is_some());
    let not_ready = || async { app.admin_page("/readyz").await.ok().filter(|page| page.contains("503")) };
    eventually(SOON, not_ready).await.unwrap();

    proxy.restore();
    assert_eq!(send_until_stored(&app, ada, request).await, 2);
    assert_eq!(app.everything(bob, &place).await.len(), 2);
}

#[tokio::test]
async fn without_the_bus_sends_go_on_and_events_follow() {
    let mut app = App::start().await;
    let (ada, bob, place) = app.direct().await;
    app.nats.stop().await;
    for number in 0..20 {
        app.send(ada, message(&place, &format!("{number}"))).await.unwrap();
    }
    assert!(app.outbox().await >= 20);
    let page = app.admin_page("/readyz").await.unwrap();
    assert!(page.contains("200 OK"), "{page}");

    app.nats.start_again().await.unwrap();
    let drained = || async { (app.outbox().await == 0).then_some(()) };
    eventually(SOON, drained).await.unwrap();
    let (_bus, mut for_bob) = app.listen(bob).await;
    app.send(ada, message(&place, "live again")).await.unwrap();
    let told = next(&mut for_bob).await.decode::<proto::MessageCreated>().unwrap().message.unwrap();
    assert_eq!((told.seq, told.body.as_str()), (21, "live again"));
}

#[tokio::test]
async fn an_event_that_a_crash_left_behind_is_published() {
    let app = App::start().await;
    let (ada, _bob, place) = app.direct().await;
    let (_bus, mut for_ada) = app.listen(ada).await;
    let sent = app.send(ada, message(&place, "hello")).await.unwrap().message.unwrap();
    let first = next(&mut for_ada).await;
    // The row of an event whose process died between the commit and the publishing.
    let insert = "INSERT INTO outbox (event_id, event_type, subjects, payload, created_at)
                  VALUES ($1, 'message.created', ARRAY['pulse.v1.user.' || $2::text], $3, now() - interval '1 minute')";
    let query = sqlx::query(insert).bind(first.event_id.as_uuid()).bind(ada.user_id.as_uuid());
    query.bind(first.payload.to_vec()).execute(&app.pool).await.unwrap();
    let again = next(&mut for_ada).await;
    assert_eq!(again.event_id, first.event_id, "consumers drop it by its id");
    assert_eq!(again.decode::<proto::MessageCreated>().unwrap().message.unwrap(), sent);
}
