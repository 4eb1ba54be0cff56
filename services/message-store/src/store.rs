//! All SQL. `Db` lends a connection or opens a transaction; the files beside this one hold plain functions on it.

pub mod attachment;
pub mod batch;
pub mod candidate;
pub mod change;
pub mod connection;
pub mod conversation;
pub mod deletion;
pub mod departure;
pub mod discard;
pub mod edit;
pub mod erasure;
pub mod export;
pub mod group;
mod hydrate;
pub mod mark;
pub mod member;
pub mod membership;
pub mod mention;
pub mod message;
pub mod outbox;
pub mod page;
pub mod person;
pub mod position;
pub mod presence;
pub mod reaction;
pub mod receipt;
pub mod room;
mod row;
pub mod search;
pub mod sync;

use std::str::FromStr as _;
use std::time::Duration;

use pulse_runtime::{Check, Shutdown};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool, Postgres};
use uuid::Uuid;

/// A connection, of the pool or inside a transaction.
pub type Conn = sqlx::PgConnection;
/// A transaction; dropped without a commit it rolls back.
pub type Tx<'c> = sqlx::Transaction<'c, Postgres>;

/// The schema, as embedded files.
pub static MIGRATOR: Migrator = sqlx::migrate!();

const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// The database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The server refused, or can't be reached.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The schema can't be brought up to date.
    #[error("the database can't be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// It took too long; whether it was done is not known.
    #[error("the database did not answer in time")]
    TimedOut,
    /// A row that can't be.
    #[error("the row {id} of {table} can't be read")]
    Corrupt {
        /// Where it stands.
        table: &'static str,
        /// Which one.
        id: Uuid,
    },
}

impl StoreError {
    /// Whether the database is at fault, and not what it was asked: the same may succeed later.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::TimedOut) || self.is_transient()
    }

    /// Whether another transaction was in the way of this one: the same may succeed at once.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }

    /// Whether the same work may succeed on a new connection: the wire broke, the server restarts, or two transactions
    /// were in one another's way.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let error = match self {
            Self::Database(error) | Self::Migrate(sqlx::migrate::MigrateError::Execute(error)) => error,
            _ => return false,
        };
        let code = match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::BeginFailed => {
                return true;
            }
            // What a broken wire looks like in the middle of an answer.
            sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => return true,
            sqlx::Error::Database(error) => error.code().unwrap_or_default(),
            _ => return false,
        };
        // Connections, resources and operator intervention by class; serialisation and deadlock by code.
        code.starts_with("08")
            || code.starts_with("53")
            || code.starts_with("57")
            || code == "40001"
            || code == "40P01"
    }
}

/// The service's database.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    options: PgConnectOptions,
}

impl Db {
    /// Prepares a pool of at most `connections`; nothing is opened yet.
    ///
    /// # Errors
    /// When `url` is no address of a PostgreSQL database.
    pub fn new(url: &SecretString, connections: u32) -> Result<Self, StoreError> {
        // Every query finds its rows by an index, so one plan serves all; planning each time would cost more than running.
        // A plan made while the tables are small must not be one that reads them whole.
        let options =
            PgConnectOptions::from_str(url.expose_secret())?.application_name("message-store").options([
                ("plan_cache_mode", "force_generic_plan"),
                ("enable_seqscan", "off"),
                ("enable_hashjoin", "off"),
                ("enable_mergejoin", "off"),
                ("enable_bitmapscan", "off"),
                ("jit", "off"),
                ("statement_timeout", "5000"),
                ("idle_in_transaction_session_timeout", "10000"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options.clone());
        Ok(Self { pool, options })
    }

    /// Brings the schema up to date as soon as the database can be reached; replicas that start together wait for one
    /// another. False when the shutdown began first.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate_when_up(&self, check: &Check, shutdown: &Shutdown) -> Result<bool, StoreError> {
        let begun = shutdown.token();
        let mut pause = Duration::from_millis(50);
        loop {
            match self.migrate().await {
                Ok(()) => {
                    check.up();
                    return Ok(true);
                }
                Err(error) if !error.is_outage() => return Err(error),
                Err(error) => check.down(&error.to_string()),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(PROBE_INTERVAL),
                () = begun.cancelled() => return Ok(false),
            }
        }
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        // A migration, or waiting for another replica's, may take longer than a query of a user.
        let patient = self.options.clone().options([("statement_timeout", "0")]);
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(patient);
        let outcome = MIGRATOR.run(&pool).await;
        pool.close().await;
        Ok(outcome?)
    }

    /// Asks each second whether the database answers, until the shutdown begins.
    pub async fn probe(self, check: Check, shutdown: Shutdown) {
        let begun = shutdown.token();
        loop {
            tokio::select! {
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
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
    /// When none is free in time or the database can't be reached.
    pub async fn conn(&self) -> Result<sqlx::pool::PoolConnection<Postgres>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// As [`Db::conn`].
    pub async fn begin(&self) -> Result<Tx<'static>, StoreError> {
        Ok(self.pool.begin().await?)
    }

    /// Opens a transaction in which every statement sees what was committed before the first one.
    ///
    /// # Errors
    /// As [`Db::conn`].
    pub async fn begin_snapshot(&self) -> Result<Tx<'static>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?)
    }

    /// Opens a connection outside the pool, for a task that works on it alone.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn dedicated(&self) -> Result<Conn, StoreError> {
        let connecting = Conn::connect_with(&self.options);
        Ok(tokio::time::timeout(ACQUIRE_TIMEOUT, connecting).await.map_err(|_| StoreError::TimedOut)??)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query_scalar!("SELECT 1").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Closes the pool once its connections are back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Opens a transaction on a connection.
///
/// # Errors
/// When the server does not take it.
pub async fn begin(conn: &mut Conn) -> Result<Tx<'_>, StoreError> {
    Ok(conn.begin().await?)
}
