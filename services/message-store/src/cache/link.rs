//! One connection to Redis that all requests of this process share. What they ask at the same time travels together.
//!
//! Nobody waits long here: a task of its own connects, once a second. While there is no connection a question fails at once, and
//! after the first one that was not answered there is none.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{Client, Cmd, FromRedisValue, RedisError, cmd};
use pulse_runtime::{Check, Shutdown};
use secrecy::{ExposeSecret as _, SecretString};

/// Longest that a request waits for an answer.
const TIMEOUT: Duration = Duration::from_millis(10);
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// Longest that connecting takes; no request waits for it.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The shared connection. Clones share it.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    client: Client,
    check: Check,
    connection: RwLock<Option<MultiplexedConnection>>,
}

/// The Redis address can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the Redis address can't be used")]
pub struct InvalidAddress(#[source] RedisError);

/// Redis did not answer, or not in time.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It is known to be away, and was not asked.
    #[error("Redis is down")]
    Down,
    /// No answer in time.
    #[error("Redis took too long")]
    Late(#[from] tokio::time::error::Elapsed),
    /// The connection broke, or the question was refused.
    #[error("Redis refused")]
    Redis(#[from] RedisError),
}

impl CacheError {
    /// Whether another question would fail as well. What stands under one key is no fault of the connection.
    fn is_of_connection(&self) -> bool {
        match self {
            Self::Down | Self::Late(_) => true,
            Self::Redis(error) => error.is_unrecoverable_error(),
        }
    }
}

impl Link {
    /// Nothing is opened before [`Link::keep`]. `check` tells whether Redis is there.
    ///
    /// # Errors
    /// [`InvalidAddress`]. A server that is down is no error.
    pub fn new(url: &SecretString, check: Check) -> Result<Self, InvalidAddress> {
        let client = Client::open(url.expose_secret()).map_err(InvalidAddress)?;
        Ok(Self(Arc::new(Shared { client, check, connection: RwLock::default() })))
    }

    /// Whether there is a connection, as far as is known.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.connection().is_some()
    }

    /// Asks one question.
    ///
    /// # Errors
    /// [`CacheError`], within 10 ms; at once while Redis is known to be down. Whether it was heard is then unknown.
    pub(super) async fn ask<T: FromRedisValue>(&self, question: &Cmd) -> Result<T, CacheError> {
        let mut connection = self.connection().ok_or(CacheError::Down)?;
        let asked = tokio::time::timeout(TIMEOUT, question.query_async(&mut connection)).await;
        let outcome = asked.map_err(CacheError::from).and_then(|answer| Ok(answer?));
        if let Err(error) = &outcome
            && error.is_of_connection()
        {
            self.give_up(error);
        }
        outcome
    }

    /// Connects, and looks once a second whether the connection still answers, until the shutdown begins.
    pub async fn keep(self, shutdown: Shutdown) {
        let begun = shutdown.token();
        loop {
            match tokio::time::timeout(PROBE_TIMEOUT, self.probe()).await.map_err(CacheError::from).flatten()
            {
                Ok(()) => self.0.check.up(),
                Err(error) => self.give_up(&error),
            }
            tokio::select! {
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
                () = begun.cancelled() => return,
            }
        }
    }

    async fn probe(&self) -> Result<(), CacheError> {
        let found = self.connection();
        let mut connection = match &found {
            Some(connection) => connection.clone(),
            None => self.0.client.get_multiplexed_async_connection().await?,
        };
        cmd("PING").query_async::<()>(&mut connection).await?;
        if found.is_none() {
            *self.0.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        }
        Ok(())
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.0.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn give_up(&self, error: &CacheError) {
        *self.0.connection.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.check.down(&error.to_string());
    }
}
