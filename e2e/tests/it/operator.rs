//! What operators do with `pulse`, on a running system.

use std::process::{ExitStatus, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use pulse_client::SignedIn;
use pulse_testkit::{Stack, StackOptions};
use reqwest::{Method, StatusCode};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::people::{code, gateway_url, sign_up, two_gateways, until};

/// Runs `pulse` with these arguments on the stack's data.
pub(crate) async fn pulse(stack: &Stack, args: &[&str]) -> anyhow::Result<(ExitStatus, String)> {
    let mut command = tokio::process::Command::new(stack.description()?.bin);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PULSE_")) {
        command.env_remove(name);
    }
    command.args(args).arg("--data-dir").arg(stack.data_dir());
    let Output { status, stdout, stderr } = command.output().await?;
    Ok((status, format!("{}{}", String::from_utf8(stdout)?, String::from_utf8(stderr)?)))
}

/// As [`pulse`], for a command that succeeds.
pub(crate) async fn ok(stack: &Stack, args: &[&str]) -> anyhow::Result<String> {
    let (status, output) = pulse(stack, args).await?;
    anyhow::ensure!(status.success(), "{args:?}: {status}: {output}");
    Ok(output)
}

/// `kid` and state of each key.
async fn keys(stack: &Stack) -> anyhow::Result<Vec<(String, String)>> {
    let output = ok(stack, &["keys", "list"]).await?;
    let read = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.next()?))
    };
    output.lines().map(|line| read(line).context("not a key")).collect()
}

/// What the live connections are to somebody's access token.
async fn connections(person: &SignedIn) -> anyhow::Result<StatusCode> {
    Ok(person.raw(Method::GET, "/v1/admin/connections", None).await?.0)
}

#[tokio::test]
async fn an_operator_is_made_by_name_and_is_one_from_the_next_refresh_on() -> anyhow::Result<()> {
    let stack = two_gateways(&[]).await?;
    let mut ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    assert_eq!(connections(&ada).await?, StatusCode::FORBIDDEN);
    ok(&stack, &["operator", "Ada"]).await?;
    assert_eq!(connections(&ada).await?, StatusCode::FORBIDDEN, "the access token was signed before");
    ada.refresh().await?;
    assert_eq!(connections(&ada).await?, StatusCode::OK);
    let (_, me) = ada.raw(Method::GET, "/v1/me", None).await?;
    assert_eq!(me["roles"], serde_json::json!(["operator"]));

    ok(&stack, &["operator", "ada", "--revoke"]).await?;
    ada.refresh().await?;
    assert_eq!(connections(&ada).await?, StatusCode::FORBIDDEN);
    let (status, output) = pulse(&stack, &["operator", "nobody_here"]).await?;
    assert_eq!(status.code(), Some(1));
    assert!(output.contains("no such account"), "{output}");
    Ok(())
}

#[tokio::test]
async fn keys_are_rotated_and_withdrawn_while_people_go_on() -> anyhow::Result<()> {
    let stack = two_gateways(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let (old, state) = keys(&stack).await?.remove(0);
    assert_eq!(state, "signs");

    let stop = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stop, ada) = (Arc::clone(&stop), ada.clone());
        tokio::spawn(async move {
            let mut answered = 0;
            while !stop.load(Ordering::Relaxed) {
                ada.me().await?;
                answered += 1;
            }
            anyhow::Ok(answered)
        })
    };
    let rotated = ok(&stack, &["keys", "rotate"]).await?;
    let listed = keys(&stack).await?;
    let (new, state) = listed.first().context("no key")?;
    assert!(rotated.starts_with(new.as_str()) && state == "waits", "{rotated}{listed:?}");
    assert_eq!(listed.get(1), Some(&(old.clone(), "signs".to_owned())));
    let (status, output) = pulse(&stack, &["keys", "rotate"]).await?;
    assert!(!status.success() && output.contains("does not sign yet"), "{output}");
    stop.store(true, Ordering::Relaxed);
    assert!(reader.await?? > 0, "and none of them was refused");

    // Both gateways have verified a token of the key and know it by heart.
    let mut devices = [ada.at(&gateway_url(&stack, 0)?)?, ada.at(&gateway_url(&stack, 1)?)?];
    for device in &devices {
        device.me().await?;
    }
    ok(&stack, &["keys", "withdraw", &old]).await?;
    let withdrawn_at = Instant::now();
    for device in &devices {
        until(async || Ok(code(device.me().await) == "unauthenticated")).await?;
    }
    assert!(withdrawn_at.elapsed() < Duration::from_secs(1), "{:?}", withdrawn_at.elapsed());
    devices[0].refresh().await?;
    assert_eq!(devices[0].me().await?.username, "ada");
    devices[0].at(&gateway_url(&stack, 1)?)?.me().await?;
    assert_eq!(keys(&stack).await?, [(new.clone(), "signs".to_owned())]);
    let (status, output) = pulse(&stack, &["keys", "withdraw", &old]).await?;
    assert!(!status.success() && output.contains("no such active signing key"), "{output}");
    Ok(())
}

#[tokio::test]
async fn the_audit_log_is_verified_and_a_changed_one_is_found() -> anyhow::Result<()> {
    let mut stack = Stack::start(StackOptions::default()).await?;
    sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    ok(&stack, &["operator", "ada"]).await?;
    let whole = ok(&stack, &["audit", "verify"]).await?;
    let anchor = whole.lines().find_map(|line| line.strip_prefix("anchor ")).context(whole.clone())?;
    ok(&stack, &["operator", "ada", "--revoke"]).await?;
    ok(&stack, &["audit", "verify", "--anchor", anchor]).await?;

    // As somebody would who has the whole database, but not the sealing key.
    let url = stack.description()?.postgres.url;
    let (server, _) = url.rsplit_once('/').context("no database in the address")?;
    let mut superuser = PgConnection::connect(&format!("{server}/auth")).await?;
    let position: i64 = sqlx::query_scalar("SELECT position FROM audit_log WHERE event = 'role.granted'")
        .fetch_one(&mut superuser)
        .await?;
    let hide = format!(
        "ALTER TABLE audit_log DISABLE TRIGGER USER;
         UPDATE audit_log SET event = 'session.started' WHERE position = {position};
         ALTER TABLE audit_log ENABLE TRIGGER USER"
    );
    sqlx::raw_sql(AssertSqlSafe(hide)).execute(&mut superuser).await?;
    superuser.close().await?;
    let (status, output) = pulse(&stack, &["audit", "verify"]).await?;
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(output.contains(&format!("entry {position}: the entry was altered")), "{output}");
    assert!(!output.contains("anchor "), "{output}");

    let bin = stack.description()?.bin;
    stack.stop().await;
    let output = tokio::process::Command::new(bin)
        .args(["audit", "verify", "--data-dir"])
        .arg(stack.data_dir())
        .env_remove("PULSE_AUTH_ADDR")
        .output()
        .await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)?.contains("no stack runs here"));
    Ok(())
}
