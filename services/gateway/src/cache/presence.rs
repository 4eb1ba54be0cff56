//! Who is there: the leases of connections, and what others see of people because of them. All gateways share it; each change is
//! one step of a script (`presence/step.lua`), so that every change of what is seen is announced by exactly one of them.
//!
//! Which connections live, and what becomes of what is written here, is not this file's: see `crate::presence`.

mod glance;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deadpool_redis::redis::{FromRedisValue, Pipeline, Script, ScriptInvocation};
use deadpool_redis::{Config, Pool, Runtime};
use pulse_runtime::Check;
use pulse_types::{Clock, SessionId, UserId};

use crate::cache::link::{CacheError, InvalidAddress};
use crate::domain::View;
use crate::domain::standing::{Activity, Availability, Standing};

pub use glance::Glance;

/// How long a connection counts when it is not renewed, and how long it counts that somebody without one said to be there.
pub const LEASE: Duration = Duration::from_secs(60);
/// How long it takes after a loss until all gateways have written their leases again.
const SETTLING: Duration = Duration::from_secs(3);
/// How long it is kept what is known of a person who is not there.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Longest that anything here waits for Redis: nobody's work stands still meanwhile.
pub(super) const TIMEOUT: Duration = Duration::from_secs(1);
/// Longest that a handshake waits for it.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_millis(250);
/// People in one step.
pub const STEP_MAX: usize = 128;
const POOL_SIZE: usize = 4;

/// A sorted set: user id by the Unix time in ms at which somebody is to look at them again.
const DUE: &str = "pulse:gateway:due";
/// The Unix time in ms at which Redis was found to have lost leases; 0 when it never was.
const EPOCH: &str = "pulse:gateway:epoch";
/// The moment, as opaque text, at which somebody last came online or went.
const STIRRED: &str = "pulse:gateway:stirred";

/// What is kept of presence in Redis. Clones share the connections.
#[derive(Clone)]
pub struct Presence(Arc<Shared>);

struct Shared {
    pool: Pool,
    check: Check,
    clock: Arc<dyn Clock>,
    grace: Duration,
    script: Script,
    is_known: AtomicBool,
}

/// What has changed of one person since the last step. Empty, it only asks to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub user_id: UserId,
    /// Live connections, by the text of their ids, to be renewed.
    pub live: Vec<(String, Activity)>,
    /// Connections that have ended.
    pub gone: Vec<Gone>,
    /// Somebody without a connection says to be there.
    pub put: Option<(SessionId, Activity)>,
    /// What they chose.
    pub choice: Option<Choice>,
}

/// A connection that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its id as text.
    pub id: String,
    /// What it told of the person.
    pub activity: Activity,
    /// When it ended.
    pub at: Instant,
}

/// A standing as it was learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The standing.
    pub standing: Standing,
    /// Whether it was changed just now, and not only read.
    pub was_made: bool,
}

/// What a step has come to for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Whose.
    pub user_id: UserId,
    /// What others see; `None` when it is not known.
    pub view: Option<View>,
    /// Whether this step has changed that: it is to be announced.
    pub has_changed: bool,
    /// Whether it is known what they chose.
    pub is_chosen: bool,
    /// The Unix time in ms at which others saw them last, if this step has moved it.
    pub seen_ms: Option<i64>,
}

impl Change {
    /// No change.
    #[must_use]
    pub const fn none(user_id: UserId) -> Self {
        Self { user_id, live: Vec::new(), gone: Vec::new(), put: None, choice: None }
    }
}

impl Presence {
    /// Nothing is opened before the first question; `check` follows the state of Redis. Whose last connection has ended is there
    /// for another `grace`.
    ///
    /// # Errors
    /// [`InvalidAddress`]. A server that is down is no error.
    pub fn new(
        url: &str,
        grace: Duration,
        check: Check,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidAddress> {
        let builder = Config::from_url(url).builder().map_err(|error| InvalidAddress(error.into()))?;
        let pool = builder
            .max_size(POOL_SIZE)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| InvalidAddress(error.into()))?;
        let script = Script::new(include_str!("presence/step.lua"));
        let is_known = AtomicBool::new(false);
        Ok(Self(Arc::new(Shared { pool, check, clock, grace, script, is_known })))
    }

