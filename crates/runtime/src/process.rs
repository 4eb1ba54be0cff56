//! The frame of every `main`: crypto provider, telemetry, signals, the run, the last words.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::settings::Reader;
use crate::shutdown::Shutdown;
use crate::telemetry::{Telemetry, TelemetrySettings};

const DEFAULT_GRACE_SECONDS: u64 = 25;

/// Runs a service: reads its settings by `read`, starts telemetry, and runs `run` until it ends or a signal comes.
/// Settings that can't be used end the process with code 2 and a line for each fault, a failed run with code 1.
pub fn run<S, F>(
    service: &'static str,
    read: impl FnOnce(&mut Reader) -> Option<S>,
    run: impl FnOnce(S, Shutdown) -> F,
) -> ExitCode
where
    F: Future<Output = anyhow::Result<()>>,
{
    // Fails only when something installed one before, and then there is one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut reader = Reader::from_process();
    let telemetry = TelemetrySettings::read(&mut reader);
    let grace = reader.or("PULSE_SHUTDOWN_GRACE_SECONDS", DEFAULT_GRACE_SECONDS);
    let settings = read(&mut reader);
    let (telemetry, grace, settings) = match reader.finish(|| Some((telemetry?, grace?, settings?))) {
        Ok(read) => read,
        Err(faults) => return last_words(service, 2, &faults.to_string()),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return last_words(service, 1, &format!("the runtime can't start: {error}")),
    };
    let outcome = runtime.block_on(async {
        let telemetry = Telemetry::start(service, &telemetry)?;
        let shutdown = Shutdown::new(Duration::from_secs(grace));
        shutdown.begin_on_signals()?;
        let outcome = run(settings, shutdown).await;
        telemetry.stop().await;
        outcome
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => last_words(service, 1, &format!("{error:#}")),
    }
}

/// Opens a listener.
///
/// # Errors
/// With the address in the text, when it is in use or not ours.
pub async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    use anyhow::Context as _;
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))
}

fn last_words(service: &str, code: u8, text: &str) -> ExitCode {
    use std::io::Write as _;
    // Telemetry may not run, and a closed standard error is nobody's loss.
    let _ = writeln!(std::io::stderr(), "{service}: {text}");
    ExitCode::from(code)
}
