//! `pulse connections` and GET /v1/admin/connections: who is connected, how, and where.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use nix::pty::openpty;
use pulse_client::{SignedIn, Socket};
use pulse_testkit::Stack;
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use crate::operator::{ok, pulse};
use crate::people::{Pair, gateway_url, metric, pair, until};
use crate::rest;
use crate::streams::reader;

const NOBODY: &str = "0190a5c6-7c1f-7000-8000-000000000001";

/// The rows of `pulse connections --json` without what differs each time, and the ids in their order.
async fn rows(stack: &Stack) -> anyhow::Result<(Vec<Value>, Vec<String>)> {
    let mut rows: Vec<Value> = serde_json::from_str(&ok(stack, &["connections", "--json"]).await?)?;
    let mut ids = Vec::new();
    for row in &mut rows {
        let taken = row.as_object_mut().and_then(|row| row.remove("connection_ids")).context("ids")?;
        let taken: Vec<String> = serde_json::from_value(taken)?;
        assert_eq!(row["count"], taken.len());
        ids.extend(taken);
    }
    Ok((rows, ids))
}

async fn operator(stack: &Stack, person: &SignedIn) -> anyhow::Result<SignedIn> {
    ok(stack, &["operator", &person.session.user.username]).await?;
    let mut person = person.clone();
    person.refresh().await?;
    Ok(person)
}

#[tokio::test]
async fn operators_see_sockets_and_streams_of_all_gateways_and_close_one() -> anyhow::Result<()> {
    let Pair { stack, ada, grace, chat } = pair(&[]).await?;
    assert_eq!(rows(&stack).await?, (vec![], vec![]));
    let ada = operator(&stack, &ada).await?;
    let (first, second) = (gateway_url(&stack, 0)?, gateway_url(&stack, 1)?);
    let token = &grace.session.access_token;
    let mut socket = Socket::connect(&first, token, "scope=inbox").await?;
    let _other = Socket::connect(&first, token, "scope=inbox").await?;
    let scope = format!("conversation:{}", chat.id);
    let mut stream = reader::open(&second, &grace, &format!("scope={scope}")).await?;

    let row = |pod: &str, scope: &str, transport: &str, count: u32| json!({"pod": pod, "user_id": grace.user_id(), "scope": scope, "transport": transport, "count": count});
    let (found, ids) = rows(&stack).await?;
    let pods: Vec<String> = found.iter().map(|row| rest::text(row, "pod")).collect();
    let [one, two] = pods.as_slice() else { anyhow::bail!("{found:?}") };
    assert_ne!(one, two);
    assert_eq!(found, [row(one, "inbox", "websocket", 2), row(two, &scope, "event_stream", 1)]);
    assert_eq!(rest::list(&ada, "/v1/admin/connections").await?, found, "REST tells the same, without ids");
    for (index, transport, count) in [(0, "websocket", 2), (1, "event_stream", 1), (1, "websocket", 0)] {
        let admin_url = &stack.description()?.gateways[index].admin_url;
        let name = format!("pulse_sockets{{transport=\"{transport}\"}}");
        assert_eq!(format!("{:.0}", metric(admin_url, &name).await?), count.to_string(), "{transport}");
    }
    let table = ok(&stack, &["connections", "--once"]).await?;
    assert!(table.starts_with("connections: 3  people: 1  sockets: 2  event streams: 1\n"), "{table}");
    assert_eq!(table.lines().count(), 5, "totals, a head, two rows: {table}");

    // One of them is closed, wherever it is; its client comes back later.
    let stream_id = ids.last().context("no id")?;
    let closed = ok(&stack, &["connections", "close", stream_id]).await?;
    assert_eq!(closed, format!("{stream_id}  closed at {two}, of user {}\n", grace.user_id()));
    let last = stream.rest().await?.pop().context("no last frame")?;
    assert_eq!((&last["type"], &last["data"]["code"]), (&json!("closing"), &json!(1013)));
    let socket_id = socket.hello.connection_id.to_string();
    ok(&stack, &["connections", "close", &socket_id]).await?;
    assert_eq!(socket.wait_closed().await, Some(1013));
    until(async || Ok(rows(&stack).await?.0 == [row(one, "inbox", "websocket", 1)])).await?;
    for (id, told) in
        [(socket_id.as_str(), "no gateway has"), (NOBODY, "no gateway has"), ("x", "no connection")]
    {
        let (status, output) = pulse(&stack, &["connections", "close", id]).await?;
        assert!(status.code() == Some(1) && output.contains(told), "{output}");
    }
    Ok(())
}

/// Reads what a terminal shows until it has shown this.
async fn until_shown(screen: &mut File, expected: &str) -> anyhow::Result<()> {
    let mut shown = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&shown).contains(expected) {
            screen.read_buf(&mut shown).await?;
        }
        anyhow::Ok(())
    };
    let outcome = tokio::time::timeout(Duration::from_secs(20), reading).await;
    outcome.with_context(|| format!("{expected} was not shown: {}", String::from_utf8_lossy(&shown)))?
}

#[tokio::test]
async fn on_a_terminal_the_table_renews_itself() -> anyhow::Result<()> {
    let Pair { stack, grace, .. } = pair(&[]).await?;
    let terminal = openpty(None, None)?;
    let _table = Command::new(stack.description()?.bin)
        .args(["connections", "--data-dir"])
        .arg(stack.data_dir())
        .env_remove("PULSE_GATEWAY_NATS_URL")
        .stdout(Stdio::from(terminal.slave))
        .kill_on_drop(true)
        .spawn()?;
    let mut screen = File::from_std(terminal.master.into());
    until_shown(&mut screen, "connections: 0  people: 0  sockets: 0  event streams: 0").await?;
    let _stream = reader::open(&gateway_url(&stack, 1)?, &grace, "").await?;
    until_shown(&mut screen, "connections: 1  people: 1  sockets: 0  event streams: 1").await?;
    Ok(())
}

#[tokio::test]
async fn without_a_stack_there_is_nothing_to_show() -> anyhow::Result<()> {
    let Pair { mut stack, .. } = pair(&[]).await?;
    let bin = stack.description()?.bin;
    stack.stop().await;
    let output = Command::new(bin)
        .args(["connections", "--once", "--data-dir"])
        .arg(stack.data_dir())
        .env_remove("PULSE_GATEWAY_NATS_URL")
        .output()
        .await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)?.contains("no stack runs here"));
    Ok(())
}
