//! Watches whether the services behind are serving (grpc.health.v1) and tells the readiness.

use std::time::Duration;

use pulse_rpc::Connection;
use pulse_runtime::{Check, Shutdown};
use tonic::Request;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// How often a service is asked.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// How long an answer may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Asks the service behind `connection` once a second, as a task of `shutdown`, and keeps `check` up to date.
pub fn watch(connection: Connection, check: Check, shutdown: &Shutdown) {
    let begun = shutdown.token();
    shutdown.spawn("clients.health", async move {
        let mut client = HealthClient::new(connection);
        let mut every = tokio::time::interval(PROBE_INTERVAL);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = begun.cancelled() => return,
                _ = every.tick() => {}
            }
            let mut request = Request::new(HealthCheckRequest { service: String::new() });
            request.set_timeout(PROBE_TIMEOUT);
            let answer = tokio::select! {
                () = begun.cancelled() => return,
                answer = client.check(request) => answer,
            };
            match answer {
                Ok(answer) if answer.get_ref().status() == ServingStatus::Serving => check.up(),
                Ok(_) => check.down("answers that it is not serving"),
                Err(status) => check.down(&format!("{:?}", status.code())),
            }
        }
    });
}
