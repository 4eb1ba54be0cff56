//! The newest page of a history, kept in Redis: never stale, and correct without it.

mod stampede;

use std::future::Future;
use std::time::{Duration, Instant};

use deadpool_redis::redis::{self, AsyncCommands as _};
use pulse_message_store::store::MIGRATOR;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Principal, Reason};
use pulse_testkit::{Proxy, Redis, TestDatabase, eventually};

use crate::act::shown;
use crate::app::{App, Options, SOON};

const HITS: &str = "pulse_messages_cache_hits_total{kind=\"page\"}";
const ERRORS: &str = "pulse_messages_cache_errors_total{kind=\"page\"}";

/// A service with a Redis at an address.
async fn start_at(url: String) -> App {
    let database = TestDatabase::create(&MIGRATOR).await.unwrap();
    let settings = vec![("PULSE_MESSAGES_REDIS_URL", url)];
    App::start_with(database, Options { settings, ..Options::default() }).await
}

async fn start() -> (App, Redis) {
    let redis = Redis::start().await.unwrap();
    (start_at(redis.url().to_owned()).await, redis)
}

async fn connection(redis: &Redis) -> redis::aio::MultiplexedConnection {
    redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// What stands under the page's key; empty when nothing does.
async fn kept(redis: &Redis, place: &str) -> String {
    let found: Option<String> = connection(redis).await.get(key(place)).await.unwrap();
    found.unwrap_or_default()
}

fn key(place: &str) -> String {
    format!("pulse:message-store:page:{place}")
}

impl App {
    /// The newest page, as the cache may give it.
    async fn newest(&self, user: Principal, place: &str) -> Vec<proto::Message> {
        self.history(user, place, 50, None).await.unwrap().messages
    }

    /// The same out of the database: more than what is kept was asked for.
    async fn truth(&self, user: Principal, place: &str) -> Vec<proto::Message> {
        self.history(user, place, 51, None).await.unwrap().messages
    }

    /// Reads the newest page until it was served by Redis: on a busy machine one answer may come too late.
    async fn warm(&self, user: Principal, place: &str) {
        let hit = || async {
            let before = self.metric(HITS).await;
            self.newest(user, place).await;
            (self.metric(HITS).await > before).then_some(())
        };
        eventually(SOON, hit).await.unwrap();
    }

    /// Does something while the page is kept; everybody then sees what the database holds, kept or not, and at once.
    async fn changes<T>(&self, users: &[Principal], place: &str, change: impl Future<Output = T>) -> T {
        self.warm(users[0], place).await;
        let before = self.truth(users[0], place).await;
        let done = change.await;
        assert_ne!(self.truth(users[0], place).await, before, "nothing has changed: no proof");
        for _ in 0..3 {
            for user in users {
                assert_eq!(self.newest(*user, place).await, self.truth(*user, place).await);
            }
        }
        done
    }
}

#[tokio::test]
async fn nothing_stale_is_shown_after_a_change_of_any_kind() {
    let (app, redis) = start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob, eve]).await;
    let all = [ada, bob, eve];
    let first = app.changes(&all, &place, app.post(ada, &place, "hello @bob")).await;
    let second = app.changes(&all, &place, app.post(bob, &place, "hello")).await;
    app.changes(&all, &place, app.edit(ada, &first.message_id, "hello again, @bob")).await.unwrap();
    app.changes(&all, &place, app.react(bob, &first.message_id, "🙂", true)).await.unwrap();
    app.changes(&all, &place, app.react(ada, &first.message_id, "🙂", true)).await.unwrap();
    app.warm(eve, &place).await;
    for (user, expected) in [(ada, "🙂2*"), (bob, "🙂2*"), (eve, "🙂2")] {
        let newest = app.newest(user, &place).await;
        let message = newest.iter().find(|message| message.message_id == first.message_id).unwrap();
        assert_eq!(shown(&message.reactions), [expected], "one's own reaction is of the one who reads");
    }
    app.changes(&all, &place, app.react(bob, &first.message_id, "🙂", false)).await.unwrap();
    app.changes(&all, &place, app.apply_person(ada.user_id, "ada_lovelace", 2)).await;
    let newest = app.newest(eve, &place).await;
    let message = newest.iter().find(|message| message.message_id == first.message_id).unwrap();
    assert_eq!(message.sender.as_ref().unwrap().username, "ada_lovelace");
    app.changes(&all, &place, app.unsay(bob, &second.message_id)).await.unwrap();
    app.changes(&[ada, bob], &place, app.remove(ada, &place, eve)).await.unwrap();
    app.warm(ada, &place).await;
    let refused = app.history(eve, &place, 50, None).await.unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound, "a kept page opens no door");
    assert!(!kept(&redis, &place).await.contains("ada_lovelace"), "names are not kept");
}

