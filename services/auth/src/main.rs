//! The process `auth`: reads its settings, opens its ports, runs.

use std::process::ExitCode;

use pulse_auth::{Listeners, Settings};
use pulse_runtime::process;

fn main() -> ExitCode {
    process::run("auth", Settings::read, |settings, shutdown| async move {
        let grpc = process::listen(settings.listen).await?;
        let admin = process::listen(settings.admin_listen).await?;
        pulse_auth::run(settings, Listeners { grpc, admin }, shutdown).await
    })
}
