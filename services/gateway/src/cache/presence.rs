//! Who is there. A lease for each user and connection, renewed in batches; it dies with its gateway by itself.
//!
//! A socket that ended leaves a lease of the grace period behind, so that a reconnect is silent.
//!
//! Nothing here ever holds a socket up: without Redis everybody's presence is unknown, and all leases are written again
//! within a second of its return.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_redis::redis::Pipeline;
use deadpool_redis::{Config, Pool, Runtime};
use pulse_runtime::{Check, Shutdown};
use pulse_types::{Clock, ConnectionId, UserId};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use crate::cache::link::{CacheError, InvalidAddress};
use crate::cache::online;
use crate::domain::{Presence as UserPresence, PresenceStatus};

/// How long a connection counts when it is not renewed.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_INTERVAL: Duration = Duration::from_secs(20);
/// How often it is looked whether Redis is there.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// Longest that anything here waits for Redis.
pub(super) const TIMEOUT: Duration = Duration::from_millis(250);
/// Users in one pipeline.
const BATCH: usize = 256;
const POOL_SIZE: usize = 4;

/// The leases of this process. Clones share them.
#[derive(Clone)]
pub struct Presence(Arc<Shared>);

struct Shared {
    pool: Pool,
    check: Check,
    clock: Arc<dyn Clock>,
    grace: Duration,
    ledger: Mutex<Ledger>,
    changed: Notify,
}

/// The local connections, and whose entries Redis does not know yet.
#[derive(Debug, Default)]
struct Ledger {
    connections: HashMap<UserId, Vec<ConnectionId>>,
    connected: HashSet<UserId>,
    disconnected: Vec<(UserId, ConnectionId)>,
}

/// What a pass through Redis has to write.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    leases: Vec<(UserId, Vec<ConnectionId>)>,
    ended: Vec<(UserId, ConnectionId)>,
}