#[tokio::test]
async fn smaller_pages_are_the_end_of_the_kept_one() {
    let (app, _redis) = start().await;
    let (ada, bob, place) = app.direct().await;
    assert_eq!(app.newest(ada, &place).await, []);
    for number in 0..53 {
        app.post(ada, &place, &format!("{number}")).await;
    }
    app.warm(bob, &place).await;
    let everything = app.everything(bob, &place).await;
    for limit in [1, 7, 49, 50] {
        let page = app.history(bob, &place, limit, None).await.unwrap();
        assert_eq!(page.messages, everything[53 - limit as usize..]);
        assert!(page.has_before && !page.has_after);
    }
}

#[tokio::test]
async fn what_an_erasure_takes_away_is_neither_shown_nor_kept() {
    for erase_messages in [false, true] {
        let (app, redis) = start().await;
        let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
        let place = app.make_group(&[ada, bob, eve]).await;
        app.post(bob, &place, "canary").await;
        app.post(ada, &place, "dear @bob").await;
        // Whoever has left takes no version along when forgotten.
        app.leave(bob, &place).await.unwrap();
        app.warm(ada, &place).await;
        let before = kept(&redis, &place).await;
        app.changes(&[ada, eve], &place, app.erased(bob, erase_messages)).await;
        // As if Redis could not be told.
        connection(&redis).await.set::<_, _, ()>(key(&place), before).await.unwrap();
        assert_eq!(app.newest(ada, &place).await, app.truth(ada, &place).await);
        app.warm(ada, &place).await;
        let kept = kept(&redis, &place).await;
        // System messages go on telling that the id was there.
        for trace in ["\"sender_id\":\"", "\"mentions\":[\""] {
            assert!(!kept.contains(&format!("{trace}{}", bob.user_id)), "{kept}");
        }
        assert_eq!(kept.contains("canary"), !erase_messages);
    }
}

#[tokio::test]
async fn what_is_gone_for_good_is_not_kept() {
    let (app, redis) = start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let said = app.post(ada, &place, "canary").await;
    app.warm(bob, &place).await;
    assert!(kept(&redis, &place).await.contains("canary"));
    let lifetime: i64 = connection(&redis).await.ttl(key(&place)).await.unwrap();
    assert!((1..=600).contains(&lifetime), "{lifetime}");
    app.unsay(ada, &said.message_id).await.unwrap();
    assert_eq!(kept(&redis, &place).await, "");
    app.warm(bob, &place).await;
    let request = proto::DeleteConversationRequest { conversation_id: place.clone() };
    app.conversations.clone().delete_conversation(ada.request(request)).await.unwrap();
    assert_eq!(kept(&redis, &place).await, "");
    assert_eq!(app.history(bob, &place, 50, None).await.unwrap_err().reason, Reason::NotFound);
}

#[tokio::test]
async fn entries_of_another_state_or_another_conversation_or_no_entries_are_not_served() {
    let (app, redis) = start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let (place, other) = (app.make_group(&[ada, bob]).await, app.make_group(&[ada, eve]).await);
    app.post(ada, &place, "here").await;
    app.post(ada, &other, "there").await;
    app.warm(ada, &place).await;
    app.warm(ada, &other).await;
    let (old, foreign) = (kept(&redis, &place).await, kept(&redis, &other).await);
    app.post(ada, &place, "here too").await;
    let truth = app.truth(bob, &place).await;
    let mut connection = connection(&redis).await;
    for entry in [old.as_str(), foreign.as_str(), "", "garbage", "{\"format\":2}", "[]"] {
        connection.set::<_, _, ()>(key(&place), entry).await.unwrap();
        assert_eq!(app.newest(bob, &place).await, truth, "{entry}");
    }
    let () = connection.del(key(&place)).await.unwrap();
    let () = connection.lpush(key(&place), "a list").await.unwrap();
    assert_eq!(app.newest(bob, &place).await, truth);
    assert!(app.metric(ERRORS).await >= 4.0);
    app.warm(bob, &place).await;
    assert_eq!(app.newest(bob, &place).await, truth);
}

