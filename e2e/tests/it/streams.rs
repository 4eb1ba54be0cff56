//! Event streams: what a socket carries, for clients without sockets, over two gateways.

mod absence;
pub(crate) mod reader;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::try_join_all;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewMessage, Socket};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;

use self::reader::{open, try_open};
use crate::people::{Pair, gateway_url, metric, pair, sign_up, until};
use crate::rest::{group, ok, text};

const NOBODY: &str = "0190a5c6-7c1f-7000-8000-000000000001";
/// What happens at once does so within this time, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

fn bodies(sync: &Value) -> Vec<String> {
    let conversations = sync["data"]["conversations"].as_array().into_iter().flatten();
    let messages = conversations.flat_map(|changed| changed["messages"].as_array().into_iter().flatten());
    messages.map(|message| text(message, "body")).collect()
}

/// The last frame, which must be `closing`, and the types of those before it.
fn ending(frames: &[Value]) -> anyhow::Result<(u64, Vec<String>)> {
    let (last, before) = frames.split_last().context("no last frame")?;
    anyhow::ensure!(last["type"] == "closing" && last["data"]["reason"].is_string(), "{last}");
    let types = before.iter().map(|frame| text(frame, "type")).collect();
    Ok((last["data"]["code"].as_u64().context("a code")?, types))
}

#[tokio::test]
async fn a_stream_carries_what_a_socket_does() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let url = gateway_url(&stack, 1)?;
    let mut socket = Socket::connect(&url, &grace.session.access_token, "scope=all").await?;
    let mut stream = open(&url, &grace, "scope=all").await?;
    let first = ada.send(chat.id, &NewMessage::new("one")).await?.message;
    ok(&ada, &format!("PATCH /v1/messages/{}", first.id), Some(&json!({"body": "one, edited"}))).await?;
    ok(&ada, &format!("PUT /v1/messages/{}/reactions/%F0%9F%91%8D", first.id), None).await?;
    let read = format!("PUT /v1/conversations/{}/read", chat.id);
    ok(&grace, &read, Some(&json!({"seq": first.seq}))).await?;
    ok(&ada, &format!("DELETE /v1/messages/{}", first.id), None).await?;
    let last = ada.send(chat.id, &NewMessage::new("the last one")).await?.message;
    ok(&grace, &read, Some(&json!({"seq": last.seq}))).await?;

    // Both end with what is unread after the last mark.
    let is_last = |event: &Value| event["type"] == "unread.updated" && event["data"]["read_seq"] == last.seq;
    let (mut told, mut streamed) = (Vec::new(), Vec::new());
    while !told.last().is_some_and(is_last) {
        let event = socket.next_event().await?;
        told.push(json!({"type": event.event_type, "data": event.data}));
    }
    while !streamed.last().is_some_and(is_last) {
        streamed.push(stream.next().await?.context("it ended")?);
    }
    let as_set = |frames: &[Value]| frames.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    assert_eq!(as_set(&streamed), as_set(&told));
    let durable = |frames: &[Value]| -> Vec<Value> {
        let kinds = ["message.", "reaction."];
        let is_durable = |frame: &&Value| kinds.iter().any(|kind| text(frame, "type").starts_with(kind));
        frames.iter().filter(is_durable).cloned().collect()
    };
    let versions = |frames: &[Value]| -> Vec<i64> {
        durable(frames).iter().filter_map(|frame| frame["data"]["version"].as_i64()).collect()
    };
    assert_eq!(durable(&streamed), durable(&told));
    assert_eq!(versions(&streamed), (first.version..first.version + 5).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn a_stream_goes_on_at_another_gateway_and_misses_nothing() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let urls = [gateway_url(&stack, 0)?, gateway_url(&stack, 1)?];
    let mut stream = open(&urls[0], &grace, "").await?;
    let mut last_id = stream.last_id.clone().context("an id")?;
    let (mut sent, mut heard) = (Vec::new(), BTreeSet::new());
    for round in 0..6 {
        for number in 0..3 {
            let body = format!("heard {round}.{number}");
            ada.send(chat.id, &NewMessage::new(&body)).await?;
            sent.push(body);
        }
        // Cut off in the middle: what is not read is not heard.
        let created = stream.next_of("message.created").await?;
        heard.insert(text(&created["data"], "body"));
        last_id = stream.last_id.clone().unwrap_or(last_id);
        drop(stream);
        let body = format!("missed {round}");
        ada.send(chat.id, &NewMessage::new(&body)).await?;
        sent.push(body);

        let url = &urls[(round + 1) % 2];
        // By header or by query: the header wins.
        let since = format!("since={last_id}");
        let (query, header) =
            if round % 2 == 0 { ("since=garbled", Some(last_id.as_str())) } else { (since.as_str(), None) };
        let opened = try_open(url, &grace, query, header).await?;
        if round % 2 == 0 {
            // Both are read, so both must be good.
            assert!(opened.is_err_and(|(status, _)| status == 422));
            stream =
                try_open(url, &grace, "", header).await?.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        } else {
            stream = opened.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        }
        let hello = stream.next().await?.context("it ended")?;
        assert_eq!(hello["type"], "hello");
        // Who is cut off now must not go on from behind what was not told yet.
        assert_eq!(stream.last_id.as_deref(), Some(last_id.as_str()));
        let sync = stream.next().await?.context("it ended")?;
        assert_eq!(sync["type"], "sync");
        heard.extend(bodies(&sync));
        assert_eq!(stream.last_id.as_deref(), sync["data"]["token"].as_str());
        last_id = stream.last_id.clone().context("an id")?;
    }
    let missing: Vec<_> = sent.iter().filter(|body| !heard.contains(*body)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    Ok(())
}

#[tokio::test]
async fn ids_go_on_so_that_coming_back_stays_short() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let mut stream = open(&gateway_url(&stack, 1)?, &grace, "").await?;
    let first = stream.last_id.clone();
    // Whoever has a stream is there.
    let asked = json!({"user_ids": [grace.user_id()]});
    until(async || {
        let found = ok(&ada, "POST /v1/presence/query", Some(&asked)).await?;
        Ok(found["presences"][0]["status"] == "online")
    })
    .await?;
    let mut count = 0;
    // A new id is handed out once the gateway has compared what it has with what there is.
    while stream.last_id == first {
        anyhow::ensure!(count < 60, "the id stays");
        ada.send(chat.id, &NewMessage::new(format!("message {count}"))).await?;
        stream.next_of("message.created").await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        count += 1;
    }
    let last_id = stream.last_id.clone().context("an id")?;
    drop(stream);
    ada.send(chat.id, &NewMessage::new("the last one")).await?;
    let opened = try_open(&gateway_url(&stack, 0)?, &grace, "", Some(&last_id)).await?;
    let mut stream = opened.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
    let missed = bodies(&stream.next_of("sync").await?);
    assert_eq!(missed.last().map(String::as_str), Some("the last one"));
    assert!(missed.len() < count, "not all again: {} of {count}", missed.len());
    Ok(())
}