impl Presence {
    /// Begins to keep leases as a task of `shutdown`, and returns at once; `check` follows the state of Redis. Whose last socket
    /// ended is there for another `grace`.
    ///
    /// # Errors
    /// [`InvalidAddress`]. A server that is down is no error.
    pub fn connect(
        url: &str,
        grace: Duration,
        check: Check,
        clock: Arc<dyn Clock>,
        shutdown: &Shutdown,
    ) -> Result<Self, InvalidAddress> {
        let builder = Config::from_url(url).builder().map_err(|error| InvalidAddress(error.into()))?;
        let pool = builder
            .max_size(POOL_SIZE)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| InvalidAddress(error.into()))?;
        let shared = Shared { pool, check, clock, grace, ledger: Mutex::default(), changed: Notify::new() };
        let presence = Self(Arc::new(shared));
        shutdown.spawn("presence.leases", Box::pin(keep(presence.clone(), shutdown.clone())));
        Ok(presence)
    }

    /// A socket was opened.
    pub fn connected(&self, user_id: UserId, connection_id: ConnectionId) {
        self.ledger(|ledger| ledger.connect(user_id, connection_id));
        self.0.changed.notify_one();
    }

    /// A socket has ended.
    pub fn disconnected(&self, user_id: UserId, connection_id: ConnectionId) {
        self.ledger(|ledger| ledger.disconnect(user_id, connection_id));
        self.0.changed.notify_one();
    }

    /// Whether presence is known just now.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.check.is_up()
    }

    /// Who of them is there, in the order asked: online, offline, or unknown while Redis is away.
    pub async fn query(&self, user_ids: &[UserId]) -> Vec<UserPresence> {
        let counts = match self.0.check.is_up() {
            true => self.count(user_ids).await,
            false => return user_ids.iter().copied().map(UserPresence::unknown).collect(),
        };
        match counts {
            Ok(counts) => {
                user_ids.iter().zip(counts).map(|(user_id, count)| presence_of(*user_id, count)).collect()
            }
            Err(error) => {
                self.is_away(&error);
                user_ids.iter().copied().map(UserPresence::unknown).collect()
            }
        }
    }

    /// Sockets of a user on all gateways; `None` while Redis is away. What has just been opened elsewhere may be missing.
    pub async fn sockets(&self, user_id: UserId) -> Option<u64> {
        if !self.0.check.is_up() {
            return None;
        }
        // A live socket's lease was renewed less than an interval ago; what ends sooner is the grace of one that has gone.
        let renewed = LEASE.saturating_sub(RENEW_INTERVAL).min(self.0.grace);
        let least = self.now_ms().saturating_add(i64::try_from(renewed.as_millis()).unwrap_or(i64::MAX));
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("ZCOUNT").arg(key(user_id)).arg(format!("({least}")).arg("+inf");
        match self.run::<(u64,)>(&pipeline, TIMEOUT).await {
            Ok((count,)) => Some(count),
            Err(error) => {
                self.is_away(&error);
                None
            }
        }
    }

    async fn count(&self, user_ids: &[UserId]) -> Result<Vec<u64>, CacheError> {
        let mut pipeline = Pipeline::with_capacity(user_ids.len());
        for user_id in user_ids {
            pipeline.cmd("ZCOUNT").arg(key(*user_id)).arg(self.now_ms()).arg("+inf");
        }
        if user_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(&pipeline, TIMEOUT).await
    }

    async fn write(&self, changes: &Changes) -> Result<(), CacheError> {
        let now_ms = self.now_ms();
        let after =
            |span: Duration| now_ms.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
        let lifetime_seconds = LEASE.max(self.0.grace).as_secs() + 1;
        for ended in changes.ended.chunks(BATCH) {
            let mut pipeline = Pipeline::with_capacity(ended.len() * 2);
            for (user_id, connection_id) in ended {
                let key = key(*user_id);
                pipeline
                    .cmd("ZADD")
                    .arg(&key)
                    .arg(after(self.0.grace))
                    .arg(connection_id.to_string())
                    .ignore();
                pipeline.cmd("EXPIRE").arg(&key).arg(lifetime_seconds).ignore();
            }
            let user_ids: Vec<UserId> = ended.iter().map(|(user_id, _)| *user_id).collect();
            online::follow(&mut pipeline, &user_ids, now_ms, lifetime_seconds);
            self.run::<()>(&pipeline, TIMEOUT).await?;
        }
        for leases in changes.leases.chunks(BATCH) {
            let mut pipeline = Pipeline::with_capacity(leases.len() * 3);
            for (user_id, connection_ids) in leases {
                let key = key(*user_id);
                let add = pipeline.cmd("ZADD").arg(&key);
                for connection_id in connection_ids {
                    add.arg(after(LEASE)).arg(connection_id.to_string());
                }
                add.ignore();
                // What a gateway that was killed has left behind.
                pipeline.cmd("ZREMRANGEBYSCORE").arg(&key).arg("-inf").arg(now_ms).ignore();
                pipeline.cmd("EXPIRE").arg(&key).arg(lifetime_seconds).ignore();
            }
            let user_ids: Vec<UserId> = leases.iter().map(|(user_id, _)| *user_id).collect();
            online::follow(&mut pipeline, &user_ids, now_ms, lifetime_seconds);
            self.run::<()>(&pipeline, TIMEOUT).await?;
        }
        Ok(())
    }

    pub(super) async fn run<T: deadpool_redis::redis::FromRedisValue>(
        &self,
        pipeline: &Pipeline,
        timeout: Duration,
    ) -> Result<T, CacheError> {
        tokio::time::timeout(timeout, async {
            let mut connection = self.0.pool.get().await?;
            Ok(pipeline.query_async(&mut connection).await?)
        })
        .await?
    }

    async fn ping(&self) -> Result<(), CacheError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("PING").ignore();
        self.run(&pipeline, TIMEOUT).await
    }

    pub(super) fn is_away(&self, error: &CacheError) {
        self.0.check.down(&error.to_string());
    }

    pub(super) fn now_ms(&self) -> i64 {
        i64::try_from(self.0.clock.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }

    fn ledger<T>(&self, action: impl FnOnce(&mut Ledger) -> T) -> T {
        action(&mut self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ledger {
    fn connect(&mut self, user_id: UserId, connection_id: ConnectionId) {
        self.connections.entry(user_id).or_default().push(connection_id);
        self.connected.insert(user_id);
    }

    fn disconnect(&mut self, user_id: UserId, connection_id: ConnectionId) {
        if let Some(connections) = self.connections.get_mut(&user_id) {
            connections.retain(|id| *id != connection_id);
            if connections.is_empty() {
                self.connections.remove(&user_id);
            }
        }
        self.disconnected.push((user_id, connection_id));
    }

    /// What has changed since the last call.
    fn take_changes(&mut self) -> Changes {
        let connected = std::mem::take(&mut self.connected);
        let lease = |user_id: UserId| Some((user_id, self.connections.get(&user_id)?.clone()));
        Changes {
            leases: connected.into_iter().filter_map(lease).collect(),
            ended: std::mem::take(&mut self.disconnected),
        }
    }

    /// All there is.
    fn take_all(&mut self) -> Changes {
        self.connected.clear();
        let leases =
            self.connections.iter().map(|(user_id, connections)| (*user_id, connections.clone())).collect();
        Changes { leases, ended: std::mem::take(&mut self.disconnected) }
    }
}

/// Writes leases until the process stops and its last connection has ended.
async fn keep(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut renew = tokio::time::interval(RENEW_INTERVAL);
    let mut probe = tokio::time::interval(PROBE_INTERVAL);
    renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_last = begun.is_cancelled() && presence.ledger(|ledger| ledger.connections.is_empty());
        let was_up = presence.0.check.is_up();
        let written = match presence.ping_or_write(is_last || was_up).await {
            Ok(()) if was_up => Ok(()),
            // It is back, and may have lost everything.
            Ok(()) => presence.write(&presence.ledger(Ledger::take_all)).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => presence.0.check.up(),
            Err(error) => presence.0.check.down(&error.to_string()),
        }
        if is_last {
            return;
        }
        tokio::select! {
            () = presence.0.changed.notified() => {}
            _ = probe.tick() => {}
            _ = renew.tick() => presence.ledger(|ledger| ledger.connected.extend(ledger.connections.keys().copied())),
            () = begun.cancelled(), if !begun.is_cancelled() => {}
        }
    }
}

impl Presence {
    /// Writes what has changed; with nothing to write, or while Redis is away, only asks whether it is there.
    async fn ping_or_write(&self, may_write: bool) -> Result<(), CacheError> {
        let changes = if may_write { self.ledger(Ledger::take_changes) } else { Changes::default() };
        if changes == Changes::default() { self.ping().await } else { self.write(&changes).await }
    }
}

fn presence_of(user_id: UserId, connections: u64) -> UserPresence {
    match connections {
        0 => UserPresence::offline(user_id),
        _ => UserPresence { status: PresenceStatus::Online, ..UserPresence::offline(user_id) },
    }
}

pub(super) fn key(user_id: UserId) -> String {
    format!("pulse:gateway:presence:{user_id}")
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn changes_are_told_once_and_all_on_demand() {
        let (ada, phone, laptop) =
            (UserId::new(&SystemClock), ConnectionId::new(&SystemClock), ConnectionId::new(&SystemClock));
        let mut ledger = Ledger::default();
        ledger.connect(ada, phone);
        ledger.connect(ada, laptop);
        assert_eq!(ledger.take_changes().leases, [(ada, vec![phone, laptop])]);
        assert_eq!(ledger.take_changes(), Changes::default());
        ledger.disconnect(ada, phone);
        assert_eq!(ledger.take_changes(), Changes { leases: vec![], ended: vec![(ada, phone)] });
        assert_eq!(ledger.take_all().leases, [(ada, vec![laptop])]);
    }

    #[test]
    fn who_comes_and_goes_between_two_writes_leaves_only_the_grace() {
        let (ada, phone) = (UserId::new(&SystemClock), ConnectionId::new(&SystemClock));
        let mut ledger = Ledger::default();
        ledger.connect(ada, phone);
        ledger.disconnect(ada, phone);
        assert_eq!(ledger.take_changes(), Changes { leases: vec![], ended: vec![(ada, phone)] });
        assert!(ledger.connections.is_empty());
    }

    #[test]
    fn keys_are_what_other_versions_of_us_read() {
        let user_id = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        assert_eq!(key(user_id), "pulse:gateway:presence:0190a5c6-7c1f-7000-8000-000000000001");
    }
}
