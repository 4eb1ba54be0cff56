//! The binary `pulse`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use pulse_launcher::cli::Cli;

/// One thread: the kernel ends our children when the thread that started them ends, see `child`.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            let _unread = writeln!(std::io::stderr(), "pulse: {error:#}");
            ExitCode::FAILURE
        }
    }
}
