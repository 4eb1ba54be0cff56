//! All SQL of the service. [`Db`] lends a [`Conn`] or opens a [`Tx`]; each file beside this one holds the queries of one
//! noun as plain functions.

pub mod block;
pub mod delivery;
pub mod erasure;
pub mod export;
pub mod follow_request;
pub mod mute;
pub mod outbox;
pub mod people;
pub mod point;
pub mod profile;
pub mod relationship;
pub mod report;
pub mod search;
pub mod settings;
pub mod standing;

use std::time::Duration;

use pulse_runtime::{Check, Shutdown};
use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Transaction};
use uuid::Uuid;

/// A connection, in a transaction or not.
pub type Conn = sqlx::PgConnection;
/// A connection lent by the pool.
pub type Lent = PoolConnection<Postgres>;
/// A transaction; dropped without a commit, it leaves nothing.
pub type Tx = Transaction<'static, Postgres>;

const CONNECTIONS_MAX: u32 = 16;
/// How long an operation waits for a free connection, or for the database to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
const MIGRATE_PAUSE_MAX: Duration = Duration::from_secs(2);

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be reached, is going down or has no room; nothing was changed.
    #[error("the database can't be reached")]
    Unavailable(#[source] sqlx::Error),
    /// It refused a query.
    #[error("the database refused a query")]
    Query(#[source] sqlx::Error),
    /// A row that makes no domain value.
    #[error("a row of {table} is corrupt: {id}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// Key of the row.
        id: Uuid,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) { Self::Unavailable(error) } else { Self::Query(error) }
    }
}

/// Whether the database itself is the trouble, and not what it was asked.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            true
        }
        // Classes 08: connection, 53: no room, 57P: the server goes down or is starting.
        sqlx::Error::Database(refusal) => {
            refusal.code().is_some_and(|code| ["08", "53", "57P"].iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    }
}

/// The settings name no usable database, or its tables can't be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not the address of a PostgreSQL database.
    #[error("the address of the database can't be read")]
    Address(#[source] sqlx::Error),
    /// A migration failed, or one that was applied is not what this program knows.
    #[error("the tables can't be brought up to date")]
    Migrate(#[source] MigrateError),
}

/// The database of the service. Clones share one pool.
#[derive(Debug, Clone)]
pub struct Db(PgPool);

impl Db {
    /// Prepares a pool; nothing is opened yet.
    ///
    /// # Errors
    /// [`OpenError::Address`] for a text that is no address of a database.
    pub fn new(url: &str) -> Result<Self, OpenError> {
        let options: PgConnectOptions = url.parse().map_err(OpenError::Address)?;
        let options = options.application_name("social-graph");
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(ACQUIRE_TIMEOUT);
        Ok(Self(pool.connect_lazy_with(options)))
    }

    /// Brings the tables up to date, waiting for a database that is down. False when the shutdown began before that.
    ///
    /// # Errors
    /// [`OpenError::Migrate`] when waiting can't help.
    pub async fn migrate(&self, check: &Check, shutdown: &Shutdown) -> Result<bool, OpenError> {
        let begun = shutdown.token();
        let mut pause = Duration::from_millis(100);
        let mut migrator = sqlx::migrate!("./migrations");
        // The tables of a newer version serve this one too, so that a release can be taken back.
        migrator.set_ignore_missing(true);
        loop {
            let error = match migrator.run(&self.0).await {
                Ok(()) => {
                    check.up();
                    return Ok(true);
                }
                Err(MigrateError::Execute(error)) if is_away(&error) => error,
                Err(error) => return Err(OpenError::Migrate(error)),
            };
            check.down(&error.to_string());
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(MIGRATE_PAUSE_MAX),
                () = begun.cancelled() => return Ok(false),
            }
        }
    }

    /// Tells `check` once a second whether the database answers, until the shutdown begins.
    pub async fn probe(self, check: Check, shutdown: Shutdown) {
        let begun = shutdown.token();
        let mut every = tokio::time::interval(PROBE_INTERVAL);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = every.tick() => {}
                () = begun.cancelled() => return,
            }
            match tokio::time::timeout(ACQUIRE_TIMEOUT, self.ping()).await {
                Ok(Ok(())) => check.up(),
                Ok(Err(error)) => check.down(&error.to_string()),
                Err(_) => check.down("no answer in time"),
            }
        }
    }

    /// Lends a connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is none in time.
    pub async fn conn(&self) -> Result<Lent, StoreError> {
        Ok(self.0.acquire().await?)
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no connection in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(self.0.begin().await?)
    }

    async fn ping(&self) -> Result<(), sqlx::Error> {
        self.0.acquire().await?.ping().await
    }
}

/// Commits.
///
/// # Errors
/// When the commit is refused, or its outcome is not known because the connection broke.
pub async fn commit(tx: Tx) -> Result<(), StoreError> {
    Ok(tx.commit().await?)
}
