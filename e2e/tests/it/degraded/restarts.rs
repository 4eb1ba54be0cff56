//! Servers that really end and are started anew some seconds later, beside two gateways: what they kept only in memory is gone, their
//! connections are refused meanwhile, and nobody tells them who had subscribed to what.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{Client, NewMessage, Socket};
use pulse_testkit::Stack;
use serde_json::{Value, json};

use super::{REDIS_HEALS_WITHIN, becomes_known, degraded, healed, receives, send_at_last, sockets, told};
use crate::people::{Pair, code, connect, gateway_url, pair, sign_up, until};
use crate::rest::{group, text};

/// From the moment when a server answers again until all is live as it was: positions are compared within 15 s, a bus or a database is
/// tried again every 2 s at most.
const LIVE_WITHIN: Duration = Duration::from_secs(8);

/// A server that has ended and can't be started again before this is dropped, because its folder is not where it is looked for.
pub(crate) struct Ended {
    folder: PathBuf,
    pid: u32,
}

impl Ended {
    pub(crate) async fn by(signal: Signal, pid: u32) -> anyhow::Result<Self> {
        let folder = std::fs::read_link(format!("/proc/{pid}/cwd"))?;
        kill(Pid::from_raw(i32::try_from(pid)?), signal)?;
        until(async || Ok(!Path::new(&format!("/proc/{pid}")).exists())).await?;
        let this = Self { folder, pid };
        std::fs::rename(&this.folder, this.away())?;
        Ok(this)
    }

    fn away(&self) -> PathBuf {
        self.folder.with_extension("away")
    }

    /// A copy of its data, as it was when it ended.
    pub(crate) fn copy(&self) -> anyhow::Result<PathBuf> {
        let copy = self.folder.with_extension("copy");
        run("cp", &["-a".as_ref(), self.away().as_os_str(), copy.as_os_str()])?;
        Ok(copy)
    }

    /// Puts a copy in the place of its data.
    pub(crate) fn replace(&self, copy: &Path) -> anyhow::Result<()> {
        std::fs::remove_dir_all(self.away())?;
        Ok(std::fs::rename(copy, self.away())?)
    }

    /// Lets it be started, and waits until it answers.
    pub(crate) async fn start_again(
        self,
        stack: &Stack,
        pid: impl Fn(&Stack) -> anyhow::Result<u32>,
    ) -> anyhow::Result<()> {
        let before = self.pid;
        drop(self);
        until(async || Ok(pid(stack)? != before)).await
    }
}

fn run(program: &str, arguments: &[&OsStr]) -> anyhow::Result<()> {
    let status = Command::new(program).args(arguments).status()?;
    anyhow::ensure!(status.success(), "{program}: {status}");
    Ok(())
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = std::fs::rename(self.away(), &self.folder);
    }
}

fn nats(stack: &Stack) -> anyhow::Result<u32> {
    Ok(stack.description()?.nats.pid)
}

fn redis(stack: &Stack) -> anyhow::Result<u32> {
    Ok(stack.description()?.redis.pid)
}

pub(crate) fn postgres(stack: &Stack) -> anyhow::Result<u32> {
    Ok(stack.description()?.postgres.pid)
}

/// What a sync from this token tells of a conversation's messages.
async fn bodies(socket: &Socket, token: &str) -> anyhow::Result<Vec<String>> {
    let (found, _) = socket.request("sync", json!({"since": token})).await?;
    let messages = found["conversations"][0]["messages"].as_array().cloned().unwrap_or_default();
    Ok(messages.iter().map(|message| text(message, "body")).collect())
}

async fn watches(viewer: &Socket, pair: &Pair) -> anyhow::Result<Value> {
    let user_ids = json!({"user_ids": [pair.grace.user_id()]});
    let (answer, _) = viewer.request("presence.watch", user_ids).await?;
    Ok(answer["presences"][0]["status"].clone())
}

async fn is_told(socket: &mut Socket, status: &str) -> anyhow::Result<()> {
    let hears = async {
        while socket.next_of("presence.updated").await?.data["status"] != status {}
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(15), hears).await?
}

#[tokio::test]
async fn a_bus_that_ends_and_begins_anew_loses_nothing() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let token = grace.hello.sync_token.clone();
    let mut device = Client::new(&gateway_url(&pair.stack, 1)?)?
        .login("grace", "grace keeps a long secret")
        .await?
        .connect()
        .await?;
    let ended = Ended::by(Signal::SIGKILL, nats(&pair.stack)?).await?;
    for body in ["one", "two", "three"] {
        ada.send_message(pair.chat.id, body).await?;
    }
    assert!(told(&mut ada, "nats", true).await?.contains(&"nats".to_owned()));
    assert!(told(&mut grace, "nats", true).await?.contains(&"nats".to_owned()));
    assert_eq!(degraded(&gateway_url(&pair.stack, 1)?).await?, json!(["nats"]));
    assert_eq!(bodies(&grace, &token).await?, ["one", "two", "three"], "clients poll");
    let late = pair.grace.connect().await?;
    assert!(late.hello.degraded.contains(&"nats".to_owned()), "a socket is opened all the same");
    becomes_known(&mut device, "three").await?;

    ended.start_again(&pair.stack, nats).await?;
    let back = Instant::now();
    told(&mut grace, "nats", false).await?;
    told(&mut ada, "nats", false).await?;
    // Subscriptions of users, and of what is open, are there again at both.
    let mut late = late;
    ada.send_message(pair.chat.id, "live again").await?;
    for socket in [&mut grace, &mut device, &mut late] {
        receives(socket, "live again").await?;
    }
    let open = json!({"conversation_id": pair.chat.id});
    ada.request("conversation.open", open.clone()).await?;
    grace.request("typing.start", open).await?;
    tokio::time::timeout(LIVE_WITHIN, ada.next_of("typing")).await??;
    assert!(back.elapsed() < LIVE_WITHIN, "{:?}", back.elapsed());
    assert_eq!(bodies(&grace, &token).await?, ["one", "two", "three", "live again"], "each once");
    // The streams that must not be missed go on too.
    pair.grace.end_other_sessions().await?;
    assert_eq!(tokio::time::timeout(Duration::from_secs(1), device.wait_closed()).await?, Some(4403));
    Ok(())
}

