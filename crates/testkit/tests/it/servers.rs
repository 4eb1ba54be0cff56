//! NATS and Redis of a test's own.

use std::time::Duration;

use pulse_testkit::{Nats, Proxy, Redis, eventually};

/// The client takes name and password of a URL only when told to.
async fn connect(url: &str) -> async_nats::Client {
    let addr: async_nats::ServerAddr = url.parse().unwrap();
    let (user, password) = (addr.username().unwrap().to_owned(), addr.password().unwrap().to_owned());
    async_nats::ConnectOptions::with_user_and_password(user, password).connect(addr).await.unwrap()
}

#[tokio::test]
async fn a_client_comes_back_after_nats_was_restarted_on_its_port() {
    let mut nats = Nats::start().await.unwrap();
    let (url, pid) = (nats.url().to_owned(), nats.pid());
    let client = connect(&url).await;
    client.flush().await.unwrap();
    nats.restart().await.unwrap();
    assert_eq!(nats.url(), url);
    assert_ne!(nats.pid(), pid);
    let flushed = || async { client.flush().await.ok() };
    eventually(Duration::from_secs(10), flushed).await.unwrap();
}

#[tokio::test]
async fn jetstream_is_on() {
    let nats = Nats::start().await.unwrap();
    let client = connect(nats.url()).await;
    async_nats::jetstream::new(client).query_account().await.unwrap();
}

#[tokio::test]
async fn nats_behind_a_proxy_can_be_cut_off() {
    let nats = Nats::start().await.unwrap();
    let proxy = Proxy::start(nats.addr()).await.unwrap();
    let client = connect(&proxy.url(nats.url())).await;
    proxy.cut();
    let is_down =
        || async { (client.connection_state() != async_nats::connection::State::Connected).then_some(()) };
    eventually(Duration::from_secs(10), is_down).await.unwrap();
    proxy.restore();
    let is_up =
        || async { (client.connection_state() == async_nats::connection::State::Connected).then_some(()) };
    eventually(Duration::from_secs(10), is_up).await.unwrap();
}

#[tokio::test]
async fn redis_takes_its_password_alone_and_can_be_killed_and_started_again() {
    let mut redis = Redis::start().await.unwrap();
    let get = |url: String| async move {
        let pool = deadpool_redis::Config::from_url(url).create_pool(None).unwrap();
        let mut connection = pool.get().await.ok()?;
        deadpool_redis::redis::cmd("PING").query_async::<String>(&mut connection).await.ok()
    };
    let url = redis.url().to_owned();
    assert_eq!(get(url.clone()).await.as_deref(), Some("PONG"));
    assert_eq!(get(format!("redis://{}", redis.addr())).await, None);
    redis.kill().await.unwrap();
    assert_eq!(redis.pid(), None);
    assert_eq!(get(url.clone()).await, None);
    redis.start_again().await.unwrap();
    assert_eq!(get(url).await.as_deref(), Some("PONG"));
}
