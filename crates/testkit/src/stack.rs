//! The whole system, started by the real `pulse up` on free ports in a folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::Signal;
use pulse_launcher::child::{Output, Running, Spec, Tail};
use pulse_launcher::ports::free_port;
use pulse_launcher::scratch::Scratch;
use pulse_launcher::stack::Stack as Description;
use pulse_launcher::with_servers::SHARED_DIR;
use tokio::process::Command;

use crate::wait::eventually;

/// From nothing to all ready, on a busy machine.
const START: Duration = Duration::from_secs(90);
/// Where the launcher may find servers; handed on to it, unlike other settings of the environment.
const BINARIES: [&str; 3] = ["PULSE_POSTGRES_BIN_DIR", "PULSE_REDIS_BIN", "PULSE_NATS_BIN"];

/// How the system shall run.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// How many gateways.
    pub gateways: u16,
    /// Settings, like `PULSE_GATEWAY_RATE_LIMITS`. Those of the test's own environment do not count.
    pub env: Vec<(String, String)>,
    /// With people who know each other.
    pub with_demo: bool,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self { gateways: 1, env: Vec::new(), with_demo: false }
    }
}

impl StackOptions {
    /// Adds a setting.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }
}

/// The running system. Dropping it stops everything and removes the data.
#[derive(Debug)]
pub struct Stack {
    // Before the folder: all must be gone before that is removed.
    launcher: Option<Running>,
    spec: Spec,
    scratch: Scratch,
}

impl Stack {
    /// Starts it and waits until all is ready.
    ///
    /// # Errors
    /// When a binary was not built, or something does not start; the text has the last lines of the output.
    pub async fn start(options: StackOptions) -> anyhow::Result<Self> {
        let mut stack = Self::new(options)?;
        if let Some(shared) = std::env::var_os(SHARED_DIR) {
            let template = template(Path::new(&shared)).await.context("no data folder to copy")?;
            copy(&template, &stack.data_dir()).await?;
        }
        stack.start_again().await?;
        Ok(stack)
    }

    fn new(options: StackOptions) -> anyhow::Result<Self> {
        let scratch = Scratch::new("stack")?;
        let mut spec = Spec::new(program()?, std::env::current_dir()?);
        let port = free_port()?.to_string();
        let data_dir = scratch.path().join("data");
        spec.args = ["up", "--port", &port, "--gateways", &options.gateways.to_string(), "--data-dir"]
            .map(Into::into)
            .into_iter()
            .chain([data_dir.into()])
            .chain(options.with_demo.then(|| "--demo".into()))
            .collect();
        spec.hidden_env_prefix = Some("PULSE_");
        let binaries =
            BINARIES.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        spec.env = binaries.chain(options.env).collect();
        // The launcher ends everything by itself, also when the test is gone.
        spec.kill_signal = Signal::SIGTERM;
        spec.grace = Duration::from_secs(60);
        Ok(Self { launcher: None, spec, scratch })
    }

    /// Starts it again after [`Stack::stop`], with the same data and addresses.
    ///
    /// # Errors
    /// As [`Stack::start`].
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        if self.launcher.is_some() {
            return Ok(());
        }
        let log = self.log_path();
        let running = self.launcher.insert(Running::start(&self.spec, &Output::File(&log))?);
        let file = Description::path(&self.scratch.path().join("data"));
        let outcome = tokio::select! {
            ready = eventually(START, || std::future::ready(file.exists().then_some(()))) => ready,
            status = running.wait() => Err(anyhow::anyhow!("it ended: {}", status?)),
        };
        outcome.with_context(|| format!("the stack did not start:{}", Tail::of_file(&log)))
    }

    /// What runs and where, as `stack.json` says now.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn description(&self) -> anyhow::Result<Description> {
        Description::read(&self.scratch.path().join("data"))
    }

    /// The folder with the data.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// Where the output of all processes goes.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.scratch.path().join("log")
    }

    /// Stops it in good order; the data stay until it is dropped.
    pub async fn stop(&mut self) {
        if let Some(launcher) = self.launcher.take() {
            launcher.stop().await;
        }
    }
}

/// A data folder as the very first start leaves it, made once for all tests that run with one another: new databases and
/// their tables take as long as all the rest of a start.
async fn template(shared: &Path) -> anyhow::Result<PathBuf> {
    let path = shared.join("stack");
    let lock = File::create(shared.join("stack.lock"))?;
    let _held = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if !path.exists() {
        let mut first = Stack::new(StackOptions::default())?;
        first.start_again().await?;
        first.stop().await;
        // Each stack finds ports of its own.
        std::fs::remove_file(first.data_dir().join("ports.json"))?;
        let unfinished = shared.join("stack.new");
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)?;
        }
        copy(&first.data_dir(), &unfinished).await?;
        std::fs::rename(&unfinished, &path)?;
    }
    Ok(path)
}

/// With owners and modes: under root, the files of PostgreSQL belong to another account.
async fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().await.context("cannot start cp")?;
    anyhow::ensure!(status.success(), "cannot copy {} to {}", from.display(), to.display());
    Ok(())
}

/// `pulse` among the programs of this build: tests lie in `target/<profile>/deps`.
fn program() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let program = test.ancestors().skip(1).map(|folder| folder.join("pulse")).find(|path| is_file(path));
    program.context("`pulse` was not built; run `cargo build --workspace --bins` first, as `make test` does")
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}
