//! One child process: started so that it cannot outlive us, stopped by its own signal, never left behind.
//!
//! On Linux each child is started through `setpriv --pdeathsig` (util-linux): the kernel ends it when the thread that
//! started it ends, even by kill -9. That is why the launcher runs on one thread. Each child leads a process group of
//! its own, so that a Ctrl-C in the terminal reaches the launcher alone, which stops everything in order.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::account::Account;
use crate::binaries;

static SETPRIV: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| if cfg!(target_os = "linux") { binaries::in_path("setpriv") } else { None });

/// How to start and stop a program.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What is added to our own environment.
    pub env: Vec<(String, String)>,
    /// Names of our environment that begin with one of these are not handed on, except by `env`.
    pub hidden_env_prefix: Option<&'static str>,
    /// Where it works; it must be able to enter it.
    pub folder: PathBuf,
    /// The account to run under, if not ours.
    pub account: Option<Account>,
    /// The signal that asks it to end in good order.
    pub stop_signal: Signal,
    /// The signal it gets when we are gone, or when it did not end within `grace`.
    pub kill_signal: Signal,
    /// How long it may take to end in good order.
    pub grace: Duration,
}

impl Spec {
    /// A program that ends on SIGTERM within 10 s, with no arguments.
    #[must_use]
    pub fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self {
            program,
            args: Vec::new(),
            env: Vec::new(),
            hidden_env_prefix: None,
            folder,
            account: None,
            stop_signal: Signal::SIGTERM,
            kill_signal: Signal::SIGKILL,
            grace: Duration::from_secs(10),
        }
    }

    fn command(&self) -> Command {
        let mut command = tied(&self.program, self.kill_signal);
        if let Some(prefix) = self.hidden_env_prefix {
            for (name, _) in std::env::vars_os() {
                if name.as_encoded_bytes().starts_with(prefix.as_bytes()) {
                    command.env_remove(name);
                }
            }
        }
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command.current_dir(&self.folder).process_group(0).stdin(Stdio::null());
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// A command for the program; on Linux its process gets `signal` when the thread that started it ends.
#[must_use]
pub fn tied(program: &Path, signal: Signal) -> Command {
    let Some(setpriv) = SETPRIV.as_deref() else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    // setpriv knows signals by their names without SIG.
    command.arg("--pdeathsig").arg(signal.as_str().trim_start_matches("SIG"));
    command.arg("--").arg(program);
    command
}

/// Where a child's output goes.
pub enum Output<'a> {
    /// To us, by [`Running::take_output`].
    Piped,
    /// To the end of a file.
    File(&'a Path),
}

/// A child that runs. Dropping it kills it and waits until it is gone.
#[derive(Debug)]
pub struct Running {
    child: Child,
    pid: Pid,
    stop_signal: Signal,
    kill_signal: Signal,
    grace: Duration,
}

impl Running {
    /// Starts the program.
    ///
    /// # Errors
    /// When the system cannot start it: no such program, not executable, or its folder is closed to it.
    pub fn start(spec: &Spec, output: &Output<'_>) -> anyhow::Result<Self> {
        let mut command = spec.command();
        match output {
            Output::Piped => {
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
            }
            Output::File(path) => {
                let file = File::options().append(true).create(true).open(path)?;
                command.stdout(file.try_clone()?).stderr(file);
            }
        }
        let child = command.spawn().with_context(|| format!("cannot start {}", spec.program.display()))?;
        let pid =
            child.id().and_then(|pid| i32::try_from(pid).ok()).context("the child has no process id")?;
        Ok(Self {
            child,
            pid: Pid::from_raw(pid),
            stop_signal: spec.stop_signal,
            kill_signal: spec.kill_signal,
            grace: spec.grace,
        })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// Its standard output and error, once, when they are piped.
    pub fn take_output(&mut self) -> Option<(ChildStdout, ChildStderr)> {
        Some((self.child.stdout.take()?, self.child.stderr.take()?))
    }

    /// Waits until it has ended. Cancelling leaves it running.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn signal(&self, signal: Signal) -> nix::Result<()> {
        match self.child.id() {
            Some(_) => kill(self.pid, signal),
            None => Err(nix::errno::Errno::ESRCH),
        }
    }

    /// Asks it to end, and kills it when it has not after its grace. Returns when it is gone.
    pub async fn stop(mut self) {
        let asked = self.signal(self.stop_signal).is_ok();
        if asked && tokio::time::timeout(self.grace, self.child.wait()).await.is_ok() {
            return;
        }
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let started = Instant::now();
        let mut signal = self.kill_signal;
        while let Ok(None) = self.child.try_wait() {
            if started.elapsed() > Duration::from_secs(5) {
                signal = Signal::SIGKILL;
            }
            // An error means that it has just ended: the next turn sees it.
            let _gone = kill(self.pid, signal);
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The last lines of an output, for the report about a program that did not start.
#[derive(Debug, Default, Clone)]
pub struct Tail {
    lines: VecDeque<String>,
}

impl Tail {
    const LINES: usize = 15;

    /// Adds a line and forgets the oldest beyond 15.
    pub fn push(&mut self, line: &str) {
        if self.lines.len() == Self::LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// The last lines of a file; empty when it cannot be read.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        let mut tail = Self::default();
        for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
            tail.push(line);
        }
        tail
    }
}

impl std::fmt::Display for Tail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lines.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Spec {
        let mut spec = Spec::new("/bin/sh".into(), "/".into());
        spec.args = vec!["-c".into(), script.into()];
        spec
    }

    fn alive(pid: u32) -> bool {
        kill(Pid::from_raw(pid.cast_signed()), None).is_ok()
    }

    #[tokio::test]
    async fn stopping_asks_first_and_kills_after_the_grace() {
        let mut spec = shell("trap '' TERM; while :; do sleep 0.01; done");
        spec.grace = Duration::from_millis(200);
        let running = Running::start(&spec, &Output::Piped).unwrap();
        let pid = running.pid();
        tokio::time::timeout(Duration::from_secs(5), running.stop()).await.unwrap();
        assert!(!alive(pid));
    }

    #[tokio::test]
    async fn a_dropped_child_is_gone() {
        let running = Running::start(&shell("sleep 60"), &Output::Piped).unwrap();
        let pid = running.pid();
        drop(running);
        assert!(!alive(pid));
    }

    #[tokio::test]
    async fn only_the_hidden_part_of_the_environment_is_withheld() {
        let scratch = crate::scratch::Scratch::new("env").unwrap();
        let out = scratch.path().join("out");
        let mut spec = shell("echo \"$CARGO_PKG_NAME|$PATH|$GIVEN\"");
        spec.hidden_env_prefix = Some("CARGO_");
        spec.env = vec![("GIVEN".to_owned(), "given".to_owned())];
        let mut running = Running::start(&spec, &Output::File(&out)).unwrap();
        running.wait().await.unwrap();
        let line = std::fs::read_to_string(&out).unwrap();
        assert!(line.starts_with("|/") && line.trim_end().ends_with("|given"), "{line}");
    }
}