#[tokio::test]
async fn what_may_not_be_streamed_is_refused_before_it_begins() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    let url = gateway_url(&stack, 1)?;
    let eve = sign_up(&url, "eve").await?;
    let own = format!("scope=conversation:{}", chat.id);
    let theirs = try_open(&url, &grace, "", None).await?.map_err(|_| anyhow::anyhow!("refused"))?;
    drop(theirs);
    let foreign = ok(&ada, "GET /v1/sync", None).await?;
    let foreign = format!("since={}", text(&foreign, "token"));
    for (query, expected) in [
        ("scope=everything", (422, "validation_failed")),
        ("scope=", (422, "validation_failed")),
        ("since=", (422, "validation_failed")),
        ("since=garbled", (422, "validation_failed")),
        (foreign.as_str(), (422, "validation_failed")),
        (&format!("scope=conversation:{NOBODY}"), (404, "not_found")),
        (own.as_str(), (404, "not_found")),
    ] {
        let (status, problem) = try_open(&url, &eve, query, None).await?.err().context(query.to_owned())?;
        assert_eq!((status, text(&problem, "code").as_str()), expected, "{query}: {problem}");
    }
    let room = json!({"kind": "room", "title": "Engines"});
    let room = ok(&ada, "POST /v1/conversations", Some(&room)).await?;
    let query = format!("scope=conversation:{}", text(&room, "id"));
    let (status, problem) = try_open(&url, &eve, &query, None).await?.err().context("not a member")?;
    assert_eq!((status, text(&problem, "code").as_str()), (403, "not_a_member"));

    // A stream is one of the sockets that a user may have.
    let mut open_ones = Vec::new();
    for _ in 0..32 {
        open_ones.push(open(&url, &eve, "scope=inbox").await?);
    }
    let (status, problem) = try_open(&url, &eve, "", None).await?.err().context("one too many")?;
    assert_eq!((status, text(&problem, "code").as_str()), (429, "rate_limited"));
    assert!(Socket::connect(&url, &eve.session.access_token, "").await.is_err());
    open_ones.pop();
    until(async || Ok(try_open(&url, &eve, "", None).await?.is_ok())).await?;
    Ok(())
}

