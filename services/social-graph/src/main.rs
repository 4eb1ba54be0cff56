//! The process `social-graph`.

use std::process::ExitCode;

use pulse_runtime::process;
use pulse_social_graph::Listeners;
use pulse_social_graph::config::Settings;

fn main() -> ExitCode {
    process::run("social-graph", Settings::read, |settings, shutdown| async move {
        let listeners = Listeners {
            grpc: process::listen(settings.listen).await?,
            admin: process::listen(settings.admin_listen).await?,
        };
        pulse_social_graph::run(settings, listeners, shutdown).await
    })
}
