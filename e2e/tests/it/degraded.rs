//! What each server that is down leaves working, what clients are told of it, and that it heals by itself (design section 5).
//!
//! Killed processes that lose nothing are in `crash.rs`, limits without Redis in `limits.rs`, sessions while the bus is away in
//! the gateway's own tests. Here servers fall silent; in `degraded/restarts.rs` they end and begin anew.

pub(crate) mod restarts;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewMessage, SignedIn, Socket};
use pulse_testkit::Stack;
use serde_json::{Value, json};

use crate::people::{Pair, code, connect, gateway_url, pair, sign_up, until};
use crate::rest::{call, ok, text};

/// Redis is counted on again this soon after its return.
const REDIS_HEALS_WITHIN: Duration = Duration::from_secs(5);

/// A process that says nothing for a while, like a host that has vanished; it goes on when this is dropped.
struct Silenced(Vec<Pid>);

impl Silenced {
    fn one(pid: u32) -> anyhow::Result<Self> {
        let mut silenced = Self(Vec::new());
        silenced.add(Pid::from_raw(i32::try_from(pid)?));
        Ok(silenced)
    }

    /// The database is a family of processes, and each connection has one of its own.
    fn postgres(stack: &Stack) -> anyhow::Result<Self> {
        let parent = stack.description()?.postgres.pid;
        // The parent first: from then on it starts no more.
        let mut silenced = Self::one(parent)?;
        for entry in std::fs::read_dir("/proc")? {
            let Ok(pid) = entry?.file_name().to_string_lossy().parse::<i32>() else { continue };
            let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            // After the name, which stands in brackets: the state, then the parent.
            let of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if of == Some(&parent.to_string()) {
                silenced.add(Pid::from_raw(pid));
            }
        }
        Ok(silenced)
    }

    fn add(&mut self, pid: Pid) {
        let _ = kill(pid, Signal::SIGSTOP);
        self.0.push(pid);
    }
}

impl Drop for Silenced {
    fn drop(&mut self) {
        for pid in self.0.iter().rev() {
            let _ = kill(*pid, Signal::SIGCONT);
        }
    }
}

/// What a gateway says is down.
async fn degraded(url: &str) -> anyhow::Result<Value> {
    let (_, config) = Client::new(url)?.raw(reqwest::Method::GET, "/v1/config", None).await?;
    Ok(config["degraded"].clone())
}

/// Waits until a socket was told that this, and whatever else, is down or up again.
async fn told(socket: &mut Socket, name: &str, is_down: bool) -> anyhow::Result<Vec<String>> {
    let mut last: Vec<String> = Vec::new();
    let found = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let event = socket.next_of("server.degraded").await?;
            last = serde_json::from_value(event.data["degraded"].clone())?;
            if last.iter().any(|down| down == name) == is_down {
                return anyhow::Ok(());
            }
        }
    });
    let found = found.await;
    found.with_context(|| format!("{name} down: {is_down} was not told; the last was {last:?}"))??;
    Ok(last)
}

/// Waits until nothing is down at both gateways, and gives how long that took.
async fn healed(pair: &Pair) -> anyhow::Result<Duration> {
    let began = Instant::now();
    for gateway in pair.stack.description()?.gateways {
        until(async || Ok(degraded(&gateway.url).await.is_ok_and(|down| down == json!([])))).await?;
    }
    Ok(began.elapsed())
}

/// Waits until a socket has got a message, whatever comes before.
async fn receives(socket: &mut Socket, body: &str) -> anyhow::Result<()> {
    let got = tokio::time::timeout(Duration::from_secs(20), async {
        while socket.next_of("message.created").await?.data["body"] != body {}
        anyhow::Ok(())
    });
    got.await.with_context(|| format!("`{body}` did not come"))?
}

/// Waits until a message is told, or that something was missed: a message that was published while the bus was away.
async fn becomes_known(socket: &mut Socket, body: &str) -> anyhow::Result<()> {
    let known = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let event = socket.next_event().await?;
            match event.event_type.as_str() {
                "message.created" if event.data["body"] == body => return anyhow::Ok(()),
                "sync.required" => return Ok(()),
                _ => {}
            }
        }
    });
    known.await.with_context(|| format!("`{body}` did not become known"))?
}

/// Sends until it is accepted, as the outbox of a client does.
async fn send_at_last(person: &SignedIn, pair: &Pair, message: &NewMessage) -> anyhow::Result<i64> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match person.send(pair.chat.id, message).await {
            Ok(sent) => return Ok(sent.message.seq),
            Err(error) if error.code().is_none_or(|code| code == "unavailable") => {}
            Err(error) => return Err(error.into()),
        }
        anyhow::ensure!(Instant::now() < deadline, "it was not accepted");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Two sockets, at a gateway each, that know that all is well.
