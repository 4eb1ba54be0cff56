//! `pulse with-servers -- <command>`: a PostgreSQL for the life of one command, shared by the tests it runs.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

use crate::child::tied;
use crate::ports::free_port;
use crate::scratch::Scratch;
use crate::secrets::random_32;
use crate::servers::postgres;

/// Names the superuser's URL of the shared PostgreSQL to the command and all it starts.
pub const POSTGRES_URL: &str = "PULSE_TEST_POSTGRES_URL";
/// Names a folder for what the tests make once and share; removed with the server.
pub const SHARED_DIR: &str = "PULSE_TEST_SHARED_DIR";

/// Settings of a PostgreSQL for tests: quick, not durable, in a folder of its own.
///
/// # Errors
/// When the machine has no free port or no randomness.
pub fn test_settings(scratch: &Scratch) -> anyhow::Result<postgres::Settings> {
    Ok(postgres::Settings {
        folder: scratch.path().join("postgres"),
        port: free_port()?,
        password: random_32()?,
        durable: false,
        max_connections: 300,
    })
}

/// Starts the server, runs the command, stops the server and removes its data. The answer is the command's.
///
/// # Errors
/// When the server or the command cannot be started.
pub async fn run(command: &[OsString]) -> anyhow::Result<ExitCode> {
    let (program, args) = command.split_first().context("a command is missing")?;
    let scratch = Scratch::new("servers")?;
    let server = postgres::prepare(&test_settings(&scratch)?).await?;
    let running = server.start(&scratch.path().join("postgres.log")).await?;
    // From here on Ctrl-C is for the command, which the terminal sends it as well: we wait for it to end.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut command = tied(Path::new(program), Signal::SIGTERM);
    command.args(args).env(POSTGRES_URL, &server.url).env(SHARED_DIR, scratch.path()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {
                // When it has just ended, the next turn sees that.
                let _gone = pid.map(|pid| kill(pid, Signal::SIGTERM));
            }
        }
    };
    running.stop().await;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
