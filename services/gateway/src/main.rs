//! The process `pulse-gateway`.

use std::process::ExitCode;

use pulse_gateway::Listeners;
use pulse_gateway::config::Settings;

fn main() -> ExitCode {
    pulse_runtime::process::run("gateway", Settings::read, |settings, shutdown| async move {
        let listeners = Listeners::open(&settings).await?;
        pulse_gateway::run(settings, listeners, shutdown).await
    })
}
