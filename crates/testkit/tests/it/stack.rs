//! The whole system by the real `pulse up`.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_launcher::stack::Stack as Description;
use pulse_testkit::{Stack, StackOptions, eventually};
use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn pids(stack: &Stack) -> Vec<(String, u32)> {
    let mut description = stack.description().unwrap();
    description.pids().into_iter().map(|(name, pid)| (name, *pid)).collect()
}

fn is_alive(pid: u32) -> bool {
    kill(Pid::from_raw(pid.cast_signed()), None).is_ok()
}

/// The same with all process ids removed: what must not change.
fn addresses(stack: &Stack) -> Description {
    let mut description = stack.description().unwrap();
    for (_, pid) in description.pids() {
        *pid = 0;
    }
    description
}

async fn status_of(url: &str, path: &str) -> String {
    let addr = url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_process_that_is_killed_comes_back_at_its_address() {
    let stack = Stack::start(StackOptions { gateways: 2, ..StackOptions::default() }).await.unwrap();
    let before = addresses(&stack);
    assert_eq!(before.gateways.len(), 2);
    for url in [&before.url, &before.gateways[0].url, &before.gateways[1].url] {
        assert_eq!(status_of(url, "/v1/config").await, "HTTP/1.1 200 OK", "{url}");
    }
    for (name, killed) in pids(&stack) {
        kill(Pid::from_raw(killed.cast_signed()), Signal::SIGKILL).unwrap();
        let started = Instant::now();
        let replaced = || async {
            let now = pids(&stack).into_iter().find(|(other, _)| *other == name)?.1;
            (now != killed && is_alive(now)).then_some(())
        };
        eventually(Duration::from_secs(30), replaced).await.unwrap();
        assert!(started.elapsed() >= Duration::from_millis(900), "{name} came back too soon");
        assert_eq!(addresses(&stack), before, "{name}");
    }
    // None of them took another one with it for good.
    let ready = || async {
        let urls = stack.description().ok()?.gateways.into_iter().map(|gateway| gateway.admin_url);
        let services = stack.description().ok()?.services;
        let admin =
            [services.auth, services.social_graph, services.message_store].map(|service| service.admin_url);
        for url in urls.chain(admin) {
            tokio::net::TcpStream::connect(url.trim_start_matches("http://")).await.ok()?;
            if status_of(&url, "/readyz").await != "HTTP/1.1 200 OK" {
                return None;
            }
        }
        Some(())
    };
    eventually(Duration::from_secs(30), ready).await.unwrap();
}

#[tokio::test]
async fn stopping_leaves_no_process_and_the_demo_is_made_once() {
    let mut stack = Stack::start(StackOptions { with_demo: true, ..StackOptions::default() }).await.unwrap();
    let log = stack.log_path();
    let welcomes = |count: usize| {
        let log = log.clone();
        move || {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(!text.contains("demo people could not be made"), "{text}");
            std::future::ready((text.matches("demo: sign in as").count() == count).then_some(()))
        }
    };
    eventually(Duration::from_secs(30), welcomes(1)).await.unwrap();
    let (before, running) = (addresses(&stack), pids(&stack));
    stack.stop().await;
    assert!(running.iter().all(|(_, pid)| !is_alive(*pid)));
    assert!(stack.description().is_err(), "stack.json is gone");

    stack.start_again().await.unwrap();
    assert_eq!(addresses(&stack), before);
    eventually(Duration::from_secs(30), welcomes(2)).await.unwrap();
    let (server, _) = before.postgres.url.rsplit_once('/').unwrap();
    let mut messages = sqlx::PgConnection::connect(&format!("{server}/messages")).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&mut messages).await.unwrap();
    assert_eq!(count, 18);
}