#[tokio::test]
async fn an_entry_is_served_when_all_of_its_label_fits_and_only_then() {
    let (app, redis) = start().await;
    let [ada, bob] = app.circle(["ada", "bob"]).await;
    let (place, other) = (app.make_group(&[ada, bob]).await, app.make_group(&[ada, bob]).await);
    app.post(ada, &place, "the truth").await;
    app.warm(bob, &place).await;
    let truth = app.truth(bob, &place).await;
    // What nobody said, to tell where an answer came from.
    let forged = kept(&redis, &place).await.replace("the truth", "a forgery");
    let serves = async |entry: &str| {
        connection(&redis).await.set::<_, _, ()>(key(&place), entry).await.unwrap();
        let newest = app.newest(bob, &place).await;
        let is_forged = newest.last().unwrap().body == "a forgery";
        assert!(is_forged || newest == truth);
        is_forged
    };
    // A busy machine may be too late for Redis once.
    eventually(SOON, || async { serves(&forged).await.then_some(()) }).await.unwrap();
    let number = |name: &str| {
        let (_, rest) = forged.split_once(&format!("\"{name}\":")).unwrap();
        format!("\"{name}\":{}", rest.split(',').next().unwrap())
    };
    for name in ["format", "version", "changed_xid", "server_started_at_us"] {
        let (found, last) = (number(name), forged.find("\"messages\"").unwrap());
        let at = forged.find(&found).filter(|at| *at < last).unwrap();
        for another in [format!("{found}0"), found.split(':').next().unwrap().to_owned() + ":1"] {
            let entry = format!("{}{another}{}", &forged[..at], &forged[at + found.len()..]);
            assert!(!serves(&entry).await, "{another} for {found}");
        }
    }
    assert!(!serves(&forged.replacen(&place, &other, 1)).await, "of another conversation");
    assert!(!serves(&forged.replace("\"kind\"", "\"kinds\"")).await, "of another shape");
    eventually(SOON, || async { serves(&forged).await.then_some(()) }).await.unwrap();
}

#[tokio::test]
async fn replicas_that_share_a_redis_see_one_anothers_changes_at_once() {
    let (first, redis) = start().await;
    let settings = vec![("PULSE_MESSAGES_REDIS_URL", redis.url().to_owned())];
    let database_url = Some(first.database.url().to_owned());
    let unused = TestDatabase::create(&MIGRATOR).await.unwrap();
    let second = App::start_with(unused, Options { settings, database_url, ..Options::default() }).await;
    let [ada, bob, eve, dan] = first.circle(["ada", "bob", "eve", "dan"]).await;
    let place = first.make_group(&[ada, bob, eve, dan]).await;
    for (changing, reading, leaving) in [(&first, &second, eve), (&second, &first, dan)] {
        let newest = async || {
            let page = reading.newest(bob, &place).await;
            assert_eq!(page, changing.truth(bob, &place).await);
            // So that the next change finds it kept.
            reading.warm(bob, &place).await;
            page.last().cloned()
        };
        newest().await;
        let said = changing.post(ada, &place, "hello").await;
        assert_eq!(newest().await, Some(said.clone()));
        let edited = changing.edit(ada, &said.message_id, "hello!").await.unwrap();
        assert_eq!(newest().await, Some(edited));
        changing.react(bob, &said.message_id, "🙂", true).await.unwrap();
        assert_eq!(shown(&newest().await.unwrap().reactions), ["🙂1*"]);
        changing.unsay(ada, &said.message_id).await.unwrap();
        assert_eq!(newest().await.unwrap().body, "");
        changing.remove(ada, &place, leaving).await.unwrap();
        let refused = reading.history(leaving, &place, 50, None).await.unwrap_err();
        assert_eq!(refused.reason, Reason::NotFound);
        assert_eq!(newest().await.unwrap().kind, proto::MessageKind::System as i32);
    }
}

#[tokio::test]
async fn reads_go_on_while_redis_is_stopped_hangs_or_was_emptied() {
    let mut redis = Redis::start().await.unwrap();
    let proxy = Proxy::start(redis.addr()).await.unwrap();
    let app = start_at(proxy.url(redis.url())).await;
    let (ada, bob, place) = app.direct().await;
    app.post(ada, &place, "before").await;
    app.warm(bob, &place).await;

    proxy.stall();
    let begun = Instant::now();
    let said = app.post(ada, &place, "while it hangs").await;
    for _ in 0..20 {
        assert_eq!(app.newest(bob, &place).await.last(), Some(&said));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let degraded = || async {
        let page = app.admin_page("/readyz").await.ok()?;
        (page.contains("200 OK") && page.contains("degraded: redis")).then_some(())
    };
    eventually(SOON, degraded).await.unwrap();
    proxy.restore();
    app.warm(bob, &place).await;

    redis.stop().await;
    let said = app.edit(ada, &said.message_id, "while it is stopped").await.unwrap();
    assert_eq!(app.newest(bob, &place).await.last(), Some(&said));
    eventually(SOON, degraded).await.unwrap();
    redis.start_again().await.unwrap();
    app.warm(bob, &place).await;
    assert_eq!(app.newest(bob, &place).await.last(), Some(&said));

    let () = redis::cmd("FLUSHALL").query_async(&mut connection(&redis).await).await.unwrap();
    assert_eq!(app.newest(bob, &place).await.last(), Some(&said));
    app.warm(bob, &place).await;
}
