//! A fresh, migrated database for each test.

use std::str::FromStr as _;

use anyhow::Context as _;
use pulse_launcher::secrets::random_name;
use pulse_launcher::with_servers::POSTGRES_URL;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

use crate::servers::Postgres;

/// Serialises the making of templates, across processes: "pulse" in letters.
const TEMPLATE_LOCK: i64 = 0x0070_756c_7365;
/// Enough for one test.
const POOL_SIZE: u32 = 10;

/// A database that is copied from a migrated template and dropped at the end.
///
/// It lies in the PostgreSQL that `PULSE_TEST_POSTGRES_URL` names, which `make test` (`pulse with-servers`) starts for
/// all tests of a run. Without it, it gets a server of its own, which takes a second more.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    admin_url: String,
    server: Option<Postgres>,
}

impl TestDatabase {
    /// Makes one, with these migrations applied: about 25 ms when another test with the same migrations came before.
    ///
    /// # Errors
    /// When there is no server, it refuses, or a migration fails.
    pub async fn create(migrator: &Migrator) -> anyhow::Result<Self> {
        match std::env::var(POSTGRES_URL) {
            Ok(url) if !url.is_empty() => Self::make(url, migrator, None).await,
            _ => Self::create_with_server(migrator).await,
        }
    }

    /// Makes one in a server of its own, for tests that stop that server.
    ///
    /// # Errors
    /// As [`TestDatabase::create`].
    pub async fn create_with_server(migrator: &Migrator) -> anyhow::Result<Self> {
        let server = Postgres::start().await?;
        Self::make(server.url().to_owned(), migrator, Some(server)).await
    }

    async fn make(admin_url: String, migrator: &Migrator, server: Option<Postgres>) -> anyhow::Result<Self> {
        let mut admin =
            PgConnection::connect(&admin_url).await.context("cannot reach the PostgreSQL for tests")?;
        let template = template_name(migrator);
        ensure_template(&mut admin, &admin_url, &template, migrator).await?;
        let name = format!("pulse_test_{}", random_name()?);
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        admin.close().await?;
        Ok(Self { url: url_of(&admin_url, &name)?, name, admin_url, server })
    }

    /// Its address with name and password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A pool of up to ten connections to it.
    ///
    /// # Errors
    /// When the server is down.
    pub async fn pool(&self) -> anyhow::Result<PgPool> {
        let options = PgConnectOptions::from_str(&self.url)?;
        Ok(PgPoolOptions::new().max_connections(POOL_SIZE).connect_with(options).await?)
    }

    /// The server, if it is this database's own.
    pub fn server_mut(&mut self) -> Option<&mut Postgres> {
        self.server.as_mut()
    }
}

impl Drop for TestDatabase {
    /// Drops the database, also while sessions are open. A server of its own goes as a whole.
    fn drop(&mut self) {
        if self.server.is_some() {
            return;
        }
        let (admin_url, name) = (self.admin_url.clone(), self.name.clone());
        // We may be inside a runtime, which must not be blocked on: another thread has one of its own. What fails here
        // goes with the shared server at the end of the run.
        let dropping = std::thread::spawn(move || -> anyhow::Result<()> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                let mut admin = PgConnection::connect(&admin_url).await?;
                run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
                Ok(admin.close().await?)
            })
        });
        let _outcome = dropping.join();
    }
}

/// The same for the same migrations, whoever brings them.
fn template_name(migrator: &Migrator) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for migration in migrator.iter() {
        let version = migration.version.to_be_bytes();
        for byte in version.iter().chain(migration.checksum.iter()) {
            // FNV-1a.
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("pulse_template_{hash:016x}")
}

async fn ensure_template(
    admin: &mut PgConnection,
    admin_url: &str,
    template: &str,
    migrator: &Migrator,
) -> anyhow::Result<()> {
    if exists(admin, template).await? {
        return Ok(());
    }
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await?;
    if !exists(admin, template).await? {
        // Under another name until it is whole.
        let unfinished = format!("{template}_new");
        run(admin, format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await?;
        run(admin, format!("CREATE DATABASE {unfinished}")).await?;
        let mut connection = PgConnection::connect(&url_of(admin_url, &unfinished)?).await?;
        migrator.run(&mut connection).await.context("a migration failed")?;
        connection.close().await?;
        // Renaming needs the session above to have ended on the server's side too.
        run(
            admin,
            format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{unfinished}'"
            ),
        )
        .await?;
        run(admin, format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(admin).await?;
    Ok(())
}

async fn exists(admin: &mut PgConnection, database: &str) -> anyhow::Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    Ok(query.bind(database).fetch_one(admin).await?)
}

/// Names in these statements are made here, of letters, digits and `_`.
async fn run(admin: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(admin).await?;
    Ok(())
}

/// The same server and account, another database.
fn url_of(admin_url: &str, database: &str) -> anyhow::Result<String> {
    let (server, _) = admin_url.rsplit_once('/').context("the PostgreSQL URL names no database")?;
    Ok(format!("{server}/{database}"))
}
