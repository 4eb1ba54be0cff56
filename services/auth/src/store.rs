//! All SQL of this service: [`Db`] lends a [`Conn`] or opens a [`Tx`]; one file for each noun.

use std::error::Error as _;
use std::ops::{Deref, DerefMut};
use std::str::FromStr as _;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::domain::sealing::CryptoError;

pub mod account;
pub mod audit;
pub mod device_token;
pub mod email;
pub mod erasure;
pub mod export;
pub mod factor;
pub mod guard;
pub mod held;
pub mod identity;
pub mod mail;
pub mod mail_request;
pub mod mail_token;
pub mod mfa_challenge;
pub mod oauth_code;
pub mod oauth_flow;
pub mod outbox;
pub mod refresh_token;
pub mod released_username;
pub mod role;
pub mod session;
pub mod signing_key;

/// Connections of one replica. An operation holds one for a few milliseconds and never while it hashes or calls others.
const MAX_CONNECTIONS: u32 = 10;
/// How long a call waits for a connection before the database counts as down.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// A statement that takes longer has lost its use, and its locks are in the way.
const STATEMENT_TIMEOUT: &str = "5s";

/// What every function of this layer works on.
pub type Conn = PgConnection;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be reached, is starting or stopping, or has no connection left.
    #[error("the database can't be reached")]
    Unavailable(#[source] sqlx::Error),
    /// A statement failed.
    #[error("a statement failed")]
    Statement(#[source] sqlx::Error),
    /// A row that can't be what it should.
    #[error("row {id} of table {table} can't be read")]
    Corrupt {
        /// Where it stands.
        table: &'static str,
        /// Its key.
        id: String,
    },
    /// What was to be stored could not be sealed or salted.
    #[error("a row can't be made")]
    Crypto(#[from] CryptoError),
    /// A mail could not be written.
    #[error("the mail `{what}` can't be written")]
    Unwritable {
        /// Which one.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // Classes 08 (connection), 53 (resources) and 57 (operator: shutdown, cancelled, starting), PostgreSQL appendix A.
        let is_down = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed => true,
            sqlx::Error::Database(database) => database
                .code()
                .is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class))),
            other => other.source().is_some_and(|source| source.is::<std::io::Error>()),
        };
        if is_down { Self::Unavailable(error) } else { Self::Statement(error) }
    }
}

/// The database can't be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// As [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A migration failed, or the database is newer than this binary.
    #[error("the tables can't be brought up to date")]
    Migrate(#[source] MigrateError),
}

/// The database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Db(PgPool);

/// A connection lent from the pool.
#[derive(Debug)]
pub struct Lent(PoolConnection<Postgres>);

/// A transaction; it ends undone unless it is committed.
#[derive(Debug)]
pub struct Tx(Transaction<'static, Postgres>);

impl Db {
    /// Reads the URL; connections are opened when they are needed.
    ///
    /// # Errors
    /// [`StoreError::Statement`] when the URL is none.
    pub fn new(url: &SecretString) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url.expose_secret())
            .map_err(StoreError::Statement)?
            .application_name("pulse-auth")
            .options([
                ("statement_timeout", STATEMENT_TIMEOUT),
                ("idle_in_transaction_session_timeout", "10s"),
            ]);
        let pool = PgPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT);
        Ok(Self(pool.connect_lazy_with(options)))
    }

    /// Brings the tables up to date; replicas that start at once wait for one another.
    ///
    /// # Errors
    /// [`PrepareError`].
    pub async fn migrate(&self) -> Result<(), PrepareError> {
        // A connection of its own: a migration, or waiting for another replica's, may take longer than a statement.
        let options = self.0.connect_options().as_ref().clone().options([("statement_timeout", "0")]);
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
        let pool = pool.connect_lazy_with(options);
        let result = sqlx::migrate!("./migrations").run(&pool).await;
        pool.close().await;
        result.map_err(|error| match error {
            MigrateError::Execute(error) => match StoreError::from(error) {
                StoreError::Statement(error) => PrepareError::Migrate(MigrateError::Execute(error)),
                down => PrepareError::Store(down),
            },
            other => PrepareError::Migrate(other),
        })
    }

    /// Lends a connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn conn(&self) -> Result<Lent, StoreError> {
        Ok(Lent(self.0.acquire().await?))
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx(self.0.begin().await?))
    }

    /// Opens a transaction that sees one moment throughout and writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(Tx(self.0.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?))
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.0).await?;
        Ok(())
    }

    /// Closes all connections, once those lent are back.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl Tx {
    /// Makes what was done durable.
    ///
    /// # Errors
    /// [`StoreError`]; after [`StoreError::Unavailable`] nobody knows whether it was done.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for Lent {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