async fn sockets(pair: &Pair) -> anyhow::Result<(Socket, Socket)> {
    healed(pair).await?;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let sockets = (pair.ada.connect().await?, pair.grace.connect().await?);
    assert!(sockets.0.hello.degraded.is_empty(), "{:?}", sockets.0.hello);
    Ok(sockets)
}

#[tokio::test]
async fn without_redis_chat_goes_on_and_presence_is_unknown() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let silenced = Silenced::one(pair.stack.description()?.redis.pid)?;
    assert_eq!(told(&mut ada, "redis", true).await?, ["redis"]);
    assert_eq!(told(&mut grace, "redis", true).await?, ["redis"]);
    let url = gateway_url(&pair.stack, 0)?;
    assert_eq!(degraded(&url).await?, json!(["redis"]));
    let again = pair.ada.connect().await?;
    assert_eq!(again.hello.degraded, ["redis"], "a new socket is told at once");

    ada.send_message(pair.chat.id, "without redis").await?;
    receives(&mut grace, "without redis").await?;
    assert_eq!(pair.ada.presences(&[pair.grace.user_id()]).await?[0].status, "unknown");
    Client::new(&url)?.login("ada", "ada keeps a long secret").await?;
    let began = Instant::now();
    pair.ada.send(pair.chat.id, &NewMessage::new("still quick")).await?;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());

    drop(silenced);
    let back = Instant::now();
    told(&mut ada, "redis", false).await?;
    told(&mut grace, "redis", false).await?;
    until(async || Ok(pair.ada.presences(&[pair.grace.user_id()]).await?[0].status == "online")).await?;
    assert!(back.elapsed() < REDIS_HEALS_WITHIN, "{:?}", back.elapsed());
    Ok(())
}

#[tokio::test]
async fn without_the_bus_sends_are_stored_and_sync_tells_them() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let token = grace.hello.sync_token.clone();
    let mut another = pair.grace.connect().await?;
    let silenced = Silenced::one(pair.stack.description()?.nats.pid)?;
    let sent = ada.send_message(pair.chat.id, "while the bus is down").await?.message;
    // Positions are compared whatever the bus does.
    becomes_known(&mut another, "while the bus is down").await?;
    assert!(told(&mut grace, "nats", true).await?.contains(&"nats".to_owned()));
    assert!(told(&mut ada, "nats", true).await?.contains(&"nats".to_owned()));
    // Sockets stay, and clients poll.
    let (found, _) = grace.request("sync", json!({"since": token})).await?;
    assert_eq!(found["conversations"][0]["messages"][0]["id"], json!(sent.id));
    assert_eq!(pair.grace.history(pair.chat.id).await?.len(), 1);
    let late = pair.grace.connect().await?;
    assert!(late.hello.degraded.contains(&"nats".to_owned()), "a socket is opened all the same");

    drop(silenced);
    told(&mut grace, "nats", false).await?;
    told(&mut ada, "nats", false).await?;
    ada.send_message(pair.chat.id, "and live again").await?;
    receives(&mut grace, "and live again").await?;
    Ok(())
}

#[tokio::test]
async fn without_the_database_sockets_stay_and_sends_are_repeated() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let before = ada.send_message(pair.chat.id, "before").await?.message;
    let silenced = Silenced::postgres(&pair.stack)?;
    let message = NewMessage::new("kept in the outbox");
    let refused = ada.send(pair.chat.id, &message).await.expect_err("nothing can be written");
    assert_eq!(refused.code(), Some("unavailable"));
    let (status, problem) =
        call(&pair.ada, &format!("PATCH /v1/messages/{}", before.id), Some(&json!({"body": "x"}))).await?;
    assert_eq!((status, text(&problem, "code")), (503, "unavailable".to_owned()));
    assert!(told(&mut grace, "postgres", true).await?.contains(&"postgres".to_owned()));
    assert!(told(&mut ada, "postgres", true).await?.contains(&"postgres".to_owned()));
    ada.request("ping", json!({})).await?;
    assert_eq!(pair.ada.presences(&[pair.ada.user_id()]).await?[0].status, "online", "presence goes on");

    drop(silenced);
    told(&mut ada, "postgres", false).await?;
    healed(&pair).await?;
    let seq = send_at_last(&pair.ada, &pair, &message).await?;
    receives(&mut grace, "kept in the outbox").await?;
    assert_eq!(send_at_last(&pair.ada, &pair, &message).await?, seq, "a repeat is the same message");
    let history = pair.grace.history(pair.chat.id).await?;
    assert_eq!(history.iter().map(|found| found.seq).collect::<Vec<_>>(), [1, 2], "and it is there once");
    Ok(())
}