    /// Whether presence is known: Redis is there, or was a moment ago.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.is_known.load(Ordering::SeqCst)
    }

    /// Redis is there, and has all that this process knows.
    pub fn note_known(&self) {
        self.0.check.up();
        self.0.is_known.store(true, Ordering::SeqCst);
    }

    /// Redis has not answered for a while.
    pub fn note_unknown(&self) {
        self.0.is_known.store(false, Ordering::SeqCst);
    }

    /// Makes a step, of at most [`STEP_MAX`] changes: what has come of it, in their order. Each person stands in one change.
    ///
    /// # Errors
    /// [`CacheError`]; it may have been done all the same.
    pub async fn step(&self, changes: &[Change]) -> Result<Vec<Outcome>, CacheError> {
        self.step_at(changes, 0).await
    }

    /// A step at a moment in µs; at 0, now.
    async fn step_at(&self, changes: &[Change], now_us: i64) -> Result<Vec<Outcome>, CacheError> {
        let mut call = self.0.script.prepare_invoke();
        call.key(super::online::ONLINE).key(DUE).key(EPOCH).key(STIRRED);
        call.arg(now_us).arg(ms(LEASE)).arg(ms(self.0.grace)).arg(ms(SETTLING)).arg(KEPT.as_secs());
        for change in changes {
            call.key(leases_key(change.user_id)).key(person_key(change.user_id));
            call.arg(change.user_id.to_string()).arg(step::write(change));
        }
        let told: Vec<Vec<String>> = self.invoke(&call).await?;
        Ok(changes.iter().zip(&told).map(|(change, told)| step::read(change.user_id, told)).collect())
    }

    /// What others see of people, in the order asked; `None` for those of whom nothing is known here.
    ///
    /// # Errors
    /// [`CacheError`]
    pub async fn find(&self, user_ids: &[UserId]) -> Result<Vec<Option<View>>, CacheError> {
        if user_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = Pipeline::with_capacity(user_ids.len());
        for user_id in user_ids {
            pipeline.cmd("HMGET").arg(person_key(*user_id)).arg(&["view", "view_seen", "revision"]);
        }
        let found: Vec<Vec<Option<String>>> = self.run(&pipeline, TIMEOUT).await?;
        let views = user_ids.iter().zip(found).map(|(user_id, fields)| {
            let fields: Vec<String> = fields.into_iter().map(Option::unwrap_or_default).collect();
            step::view(*user_id, &fields)
        });
        Ok(views.collect())
    }

    /// Whether a person is known to be told as they are: neither not to be disturbed nor invisible.
    ///
    /// # Errors
    /// [`CacheError`]
    pub async fn is_free(&self, user_id: UserId) -> Result<bool, CacheError> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("HGET").arg(person_key(user_id)).arg("availability");
        let (availability,): (Option<String>,) = self.run(&pipeline, TIMEOUT).await?;
        Ok(availability.as_deref() == Some(Availability::Free.as_str()))
    }

    /// Live connections of a user on all gateways; `None` while Redis is away. What has just been opened elsewhere may be missing.
    pub async fn sockets(&self, user_id: UserId) -> Option<u64> {
        if !self.0.check.is_up() {
            return None;
        }
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("ZRANGEBYSCORE").arg(leases_key(user_id)).arg(self.now_ms()).arg("+inf");
        match self.run::<(Vec<String>,)>(&pipeline, HANDSHAKE_TIMEOUT).await {
            Ok((leases,)) => {
                let live = leases.iter().filter(|lease| step::is_live(lease)).count();
                Some(u64::try_from(live).unwrap_or(u64::MAX))
            }
            Err(error) => {
                self.is_away(&error);
                None
            }
        }
    }

    async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, CacheError> {
        tokio::time::timeout(TIMEOUT, async {
            let mut connection = self.0.pool.get().await?;
            Ok(call.invoke_async(&mut connection).await?)
        })
        .await?
    }

    pub(super) async fn run<T: FromRedisValue>(
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

    /// It did not answer.
    pub fn is_away(&self, error: &CacheError) {
        self.0.check.down(&error.to_string());
    }

    /// The time of day, in ms since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        i64::try_from(self.0.clock.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A sorted set: lease by the Unix time in ms at which it ends.
fn leases_key(user_id: UserId) -> String {
    format!("pulse:gateway:presence:{user_id}")
}

/// What a person chose, and what others see of them.
fn person_key(user_id: UserId) -> String {
    format!("pulse:gateway:person:{user_id}")
}