#[tokio::test]
async fn a_stream_says_why_it_ends() -> anyhow::Result<()> {
    let env = [("PULSE_AUTH_ACCESS_TOKEN_TTL_SECONDS", "20"), ("PULSE_GATEWAY_RATE_LIMITS", "off")];
    let Pair { stack, ada, mut grace, .. } = pair(&env).await?;
    let urls = [gateway_url(&stack, 0)?, gateway_url(&stack, 1)?];
    grace.refresh().await?;
    let mut until_the_end = open(&urls[0], &grace, "").await?;
    let expiring = until_the_end.next().await?.context("it ended")?;
    assert_eq!(expiring["type"], "auth.expiring", "less than 30 s are left");

    // The session ends at another gateway.
    let device = Client::new(&urls[0])?.login("grace", "grace keeps a long secret").await?;
    let mut revoked = open(&urls[1], &device, "").await?;
    let began = Instant::now();
    device.logout().await?;
    assert_eq!(ending(&revoked.rest().await?)?.0, 4403);
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());

    // The membership ends.
    let made = group(&ada, "Engines", &[&grace]).await?;
    let scope = format!("scope=conversation:{}", text(&made, "id"));
    let mut removed = open(&urls[1], &grace, &scope).await?;
    let path = format!("DELETE /v1/conversations/{}/members/{}", text(&made, "id"), grace.user_id());
    ok(&ada, &path, None).await?;
    let (code, before) = ending(&removed.rest().await?)?;
    assert_eq!((code, before.last().map(String::as_str)), (1000, Some("conversation.removed")));

    // The process stops.
    let mut drained = open(&urls[1], &grace, "scope=inbox").await?;
    let pid = stack.description()?.gateways[1].pid;
    kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
    let draining = drained.next_of("server.draining").await?;
    assert!(draining["data"]["reconnect_after_ms"].as_u64().is_some_and(|after| after < 2000), "{draining}");
    assert_eq!(ending(&drained.rest().await?)?.0, 1012);

    // The token ends.
    let (code, _) = ending(&until_the_end.rest().await?)?;
    assert_eq!(code, 4401);
    assert!(until_the_end.comments > 0, "a comment every 15 s");
    Ok(())
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_slows_nobody() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let url = gateway_url(&stack, 1)?;
    let mut reading = open(&url, &grace, "").await?;
    let address = url.strip_prefix("http://").context("an address")?;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let mut stuck = socket.connect(address.parse()?).await?;
    let token = &grace.session.access_token;
    let head = format!("GET /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stuck.write_all(head.as_bytes()).await?;

    let admin_url = stack.description()?.gateways[1].admin_url.clone();
    let cut = "pulse_slow_sockets_closed_total";
    let streams = r#"pulse_sockets{transport="event_stream"}"#;
    until(async || Ok(metric(&admin_url, streams).await? > 1.5)).await?;
    let sending = async {
        let socket =
            Socket::connect(&gateway_url(&stack, 0)?, &ada.session.access_token, "scope=inbox").await?;
        let body = "x".repeat(4000);
        let mut count = 0_u32;
        while metric(&admin_url, cut).await? < 0.5 {
            let sends = (0..100).map(|_| socket.send_message(chat.id, &body));
            count += u32::try_from(try_join_all(sends).await?.len())?;
            anyhow::ensure!(count < 20_000, "it was never cut");
        }
        socket.send_message(chat.id, "the end").await?;
        anyhow::Ok(count)
    };
    let hearing = async {
        let mut count = 0_u32;
        loop {
            let created = reading.next_of("message.created").await?;
            if created["data"]["body"] == "the end" {
                return anyhow::Ok(count);
            }
            count += 1;
        }
    };
    let (sent, heard) = tokio::try_join!(sending, hearing)?;
    assert_eq!(heard, sent, "the one that reads hears all");
    until(async || Ok(metric(&admin_url, streams).await? < 1.5)).await?;
    // Not only forgotten: the connection is given up, though nobody reads what the system still holds of it.
    let pid = stack.description()?.gateways[1].pid;
    let port = stuck.local_addr()?.port();
    until(async || Ok(!holds_connection(pid, port)?)).await?;
    Ok(())
}

/// Whether a process on Linux holds a connection to this port. A closed one whose bytes still wait has no owner any more.
fn holds_connection(pid: u32, port: u16) -> anyhow::Result<bool> {
    let table = std::fs::read_to_string(format!("/proc/{pid}/net/tcp"))?;
    let remote = format!(":{port:04X}");
    let is_held = |line: &str| {
        let columns: Vec<_> = line.split_whitespace().collect();
        columns.get(2).is_some_and(|address| address.ends_with(&remote)) && columns.get(9) != Some(&"0")
    };
    Ok(table.lines().skip(1).any(is_held))
}
