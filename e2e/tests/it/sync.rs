//! Sync, long polling, changes and search, as clients without a socket use them.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::SignedIn;
use pulse_types::{RequestId, SystemClock};
use serde_json::{Value, json};

use crate::people::{Pair, pair};
use crate::rest::{call, number, ok, text};

async fn send(person: &SignedIn, place: &str, body: &str) -> anyhow::Result<Value> {
    let message = json!({"client_id": RequestId::new(&SystemClock).to_string(), "body": body});
    ok(person, &format!("POST /v1/conversations/{place}/messages"), Some(&message)).await
}

async fn token(person: &SignedIn) -> anyhow::Result<String> {
    let start = ok(person, "GET /v1/sync", None).await?;
    assert_eq!(start.as_object().map(serde_json::Map::len), Some(2), "{start}");
    Ok(text(&start, "token"))
}

fn is_empty(page: &Value) -> bool {
    page["conversations"] == json!([])
        && page["removed_conversation_ids"] == json!([])
        && page["relationships_changed"] == json!(false)
        && page["has_more"] == json!(false)
}

#[tokio::test]
async fn a_client_without_a_socket_hears_of_everything() -> anyhow::Result<()> {
    let Pair { mut stack, ada, grace, chat } = pair(&[]).await?;
    let place = chat.id.to_string();
    let start = token(&grace).await?;
    let quiet = ok(&grace, &format!("GET /v1/sync?since={start}"), None).await?;
    assert!(is_empty(&quiet), "{quiet}");
    send(&ada, &place, "hello").await?;
    let page = ok(&grace, &format!("GET /v1/sync?since={start}"), None).await?;
    let changed = &page["conversations"][0];
    assert_eq!((&changed["messages"][0]["body"], &changed["gap"]), (&json!("hello"), &json!(false)));
    assert_eq!(changed["conversation"]["my"]["delivered_seq"], 1);
    assert_eq!(changed["conversation"]["peer"]["username"], "ada");
    assert_eq!(page["total_unread"], 1);
    let next = text(&page, "token");
    assert!(is_empty(&ok(&grace, &format!("GET /v1/sync?since={next}"), None).await?));

    // What waits is told at once; what is quiet ends in time.
    let waiting = format!("GET /v1/sync?since={next}&wait=20");
    let began = Instant::now();
    let (found, sent) = tokio::join!(ok(&grace, &waiting, None), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        send(&ada, &place, "wake up").await
    });
    sent?;
    let found = found?;
    assert_eq!(found["conversations"][0]["messages"][0]["body"], "wake up");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let next = text(&found, "token");
    let began = Instant::now();
    let quiet = ok(&grace, &format!("GET /v1/sync?since={next}&wait=1"), None).await?;
    assert!(is_empty(&quiet) && began.elapsed() >= Duration::from_millis(900), "{quiet}");

    // People change too.
    let since = token(&grace).await?;
    ok(&ada, &format!("DELETE /v1/users/{}/follow", grace.user_id()), None).await?;
    let changed = ok(&grace, &format!("GET /v1/sync?since={since}&wait=20"), None).await?;
    assert_eq!(changed["relationships_changed"], true, "{changed}");

    for (query, field) in [
        ("since=", "since"),
        ("since=x", "since"),
        ("since=x.y", "since"),
        ("wait=31", "wait"),
        ("wait=-1", "wait"),
        ("wait=a", "wait"),
    ] {
        let (status, problem) = call(&grace, &format!("GET /v1/sync?{query}"), None).await?;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{query}");
    }
    let (status, _) = call(&ada, &format!("GET /v1/sync?since={next}"), None).await?;
    assert_eq!(status, 422, "somebody else's");
    let (status, _) = call(&grace, &format!("GET /v1/sync?since={next}tampered"), None).await?;
    assert_eq!(status, 422);
    stack.stop().await;
    Ok(())
}

#[tokio::test]
async fn changes_and_search_answer_by_rest() -> anyhow::Result<()> {
    let Pair { mut stack, ada, grace, chat } = pair(&[]).await?;
    let place = chat.id.to_string();
    send(&ada, &place, "😀 shall we meet at the station?").await?;
    send(&grace, &place, "the stations are closed").await?;
    let page = ok(&grace, &format!("GET /v1/conversations/{place}/changes?after=0"), None).await?;
    assert_eq!(
        (page["messages"].as_array().map(Vec::len), page["has_more"].as_bool()),
        (Some(2), Some(false))
    );
    assert_eq!(page["members"].as_array().map(Vec::len), Some(2), "{page}");
    assert_eq!((number(&page, "version"), number(&page["conversation"], "version")), (3, 3));
    for (query, status) in
        [("", 422), ("?after=", 422), ("?after=-1", 422), ("?after=x", 422), ("?after=99", 200)]
    {
        let (answered, _) =
            call(&grace, &format!("GET /v1/conversations/{place}/changes{query}"), None).await?;
        assert_eq!(answered, status, "{query}");
    }

    let found = ok(&ada, "GET /v1/search/messages?q=station", None).await?;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2), "{found}");
    let only = ok(&ada, &format!("GET /v1/search/messages?q=station&from={}", ada.user_id()), None).await?;
    assert_eq!(only["items"][0]["highlights"], json!([{"start": 24, "end": 31}]), "{only}");
    let here = ok(&ada, &format!("GET /v1/search/messages?q=%22are+closed%22&conversation_id={place}"), None)
        .await?;
    assert_eq!(here["items"].as_array().map(Vec::len), Some(1));
    let elsewhere = format!("GET /v1/search/messages?q=a&conversation_id={}", RequestId::new(&SystemClock));
    assert_eq!(call(&ada, &elsewhere, None).await?.0, 404);
    for query in ["", "?q=", "?q=+", "?q=a&from=b", "?q=a&conversation_id=", "?q=a&limit=0", "?q=a&cursor=x"]
    {
        let (status, _) = call(&ada, &format!("GET /v1/search/messages{query}"), None).await?;
        assert_eq!(status, 422, "{query}");
    }
    stack.stop().await;
    Ok(())
}

#[tokio::test]
async fn while_bus_and_social_graph_hang_a_waiting_client_still_hears_of_messages() -> anyhow::Result<()> {
    let Pair { mut stack, ada, grace, chat } = pair(&[]).await?;
    let place = chat.id.to_string();
    let since = token(&grace).await?;
    let described = stack.description()?;
    let pids = [described.nats.pid, described.services.social_graph.pid];
    let signal = |signal| {
        pids.iter().try_for_each(|pid| {
            kill(Pid::from_raw(i32::try_from(*pid)?), signal).map_err(anyhow::Error::from)
        })
    };
    signal(Signal::SIGSTOP)?;
    let began = Instant::now();
    let waiting = format!("GET /v1/sync?since={since}&wait=25");
    let (found, sent) = tokio::join!(ok(&grace, &waiting, None), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        send(&ada, &place, "still here").await
    });
    signal(Signal::SIGCONT)?;
    sent?;
    let found = found?;
    assert_eq!(found["conversations"][0]["messages"][0]["body"], "still here", "{found}");
    assert_eq!(found["relationships_changed"], false);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    // Social-graph's half of the token has stayed: what changed meanwhile is told.
    ok(&ada, &format!("DELETE /v1/users/{}/follow", grace.user_id()), None).await?;
    let next = ok(&grace, &format!("GET /v1/sync?since={}&wait=20", text(&found, "token")), None).await?;
    assert_eq!(next["relationships_changed"], true, "{next}");
    stack.stop().await;
    Ok(())
}
