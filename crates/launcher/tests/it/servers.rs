//! Each server alone: it starts, keeps its data or not as it should, and refuses strangers.

use std::time::Duration;

use nix::sys::signal::Signal;
use pulse_launcher::ports::free_port;
use pulse_launcher::scratch::Scratch;
use pulse_launcher::servers::{nats, postgres, redis};
use pulse_launcher::supervise::{Event, Unit, What, keep, stop_all};
use pulse_launcher::terminal::Terminal;
use pulse_launcher::with_servers::test_settings;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::mpsc;

use crate::process::is_alive;

#[tokio::test]
async fn a_role_reaches_its_own_database_and_no_other() {
    let scratch = Scratch::new("roles").unwrap();
    let settings = test_settings(&scratch).unwrap();
    let server = postgres::prepare(&settings).await.unwrap();
    let running = server.start(&scratch.path().join("log")).await.unwrap();
    let database = |name, role, password| postgres::Database { name, role, password };
    let auth = database("auth", "pulse_auth", "one");
    let graph = database("graph", "pulse_graph", "two");
    auth.ensure(&server.url).await.unwrap();
    graph.ensure(&server.url).await.unwrap();
    // A second start finds them there.
    auth.ensure(&server.url).await.unwrap();

    let mut own = PgConnection::connect(&auth.url(settings.port)).await.unwrap();
    sqlx::raw_sql("CREATE TABLE accounts (id int)").execute(&mut own).await.unwrap();
    own.close().await.unwrap();
    let foreign = database("graph", "pulse_auth", "one").url(settings.port);
    assert!(PgConnection::connect(&foreign).await.unwrap_err().to_string().contains("permission denied"));
    let wrong = database("auth", "pulse_auth", "two").url(settings.port);
    assert!(
        PgConnection::connect(&wrong)
            .await
            .unwrap_err()
            .to_string()
            .contains("password authentication failed")
    );
    running.stop().await;

    // The data are there after a restart, on the same port.
    let server = postgres::prepare(&settings).await.unwrap();
    let running = server.start(&scratch.path().join("log")).await.unwrap();
    let mut own = PgConnection::connect(&auth.url(settings.port)).await.unwrap();
    sqlx::raw_sql("SELECT id FROM accounts").execute(&mut own).await.unwrap();
    own.close().await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_killed_server_comes_back_on_its_port_with_another_pid() {
    let scratch = Scratch::new("restart").unwrap();
    let postgres = postgres::prepare(&test_settings(&scratch).unwrap()).await.unwrap();
    let nats = nats::prepare(&scratch.path().join("nats"), free_port().unwrap(), "secret").unwrap();
    let redis = redis::prepare(&scratch.path().join("redis"), free_port().unwrap(), "secret").unwrap();
    let (sender, mut events) = mpsc::channel(64);
    let names = ["postgres", "nats", "redis"];
    let servers = names.iter().zip([&postgres, &nats, &redis]).enumerate();
    let kept = servers
        .map(|(place, (name, server))| {
            keep(Unit::server(name, place, server), sender.clone(), Terminal::new())
        })
        .collect();
    let mut pids = [0; 3];
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap();
    for _ in names {
        let (name, pid) = next_ready(&mut events).await;
        pids[place(&name)] = pid;
    }
    for (name, server) in names.iter().zip([&postgres, &nats, &redis]) {
        let killed = pids[place(name)];
        crate::process::send(killed, Signal::SIGKILL);
        let (again, pid) = next_ready(&mut events).await;
        assert_eq!(again, *name);
        assert_ne!(pid, killed);
        server.ready.check().await.unwrap();
        pids[place(name)] = pid;
    }
    stop_all(kept).await;
    assert!(pids.iter().all(|pid| !is_alive(*pid)));
}

async fn next_ready(events: &mut mpsc::Receiver<Event>) -> (String, u32) {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(30), events.recv()).await.unwrap().unwrap();
        if let What::Ready { pid, .. } = event.what {
            return (event.name, pid);
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_start_tells_why() {
    let scratch = Scratch::new("taken").unwrap();
    let port = free_port().unwrap();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = nats::prepare(&scratch.path().join("nats"), port, "secret").unwrap();
    let error = format!("{:#}", server.start(&scratch.path().join("log")).await.unwrap_err());
    assert!(error.contains("did not start") && error.contains("address already in use"), "{error}");
}
