//! What two gateways, a Redis and a bus make of who is there: devices at both of them, leases that end, rights that end, a Redis that
//! loses everything. One of the gateways runs in this process, so that its wires can be cut.

use std::time::{Duration, Instant};

use deadpool_redis::redis::{self, Script};
use pulse_client::{Error, SignedIn, Socket};
use pulse_gateway::domain::certainty::Times;
use pulse_testkit::eventually;
use pulse_types::UserId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::beside::Beside;

/// Whoever leaves is gone a second later.
const GRACE: &[(&str, &str)] =
    &[("PULSE_GATEWAY_PRESENCE_GRACE_SECONDS", "1"), ("PULSE_GATEWAY_RATE_LIMITS", "off")];
/// What the contract allows a right that has ended.
const WITHIN: Duration = Duration::from_secs(1);
/// What happens soon does so within this time, on a busy machine.
const SOON: Duration = Duration::from_secs(10);
/// How long it takes at most until nothing more comes.
const QUIET: Duration = Duration::from_millis(1500);
/// For how long a gateway's word holds, and a little.
const LEASE_MS: i64 = 61_000;

/// Two people who may see one another, and a gateway in this process beside the system's own.
struct Scene {
    beside: Beside,
    ada: SignedIn,
    grace: SignedIn,
}

impl Scene {
    async fn set() -> anyhow::Result<Self> {
        let beside = Beside::start_with(Times::default(), GRACE).await?;
        let (ada, grace) = (beside.sign_up("ada").await?, beside.sign_up("grace").await?);
        ada.follow(grace.user_id()).await?;
        let request = grace.follow_requests().await?.items.remove(0);
        grace.accept(request.id, true).await?;
        Ok(Self { beside, ada, grace })
    }

    /// A socket at the gateway in this process.
    async fn here(&self, who: &SignedIn) -> anyhow::Result<Socket> {
        Ok(Socket::connect(&self.beside.url, &who.session.access_token, "").await?)
    }

    /// A socket at the system's own gateway.
    async fn there(&self, who: &SignedIn) -> anyhow::Result<Socket> {
        Ok(who.connect().await?)
    }

    async fn redis(&self) -> anyhow::Result<redis::aio::MultiplexedConnection> {
        let client = redis::Client::open(self.beside.stack.description()?.redis.url)?;
        Ok(client.get_multiplexed_async_connection().await?)
    }

    /// What is told of Grace when it is asked.
    async fn status(&self) -> anyhow::Result<String> {
        let asked = json!({"user_ids": [self.grace.user_id()]});
        let (_, told) = self.ada.raw(Method::POST, "/v1/presence/query", Some(&asked)).await?;
        Ok(told["presences"][0]["status"].as_str().unwrap_or_default().to_owned())
    }

    async fn is(&self, status: &str) -> anyhow::Result<()> {
        let asked = async || (self.status().await.ok()? == status).then_some(());
        eventually(SOON, asked).await.map_err(|error| error.context(format!("not {status}")))
    }

    fn hidden(&self) -> Value {
        json!({"user_id": self.grace.user_id(), "status": "offline", "last_seen_at": null})
    }
}

async fn watch(socket: &Socket, user_ids: &[UserId]) -> Result<Vec<Value>, Error> {
    let (answer, _) = socket.request("presence.watch", json!({"user_ids": user_ids})).await?;
    Ok(answer["presences"].as_array().cloned().unwrap_or_default())
}

async fn set(socket: &Socket, status: &str) -> anyhow::Result<()> {
    socket.request("presence.set", json!({"status": status})).await?;
    Ok(())
}

/// What a socket is told of somebody's presence next.
async fn told(socket: &mut Socket) -> anyhow::Result<Value> {
    Ok(tokio::time::timeout(SOON, socket.next_of("presence.updated")).await??.data)
}

async fn hears_nothing(socket: &mut Socket, time: Duration) -> anyhow::Result<()> {
    let heard = tokio::time::timeout(time, socket.next_of("presence.updated")).await;
    anyhow::ensure!(heard.is_err(), "{heard:?}");
    Ok(())
}