#[tokio::test]
async fn without_auth_whoever_is_signed_in_chats_on() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let silenced = Silenced::one(pair.stack.description()?.services.auth.pid)?;
    told(&mut ada, "auth", true).await?;
    let refused = Client::new(&gateway_url(&pair.stack, 0)?)?.login("ada", "ada keeps a long secret").await;
    assert_eq!(code(refused), "unavailable");
    ada.send_message(pair.chat.id, "signed in already").await?;
    receives(&mut grace, "signed in already").await?;
    let mut another = pair.grace.connect().await?;
    ada.send_message(pair.chat.id, "to a new socket too").await?;
    receives(&mut another, "to a new socket too").await?;

    drop(silenced);
    told(&mut ada, "auth", false).await?;
    Client::new(&gateway_url(&pair.stack, 0)?)?.login("ada", "ada keeps a long secret").await?;
    Ok(())
}

#[tokio::test]
async fn without_social_graph_chat_goes_on() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, mut grace) = sockets(&pair).await?;
    let types = json!({"conversation_id": pair.chat.id});
    ada.request("typing.start", types.clone()).await?;
    let silenced = Silenced::one(pair.stack.description()?.services.social_graph.pid)?;
    // The right to type is not asked for with each sign.
    tokio::time::timeout(Duration::from_secs(1), ada.request("typing.start", types)).await??;
    told(&mut grace, "social_graph", true).await?;
    let (status, problem) = call(&pair.ada, "GET /v1/users?q=grace", None).await?;
    assert_eq!((status, text(&problem, "code")), (503, "unavailable".to_owned()));
    let token = grace.hello.sync_token.clone();
    let sent = ada.send_message(pair.chat.id, "about nobody").await?.message;
    receives(&mut grace, "about nobody").await?;
    ada.request("message.edit", json!({"message_id": sent.id, "body": "about nobody else"})).await?;
    grace.request("read.mark", json!({"conversation_id": pair.chat.id, "seq": 1})).await?;
    let (found, _) = grace.request("sync", json!({"since": token})).await?;
    assert_eq!(found["conversations"][0]["messages"][0]["body"], "about nobody else");
    pair.ada.connect().await?;

    drop(silenced);
    told(&mut grace, "social_graph", false).await?;
    ok(&pair.ada, "GET /v1/users?q=grace", None).await?;
    Ok(())
}

#[tokio::test]
async fn without_message_store_nothing_is_half_done() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let silenced = Silenced::one(pair.stack.description()?.services.message_store.pid)?;
    let message = NewMessage::new("kept");
    assert_eq!(code(ada.send(pair.chat.id, &message).await), "unavailable");
    assert!(told(&mut grace, "message_store", true).await?.contains(&"message_store".to_owned()));
    assert!(told(&mut ada, "message_store", true).await?.contains(&"message_store".to_owned()));
    // People can still be found, and followed.
    ok(&pair.ada, "GET /v1/users?q=grace", None).await?;
    ada.request("ping", json!({})).await?;

    drop(silenced);
    told(&mut ada, "message_store", false).await?;
    send_at_last(&pair.ada, &pair, &message).await?;
    receives(&mut grace, "kept").await?;
    let history = pair.grace.history(pair.chat.id).await?;
    assert_eq!(history.iter().filter(|found| found.body == "kept").count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_is_killed_loses_nothing_and_comes_back() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace) = sockets(&pair).await?;
    let token = grace.hello.sync_token.clone();
    let acknowledged = ada.send_message(pair.chat.id, "acknowledged").await?.message;
    let killed = pair.stack.description()?.gateways[1].pid;
    kill(Pid::from_raw(i32::try_from(killed)?), Signal::SIGKILL)?;
    let mut grace = grace;
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), grace.wait_closed()).await?, None, "no farewell");

    // The other one serves everybody at once.
    let elsewhere = pair.grace.at(pair.ada.base_url())?;
    let mut grace = elsewhere.connect().await?;
    let (found, _) = grace.request("sync", json!({"since": token})).await?;
    assert_eq!(found["conversations"][0]["messages"][0]["id"], json!(acknowledged.id));
    ada.send_message(pair.chat.id, "on the other one").await?;
    receives(&mut grace, "on the other one").await?;

    until(async || Ok(pair.stack.description()?.gateways[1].pid != killed)).await?;
    healed(&pair).await?;
    let linus = sign_up(&gateway_url(&pair.stack, 1)?, "linus").await?;
    connect(&pair.ada, &linus).await?;
    Ok(())
}
