//! One connection to Redis that all requests of this process share. What they ask at the same time travels together, and each
//! question is one round trip: a pool would ask for a sign of life first.
//!
//! Nobody waits long here: while Redis is known to be down a question fails at once. `presence.rs` asks once a second whether
//! it is back.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{Client, FromRedisValue, RedisError, ScriptInvocation};
use pulse_runtime::Check;
use tokio::sync::Mutex;

/// Longest that a question takes, with the time to connect.
const TIMEOUT: Duration = Duration::from_millis(50);

/// A silence that is shorter may be a busy machine: what counts beside Redis goes on as if it were there.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// The shared connection. Clones share it.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    client: Client,
    check: Check,
    connection: Mutex<Kept>,
    answered_at: std::sync::Mutex<Option<Instant>>,
}

/// The connection that works; its number, so that only those who used it give it up.
#[derive(Default)]
struct Kept {
    number: u64,
    connection: Option<MultiplexedConnection>,
}

/// The Redis address can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the Redis address can't be used")]
pub struct InvalidAddress(#[source] pub(super) Box<dyn std::error::Error + Send + Sync>);

/// Redis did not answer, or not in time.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It is known to be away, and was not asked.
    #[error("Redis is down")]
    Down,
    /// No answer in time.
    #[error("Redis took too long")]
    Late(#[from] tokio::time::error::Elapsed),
    /// No connection.
    #[error("Redis can't be reached")]
    Pool(#[from] deadpool_redis::PoolError),
    /// The connection broke, or the question was refused.
    #[error("Redis refused")]
    Redis(#[from] RedisError),
}

impl Link {
    /// Nothing is opened before the first question. `check` tells whether Redis is there, and is told when it is not.
    ///
    /// # Errors
    /// [`InvalidAddress`]. A server that is down is no error.
    pub fn new(url: &str, check: Check) -> Result<Self, InvalidAddress> {
        let client = Client::open(url).map_err(|error| InvalidAddress(error.into()))?;
        Ok(Self(Arc::new(Shared {
            client,
            check,
            connection: Mutex::default(),
            answered_at: std::sync::Mutex::default(),
        })))
    }

    /// Whether Redis is there, as far as is known.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.0.check.is_up()
    }

    /// Whether it is there, or was a moment ago.
    #[must_use]
    pub fn was_up_lately(&self) -> bool {
        let answered_at = *self.0.answered_at.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_up() || answered_at.is_some_and(|at| at.elapsed() < SILENCE_MAX)
    }

    /// Runs a script.
    ///
    /// # Errors
    /// [`CacheError`], within 50 ms; at once while Redis is known to be down. Whether the script ran is then unknown.
    pub async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, CacheError> {
        if !self.is_up() {
            return Err(CacheError::Down);
        }
        let mut used = None;
        let asked = tokio::time::timeout(TIMEOUT, async {
            let (number, mut connection) = self.connection().await?;
            used = Some(number);
            Ok::<_, CacheError>(script.invoke_async(&mut connection).await?)
        });
        let outcome = asked.await.unwrap_or_else(|late| Err(late.into()));
        match &outcome {
            Ok(_) => {
                *self.0.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            }
            Err(error) => {
                self.give_up(used).await;
                self.0.check.down(&error.to_string());
            }
        }
        outcome
    }

    async fn connection(&self) -> Result<(u64, MultiplexedConnection), CacheError> {
        let mut kept = self.0.connection.lock().await;
        if let Some(connection) = &kept.connection {
            return Ok((kept.number, connection.clone()));
        }
        let connection = self.0.client.get_multiplexed_async_connection().await?;
        kept.number += 1;
        kept.connection = Some(connection.clone());
        Ok((kept.number, connection))
    }

    async fn give_up(&self, used: Option<u64>) {
        let mut kept = self.0.connection.lock().await;
        if used == Some(kept.number) {
            kept.connection = None;
        }
    }
}
