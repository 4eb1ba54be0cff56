//! Presence while something is away: a gateway, Redis, the services, the bus. What lasts outlives them all; what can't be known is
//! told as unknown and never guessed.

use std::time::{Duration, Instant};

use deadpool_redis::redis::{self, AsyncConnectionConfig};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::SignedIn;
use pulse_testkit::Stack;
use tokio::time::timeout;

use super::{SOON, SOON_GONE, other_device, seen, set, status, told, told_until, watch};
use crate::people::{Pair, gateway_url, pair, until};
use crate::rest::text;

fn signal(pid: u32, signal: Signal) -> anyhow::Result<()> {
    Ok(kill(Pid::from_raw(i32::try_from(pid)?), signal)?)
}

fn signal_redis(stack: &Stack, what: Signal) -> anyhow::Result<()> {
    signal(stack.description()?.redis.pid, what)
}

/// Everything in Redis is gone from one moment to the next.
async fn flush(stack: &Stack) -> anyhow::Result<()> {
    let client = redis::Client::open(stack.description()?.redis.url)?;
    let patient =
        AsyncConnectionConfig::new().set_connection_timeout(Some(SOON)).set_response_timeout(Some(SOON));
    let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await?;
    redis::cmd("FLUSHALL").exec_async(&mut connection).await?;
    Ok(())
}

async fn is_told(viewer: &SignedIn, person: &SignedIn, expected: &str) -> anyhow::Result<()> {
    until(async || {
        // So often may be asked for half a minute.
        tokio::time::sleep(Duration::from_millis(150)).await;
        Ok(status(viewer, person).await? == expected)
    })
    .await
}

#[tokio::test]
async fn without_redis_all_is_unknown_and_with_it_again_as_it_is() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let socket = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    is_told(&ada, &grace, "online").await?;
    set(&socket, "away").await?;
    watch(&watcher, &[&grace]).await?;
    signal_redis(&stack, Signal::SIGSTOP)?;
    let unknown = told(&mut watcher).await?;
    assert_eq!(unknown["status"], "unknown");
    assert_eq!(unknown["last_seen_at"], serde_json::Value::Null);
    assert_eq!(status(&ada, &grace).await?, "unknown");
    assert_eq!(status(&ada, &ada).await?, "unknown");
    // Somebody's choice is kept, and holds when it can be told again.
    set(&socket, "dnd").await?;
    signal_redis(&stack, Signal::SIGCONT)?;
    let back_at = Instant::now();
    assert_eq!(told_until(&mut watcher, "dnd").await?.last().map(String::as_str), Some("dnd"));
    assert!(back_at.elapsed() < Duration::from_secs(10), "{:?}", back_at.elapsed());
    Ok(())
}

#[tokio::test]
async fn what_redis_loses_is_there_again_and_nobody_is_betrayed_meanwhile() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let linus = crate::people::sign_up(&gateway_url(&stack, 1)?, "linus").await?;
    crate::people::connect(&ada, &linus).await?;
    let (_there, quiet) = (grace.connect().await?, linus.connect().await?);
    let mut watcher = ada.connect().await?;
    is_told(&ada, &grace, "online").await?;
    is_told(&ada, &linus, "online").await?;
    set(&quiet, "invisible").await?;
    is_told(&ada, &linus, "offline").await?;
    let hidden = seen(&ada, &linus).await?;
    assert!(hidden["last_seen_at"].is_string());
    // It was told to whoever keeps it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    watch(&watcher, &[&grace, &linus]).await?;
    flush(&stack).await?;
    let until_at = Instant::now() + Duration::from_secs(6);
    while Instant::now() < until_at {
        let (of_grace, of_linus) = (status(&ada, &grace).await?, seen(&ada, &linus).await?);
        assert!(["online", "unknown"].contains(&of_grace.as_str()), "{of_grace}");
        assert!(of_linus == hidden || of_linus["status"] == "unknown", "{of_linus}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status(&ada, &grace).await?, "online");
    assert_eq!(seen(&ada, &linus).await?, hidden);
    let heard = timeout(Duration::from_millis(200), watcher.next_of("presence.updated")).await;
    assert!(heard.is_err(), "those who watch noticed nothing: {heard:?}");
    Ok(())
}

#[tokio::test]
async fn while_social_graph_is_away_people_come_and_go_and_what_they_chose_holds() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let socket = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    is_told(&ada, &grace, "online").await?;
    watch(&watcher, &[&grace]).await?;
    let frozen = stack.description()?.services.social_graph.pid;
    signal(frozen, Signal::SIGSTOP)?;
    set(&socket, "away").await?;
    assert_eq!(told(&mut watcher).await?["status"], "away");
    let refused = socket.request("presence.set", serde_json::json!({"status": "invisible"})).await;
    assert!(refused.is_err(), "it can't be kept");
    drop(socket);
    assert_eq!(told(&mut watcher).await?["status"], "offline");
    // Of whom nothing is known any more nothing is said.
    flush(&stack).await?;
    let again = grace.connect().await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(status(&ada, &grace).await?, "unknown");
    signal(frozen, Signal::SIGCONT)?;
    is_told(&ada, &grace, "online").await?;
    drop(again);
    Ok(())
}

#[tokio::test]
async fn the_people_of_a_gateway_that_was_killed_are_offline_within_their_leases() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let _socket = grace.connect().await?;
    let elsewhere = other_device(&stack, 1, "ada").await?;
    drop(elsewhere);
    let mut watcher = ada.connect().await?;
    is_told(&ada, &grace, "online").await?;
    watch(&watcher, &[&grace]).await?;
    let killed = stack.description()?.gateways[1].pid;
    signal(killed, Signal::SIGKILL)?;
    let gone = timeout(Duration::from_secs(75), watcher.next_of("presence.updated")).await??.data;
    assert_eq!(text(&gone, "status"), "offline");
    assert!(gone["last_seen_at"].is_string());
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_stood_still_tells_nothing_of_those_who_block_meanwhile() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, .. } = pair(SOON_GONE).await?;
    let socket = grace.connect().await?;
    let mut watcher = ada.connect().await?;
    is_told(&ada, &grace, "online").await?;
    watch(&watcher, &[&grace]).await?;
    let paused = stack.description()?.gateways[0].pid;
    signal(paused, Signal::SIGSTOP)?;
    crate::rest::ok(&grace, &format!("PUT /v1/me/blocks/{}", ada.user_id()), None).await?;
    set(&socket, "away").await?;
    set(&socket, "dnd").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    signal(paused, Signal::SIGCONT)?;
    let hidden = serde_json::json!({"user_id": grace.user_id(), "status": "offline", "last_seen_at": null});
    assert_eq!(told(&mut watcher).await?, hidden, "and nothing before");
    let heard = timeout(Duration::from_secs(2), watcher.next_of("presence.updated")).await;
    assert!(heard.is_err(), "{heard:?}");
    Ok(())
}
