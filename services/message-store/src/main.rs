//! The process `message-store`.

use std::process::ExitCode;

use pulse_message_store::Listeners;
use pulse_message_store::config::Settings;
use pulse_runtime::process;

fn main() -> ExitCode {
    process::run("message-store", Settings::read, |settings, shutdown| async move {
        let listeners = Listeners {
            grpc: process::listen(settings.listen).await?,
            admin: process::listen(settings.admin_listen).await?,
        };
        pulse_message_store::run(settings, listeners, shutdown).await
    })
}
