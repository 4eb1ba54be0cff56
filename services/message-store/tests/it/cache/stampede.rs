//! Many who read one newest page at the same time: few reads of the database, each reader's own view, nothing older than what was
//! answered before. With Redis and without.

use std::time::Duration;

use deadpool_redis::redis;
use futures_util::future::join_all;
use pulse_message_store::store::MIGRATOR;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_testkit::{Proxy, TestDatabase, eventually};

use super::{connection, kept, start};
use crate::act::shown;
use crate::app::{App, Options, SOON};

const LOADS: &str = "pulse_messages_cache_loads_total{kind=\"page\"}";
const READERS: usize = 240;
/// On the wire to the database, so that all come while the first read is under way.
const DELAY: Duration = Duration::from_millis(50);

/// A service whose wire to the database can be slowed and cut, without Redis.
async fn start_slow() -> (App, Proxy) {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let host = database.url().split('@').next_back().unwrap().split('/').next().unwrap();
    let proxy = Proxy::start(host).await.unwrap();
    let database_url = Some(proxy.url(database.url()));
    (App::start_with(database, Options { database_url, ..Options::default() }).await, proxy)
}

impl App {
    async fn pages(&self, readers: &[Principal], place: &str) -> Vec<Result<Vec<proto::Message>, Failure>> {
        let reading = (0..READERS).map(|number| async move {
            let reader = readers[number % readers.len()];
            Ok(self.history(reader, place, 50, None).await?.messages)
        });
        join_all(reading).await
    }

    /// Pages that are read, by the metric, while something is done.
    async fn loads<T>(&self, work: impl Future<Output = T>) -> (f64, T) {
        let before = self.metric(LOADS).await;
        let done = work.await;
        (self.metric(LOADS).await - before, done)
    }
}

#[tokio::test]
async fn hundreds_without_redis_cost_a_handful_of_reads_and_each_sees_their_own() {
    let (app, proxy) = start_slow().await;
    let [ada, bob, eve, dan] = app.circle(["ada", "bob", "eve", "dan"]).await;
    let place = app.make_group(&[ada, bob, eve]).await;
    let first = app.post(bob, &place, "hello").await;
    app.react(ada, &first.message_id, "🙂", true).await.unwrap();
    app.react(bob, &first.message_id, "🙂", true).await.unwrap();
    app.react(eve, &first.message_id, "🎉", true).await.unwrap();
    let people = [ada, bob, eve, dan];
    let mut truths = Vec::new();
    for person in [ada, bob, eve] {
        truths.push(app.truth(person, &place).await);
    }
    let own = truths.iter().map(|page| shown(&page.last().unwrap().reactions)).collect::<Vec<_>>();
    assert_eq!(own, [["🙂2*", "🎉1"], ["🙂2*", "🎉1"], ["🙂2", "🎉1*"]]);

    proxy.delay(DELAY);
    let (loads, pages) = app.loads(app.pages(&people, &place)).await;
    for (number, page) in pages.into_iter().enumerate() {
        match truths.get(number % people.len()) {
            Some(truth) => assert_eq!(page.unwrap(), *truth),
            None => assert_eq!(page.unwrap_err().reason, Reason::NotFound, "dan is not in it"),
        }
    }
    // The first reader's, all others', and what a busy machine takes in late.
    assert!((2.0..=8.0).contains(&loads), "{loads}");
}

#[tokio::test]
async fn hundreds_who_miss_at_once_cost_a_handful_of_reads() {
    let (app, redis) = start().await;
    let (ada, bob, place) = app.direct().await;
    for number in 0..60 {
        app.post(ada, &place, &format!("{number}")).await;
    }
    let truth = app.truth(ada, &place).await;
    let () = redis::cmd("FLUSHALL").query_async(&mut connection(&redis).await).await.unwrap();
    let (loads, pages) = app.loads(app.pages(&[ada, bob], &place)).await;
    assert!(pages.into_iter().all(|page| page.unwrap() == truth[1..]));
    assert!((1.0..=8.0).contains(&loads), "{loads}");
}