#[tokio::test]
async fn devices_at_two_gateways_come_to_one_presence_and_each_change_is_told_once() -> anyhow::Result<()> {
    let scene = Scene::set().await?;
    let mut watchers = [scene.here(&scene.ada).await?, scene.there(&scene.ada).await?];
    for watcher in &watchers {
        watch(watcher, &[scene.grace.user_id()]).await?;
    }
    // Each change is waited for: of changes in quick succession only the last one is told.
    let here = scene.here(&scene.grace).await?;
    all_told(&mut watchers, "online").await?;
    let there = scene.there(&scene.grace).await?;
    scene.is("online").await?;
    set(&here, "away").await?;
    // The other device was there all the time: only when it is away too, she is.
    set(&there, "away").await?;
    all_told(&mut watchers, "away").await?;
    set(&here, "online").await?;
    all_told(&mut watchers, "online").await?;
    set(&there, "online").await?;
    set(&here, "away").await?;
    drop(there);
    // When the better of the two has been gone for the grace, what the other one says is true.
    all_told(&mut watchers, "away").await?;
    // What lasts is of the person, wherever it was said.
    let there = scene.there(&scene.grace).await?;
    all_told(&mut watchers, "online").await?;
    set(&there, "dnd").await?;
    all_told(&mut watchers, "dnd").await?;
    drop((here, there));
    all_told(&mut watchers, "offline").await?;
    for watcher in &mut watchers {
        hears_nothing(watcher, QUIET).await?;
    }
    Ok(())
}

/// What all of them are told next.
async fn all_told(watchers: &mut [Socket], status: &str) -> anyhow::Result<()> {
    for watcher in watchers {
        let told = told(watcher).await?;
        anyhow::ensure!(told["status"] == status, "{told}, not {status}");
    }
    Ok(())
}

#[tokio::test]
async fn whose_gateway_has_fallen_silent_is_gone_with_its_leases_and_there_again_with_it()
-> anyhow::Result<()> {
    let scene = Scene::set().await?;
    let _socket = scene.here(&scene.grace).await?;
    scene.is("online").await?;
    let mut watcher = scene.there(&scene.ada).await?;
    watch(&watcher, &[scene.grace.user_id()]).await?;
    let before = scene.ada.raw(Method::GET, "/v1/config", None).await.map(|_| Instant::now())?;
    scene.beside.redis.cut();
    // What was under way has arrived.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(scene.status().await?, "online", "as long as its word holds");
    hears_nothing(&mut watcher, Duration::from_secs(1)).await?;
    // A minute is over: all that was promised until some moment was promised until an earlier one.
    let pass = Script::new(
        "for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZINCRBY', KEYS[1], -ARGV[1], member) end
         redis.call('ZINCRBY', KEYS[2], -ARGV[1], ARGV[2])",
    );
    let user_id = scene.grace.user_id().to_string();
    let mut invocation = pass.key(format!("pulse:gateway:presence:{user_id}"));
    invocation.key("pulse:gateway:due").arg(LEASE_MS).arg(&user_id);
    invocation.invoke_async::<()>(&mut scene.redis().await?).await?;
    let gone = told(&mut watcher).await?;
    assert_eq!(gone["status"], "offline");
    assert!(gone["last_seen_at"].is_string(), "{gone}");
    eprintln!("told {:?} after the wire was whole for the last time", before.elapsed());

    scene.beside.redis.restore();
    assert_eq!(told(&mut watcher).await?["status"], "online", "its socket was there all the time");
    hears_nothing(&mut watcher, QUIET).await
}

#[tokio::test]
async fn a_right_to_see_somebody_that_ends_is_gone_within_a_second() -> anyhow::Result<()> {
    let scene = Scene::set().await?;
    let grace = scene.there(&scene.grace).await?;
    scene.is("online").await?;
    let mut watcher = scene.here(&scene.ada).await?;
    let blocks = format!("/v1/me/blocks/{}", scene.ada.user_id());
    let follow = format!("/v1/users/{}/follow", scene.ada.user_id());
    let shown = |whom: &str| json!({"settings": {"show_presence": whom}});
    for way in ["shown to nobody", "blocked", "not connected any more"] {
        assert_eq!(watch(&watcher, &[scene.grace.user_id()]).await?[0]["status"], "online", "{way}");
        let (status, _) = match way {
            "blocked" => scene.grace.raw(Method::PUT, &blocks, None).await?,
            "shown to nobody" => scene.grace.raw(Method::PATCH, "/v1/me", Some(&shown("nobody"))).await?,
            _ => scene.grace.raw(Method::DELETE, &follow, None).await?,
        };
        assert!(status.is_success(), "{way}: {status}");
        let ended = tokio::time::timeout(WITHIN, told(&mut watcher)).await??;
        assert_eq!(ended, scene.hidden(), "{way}");
        set(&grace, "dnd").await?;
        set(&grace, "away").await?;
        set(&grace, "online").await?;
        hears_nothing(&mut watcher, QUIET).await?;
        assert_eq!(watch(&watcher, &[scene.grace.user_id()]).await?, [scene.hidden()], "{way}");
        match way {
            "shown to nobody" => {
                drop(scene.grace.raw(Method::PATCH, "/v1/me", Some(&shown("connections"))).await?)
            }
            "blocked" => {
                scene.grace.raw(Method::DELETE, &blocks, None).await?;
                // A block has ended what was between them.
                reconnect(&scene.ada, &scene.grace).await?;
            }
            _ => continue,
        }
        assert_eq!(told(&mut watcher).await?["status"], "online", "{way}: and back again");
    }
    Ok(())
}