#[tokio::test]
async fn a_redis_that_ends_and_begins_anew_is_filled_again() -> anyhow::Result<()> {
    let pair = pair(&[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "1")]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let tea = text(&group(&pair.ada, "Tea", &[&pair.grace]).await?, "id");
    watches(&ada, &pair).await?;
    grace.request("presence.set", json!({"status": "dnd"})).await?;
    is_told(&mut ada, "dnd").await?;
    let ended = Ended::by(Signal::SIGKILL, redis(&pair.stack)?).await?;
    ada.send_message(pair.chat.id, "without redis").await?;
    receives(&mut grace, "without redis").await?;
    assert!(told(&mut grace, "redis", true).await?.contains(&"redis".to_owned()));
    assert!(told(&mut ada, "redis", true).await?.contains(&"redis".to_owned()));
    assert_eq!(watches(&ada, &pair).await?, "unknown");
    Client::new(&gateway_url(&pair.stack, 1)?)?.login("grace", "grace keeps a long secret").await?;

    ended.start_again(&pair.stack, redis).await?;
    let back = Instant::now();
    // Nothing of it was written down: both gateways tell it again who is here, and social-graph what lasts.
    is_told(&mut ada, "dnd").await?;
    told(&mut ada, "redis", false).await?;
    told(&mut grace, "redis", false).await?;
    assert!(back.elapsed() < REDIS_HEALS_WITHIN, "{:?}", back.elapsed());
    let counted = format!("GET /v1/conversations/{tea}");
    until(async || Ok(crate::rest::ok(&pair.ada, &counted, None).await?["online_count"] == 2)).await?;
    drop(grace);
    is_told(&mut ada, "offline").await?;
    Ok(())
}

#[tokio::test]
async fn a_database_that_ends_and_begins_anew_has_all_that_was_acknowledged() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (mut ada, mut grace) = sockets(&pair).await?;
    let before = ada.send_message(pair.chat.id, "before").await?.message;
    receives(&mut grace, "before").await?;
    let open = json!({"conversation_id": pair.chat.id});
    ada.request("conversation.open", open.clone()).await?;
    grace.request("typing.start", open.clone()).await?;
    ada.next_of("typing").await?;
    grace.request("typing.stop", open.clone()).await?;
    ada.next_of("typing").await?;
    assert_eq!(watches(&ada, &pair).await?, "online");
    // At once, as by a crash: it recovers from its log.
    let ended = Ended::by(Signal::SIGQUIT, postgres(&pair.stack)?).await?;
    let message = NewMessage::new("kept in the outbox");
    assert_eq!(code(ada.send(pair.chat.id, &message).await), "unavailable");
    assert!(told(&mut grace, "postgres", true).await?.contains(&"postgres".to_owned()));
    assert!(told(&mut ada, "postgres", true).await?.contains(&"postgres".to_owned()));
    for socket in [&ada, &grace] {
        socket.request("ping", json!({})).await?;
    }
    grace.request("presence.set", json!({"status": "away"})).await?;
    is_told(&mut ada, "away").await?;
    grace.request("typing.start", open).await?;
    tokio::time::timeout(LIVE_WITHIN, ada.next_of("typing")).await??;

    ended.start_again(&pair.stack, postgres).await?;
    let back = Instant::now();
    told(&mut ada, "postgres", false).await?;
    told(&mut grace, "postgres", false).await?;
    healed(&pair).await?;
    let seq = send_at_last(&pair.ada, &pair, &message).await?;
    receives(&mut grace, "kept in the outbox").await?;
    assert!(back.elapsed() < LIVE_WITHIN, "{:?}", back.elapsed());
    assert_eq!(send_at_last(&pair.ada, &pair, &message).await?, seq, "a repeat is the same message");
    let history = pair.grace.history(pair.chat.id).await?;
    assert_eq!(
        history.iter().map(|found| found.seq).collect::<Vec<_>>(),
        [before.seq, seq],
        "and it is there once"
    );
    // The other two services as well.
    let linus = sign_up(&gateway_url(&pair.stack, 0)?, "linus").await?;
    connect(&pair.ada, &linus).await?;
    Ok(())
}
