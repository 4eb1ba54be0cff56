//! A bucket whose server is away, silent, or does not know us.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pulse_message_store::store::MIGRATOR;
use pulse_rpc::Reason;
use pulse_testkit::{FakeClock, Proxy, S3, TestDatabase, eventually};
use pulse_types::{Clock as _, SystemClock};

use crate::app::{App, Options, SOON};
use crate::keeper::bucket;

/// Of more than one part.
const LARGE_BYTES: usize = 12_000_000;
/// Until somebody is told that a server is silent: less than a client waits.
const TOLD_WITHIN: Duration = Duration::from_secs(30);

async fn service(server: &S3, addr: &str, clock: &Arc<FakeClock>) -> App {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let options =
        Options { clock: Some(clock.clone()), settings: bucket(server, addr), ..Options::default() };
    App::start_with(database, options).await
}

fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock::new(SystemClock.now()))
}

/// An hour later, when nothing of what failed can still be on its way.
async fn clean(app: &App, clock: &FakeClock) {
    clock.advance(Duration::from_secs(3601));
    eventually(SOON, || async { (app.rows("discarded_files").await == 0).then_some(()) }).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_is_told_and_heals() {
    let mut server = S3::start().await.unwrap();
    let clock = clock();
    let app = service(&server, &server.addr(), &clock).await;
    let ada = app.person("ada").await;
    let kept = app.upload(ada, "a.txt", b"hello").await.unwrap();
    server.kill().await.unwrap();

    let started = Instant::now();
    for bytes in [b"small".to_vec(), vec![7; LARGE_BYTES]] {
        assert_eq!(app.upload(ada, "b.bin", &bytes).await.unwrap_err().reason, Reason::Unavailable);
    }
    assert_eq!(app.read(&kept.url).await.unwrap_err().reason, Reason::Unavailable);
    assert_eq!(app.read_range(&kept.url, Some((0, 1))).await.unwrap_err().reason, Reason::Unavailable);
    assert!(started.elapsed() < TOLD_WITHIN, "{:?}", started.elapsed());

    server.start_again().await.unwrap();
    assert_eq!(app.read(&kept.url).await.unwrap(), b"hello");
    let large = app.upload(ada, "c.bin", &vec![8; LARGE_BYTES]).await.unwrap();
    assert!(app.read(&large.url).await.unwrap() == vec![8; LARGE_BYTES]);
    assert_eq!(app.rows("discarded_files").await, 2);
    clean(&app, &clock).await;
    assert_eq!(server.objects().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_told_in_time_and_nothing_stays_of_what_it_got() {
    let server = S3::start().await.unwrap();
    let proxy = Proxy::start(&server.addr()).await.unwrap();
    let clock = clock();
    let app = service(&server, &proxy.addr().to_string(), &clock).await;
    let ada = app.person("ada").await;
    let kept = app.upload(ada, "a.txt", b"hello").await.unwrap();
    proxy.mute();
    let started = Instant::now();
    let (read, sent) = tokio::join!(app.read(&kept.url), app.upload(ada, "b.bin", b"small"));
    assert_eq!(read.unwrap_err().reason, Reason::Unavailable);
    assert_eq!(sent.unwrap_err().reason, Reason::Unavailable);
    assert!(started.elapsed() < TOLD_WITHIN, "{:?}", started.elapsed());
    let arrived = || async { server.objects().await.ok().filter(|objects| objects.len() == 2).map(drop) };
    eventually(SOON, arrived).await.unwrap();
    proxy.restore();
    assert_eq!(app.read(&kept.url).await.unwrap(), b"hello");
    clean(&app, &clock).await;
    assert_eq!(server.objects().await.unwrap().len(), 1);
}

#[tokio::test]
async fn requests_are_signed_and_a_wrong_secret_gets_nothing() {
    let server = S3::start().await.unwrap();
    let clock = clock();
    let app = service(&server, &server.addr(), &clock).await;
    let ada = app.person("ada").await;
    app.upload(ada, "a.txt", b"hello").await.unwrap();

    let mut settings = bucket(&server, &server.addr());
    settings.pop();
    settings.push(("PULSE_MESSAGES_S3_SECRET_ACCESS_KEY", "guessed".to_owned()));
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let options = Options { settings, ..Options::default() };
    let stranger = App::start_unready(database, options).await;
    let ada = stranger.person("ada").await;
    assert_eq!(stranger.upload(ada, "a", b"x").await.unwrap_err().reason, Reason::Unavailable);
    let missed = || async {
        stranger.admin_page("/readyz").await.ok().filter(|page| page.contains("degraded: files"))
    };
    eventually(SOON, missed).await.unwrap();
    assert_eq!(server.objects().await.unwrap().len(), 1);
}