async fn reconnect(one: &SignedIn, other: &SignedIn) -> anyhow::Result<()> {
    one.follow(other.user_id()).await?;
    let request = other.follow_requests().await?.items.remove(0);
    other.accept(request.id, true).await?;
    Ok(())
}

#[tokio::test]
async fn a_redis_that_lost_everything_is_filled_by_both_gateways_and_nobody_is_said_to_be_gone()
-> anyhow::Result<()> {
    let scene = Scene::set().await?;
    let (here, _there) = (scene.here(&scene.grace).await?, scene.there(&scene.grace).await?);
    set(&here, "dnd").await?;
    scene.is("dnd").await?;
    let mut watchers = [scene.here(&scene.ada).await?, scene.there(&scene.ada).await?];
    for watcher in &watchers {
        assert_eq!(watch(watcher, &[scene.grace.user_id()]).await?[0]["status"], "dnd");
    }
    let mut redis = scene.redis().await?;
    redis::cmd("FLUSHALL").exec_async(&mut redis).await?;
    let lost_at = Instant::now();
    let user_id = scene.grace.user_id();
    let is_whole = async || {
        let (leases, choice) = redis::pipe()
            .cmd("ZCARD")
            .arg(format!("pulse:gateway:presence:{user_id}"))
            .cmd("HGET")
            .arg(format!("pulse:gateway:person:{user_id}"))
            .arg("availability")
            .query_async::<(i64, Option<String>)>(&mut redis.clone())
            .await
            .ok()?;
        (leases == 2 && choice.as_deref() == Some("dnd")).then_some(())
    };
    eventually(SOON, is_whole).await?;
    eprintln!("whole again after {:?}", lost_at.elapsed());
    assert!(lost_at.elapsed() < Duration::from_secs(3), "{:?}", lost_at.elapsed());
    scene.is("dnd").await?;
    for watcher in &mut watchers {
        hears_nothing(watcher, Duration::from_secs(3)).await?;
    }
    // And it is alive: what follows is told.
    set(&here, "online").await?;
    for watcher in &mut watchers {
        assert_eq!(told(watcher).await?["status"], "online");
    }
    Ok(())
}

#[tokio::test]
async fn a_list_or_question_of_too_many_is_refused_and_the_list_before_it_stays() -> anyhow::Result<()> {
    let scene = Scene::set().await?;
    let grace = scene.there(&scene.grace).await?;
    scene.is("online").await?;
    let mut watcher = scene.here(&scene.ada).await?;
    let strangers = (1..200).map(nobody);
    let most: Vec<UserId> = std::iter::once(scene.grace.user_id()).chain(strangers).collect();
    let all = watch(&watcher, &most).await?;
    assert_eq!(all.len(), 200);
    // Whom there is not, and whom one may not see, is offline.
    assert!(
        all[1..].iter().all(|one| one["status"] == "offline" && one["last_seen_at"].is_null()),
        "{all:?}"
    );
    let mut too_many = most.clone();
    too_many.push(nobody(200));
    let Err(Error::Refused(problem)) = watch(&watcher, &too_many).await else {
        anyhow::bail!("201 were taken")
    };
    assert_eq!((problem.code.as_str(), problem.errors[0].code.as_str()), ("validation_failed", "too_many"));
    set(&grace, "away").await?;
    assert_eq!(told(&mut watcher).await?["status"], "away", "the list before is still watched");
    for (user_ids, expected) in [(&most, 200), (&too_many, 422)] {
        let asked = json!({"user_ids": user_ids});
        let (status, answer) = scene.ada.raw(Method::POST, "/v1/presence/query", Some(&asked)).await?;
        assert_eq!(status, expected, "{answer}");
    }
    Ok(())
}

/// An id that nobody has.
fn nobody(number: u128) -> UserId {
    UserId::from_uuid(uuid::Uuid::from_u128(0x0190_a5c6_7c1f_7000_8000_0000_0000_0000 + number))
}