#[tokio::test]
async fn a_failure_of_the_database_is_told_to_all_and_the_next_ones_read_again() {
    let (app, proxy) = start_slow().await;
    let (ada, bob, place) = app.direct().await;
    let said = app.post(ada, &place, "hello").await;
    proxy.delay(DELAY);
    let cutting = async {
        tokio::time::sleep(DELAY * 2).await;
        proxy.cut();
    };
    let readers = [ada, bob];
    let (pages, ()) = tokio::join!(app.pages(&readers, &place), cutting);
    let failures = pages.into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(failures.len() > READERS / 2, "{}", failures.len());
    assert!(failures.iter().all(|failure| failure.reason == Reason::Unavailable), "{:?}", failures.first());
    proxy.restore();
    let read = || async { app.history(bob, &place, 50, None).await.ok() };
    assert_eq!(eventually(SOON, read).await.unwrap().messages, [said]);
}

#[tokio::test]
async fn what_a_stranger_asks_for_leaves_no_empty_page_to_members() {
    let (app, redis) = start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let said = app.post(ada, &place, "hello").await;
    let refused = app.history(eve, &place, 50, None).await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound);
    assert_eq!(kept(&redis, &place).await, "");
    assert_eq!(app.newest(bob, &place).await.last(), Some(&said));
    app.warm(bob, &place).await;
    assert_eq!(app.history(eve, &place, 50, None).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn every_read_is_counted_once_as_a_hit_a_miss_or_passed_by() {
    let (app, mut redis) = start().await;
    let (ada, bob, place) = app.direct().await;
    app.post(ada, &place, "hello").await;
    let counted = async || {
        let page = app.admin_page("/metrics").await.unwrap();
        let names = ["hits_total{", "misses_total{", "passed_by_total{"];
        let is_counted = |line: &&str| {
            let rest = line.strip_prefix("pulse_messages_cache_");
            rest.is_some_and(|rest| names.iter().any(|name| rest.starts_with(name)))
        };
        let values = page.lines().filter(is_counted).map(|line| line.rsplit(' ').next().unwrap());
        values.map(|value| value.parse::<f64>().unwrap()).sum::<f64>()
    };
    let metric = async |name: &str, reason: &str| {
        app.metric(&format!("pulse_messages_cache_{name}_total{{kind=\"page\",reason=\"{reason}\"}}")).await
    };
    let before = counted().await;
    app.newest(bob, &place).await;
    assert!(metric("misses", "absent").await >= 1.0);
    app.truth(bob, &place).await;
    assert_eq!(metric("passed_by", "not_newest").await.round() as i64, 1);
    assert_eq!((counted().await - before).round() as i64, 2);
    app.warm(bob, &place).await;
    app.post(ada, &place, "hello again").await;
    app.newest(bob, &place).await;
    assert!(metric("misses", "stale").await >= 1.0);
    redis.stop().await;
    let passed_by = || async {
        app.newest(bob, &place).await;
        (metric("passed_by", "down").await >= 1.0).then_some(())
    };
    eventually(SOON, passed_by).await.unwrap();

    let plain = App::start().await;
    let (ada, _, place) = plain.direct().await;
    plain.newest(ada, &place).await;
    let off = "pulse_messages_cache_passed_by_total{kind=\"page\",reason=\"off\"}";
    assert_eq!(plain.metric(off).await.round() as i64, 1);
}

async fn readers_among_writers(app: &App) {
    let (ada, bob, place) = app.direct().await;
    let writing = async {
        for number in 0..40 {
            let said = app.post(ada, &place, &format!("{number}")).await;
            assert_eq!(app.newest(bob, &place).await.last(), Some(&said));
            let edited = app.edit(ada, &said.message_id, &format!("{number}, edited")).await.unwrap();
            assert_eq!(app.newest(ada, &place).await.last(), Some(&edited));
        }
    };
    let reading = join_all((0..4).map(|_| async {
        let mut newest = 0;
        for _ in 0..60 {
            let page = app.newest(bob, &place).await;
            let version = page.iter().map(|message| message.version).max().unwrap_or_default();
            assert!(version >= newest, "what was seen is not taken back: {version} after {newest}");
            newest = version;
        }
    }));
    tokio::join!(writing, reading);
}

#[tokio::test]
async fn readers_among_writers_see_all_that_was_answered_before() {
    let (app, _redis) = start().await;
    readers_among_writers(&app).await;
}

#[tokio::test]
async fn readers_among_writers_see_all_that_was_answered_before_without_redis_too() {
    readers_among_writers(&App::start().await).await;
}
