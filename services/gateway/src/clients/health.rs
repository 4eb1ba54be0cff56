//! Watches whether the services behind are serving (grpc.health.v1) and tells the readiness.

use std::time::Duration;

use pulse_rpc::Connection;
use pulse_rpc::server::dependency_health;
use pulse_runtime::{Check, Shutdown};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// How often a service is asked.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// How long an answer may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Asks the service behind `connection` once a second, as a task of `shutdown`, and keeps `check` up to date. With `database`
/// also how the service's own database is, as far as the service can tell.
pub fn watch(connection: Connection, check: Check, database: Option<Check>, shutdown: &Shutdown) {
    let begun = shutdown.token();
    // Until the service says otherwise.
    if let Some(database) = &database {
        database.up();
    }
    shutdown.spawn("clients.health", async move {
        let mut client = HealthClient::new(connection);
        let mut every = tokio::time::interval(PROBE_INTERVAL);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = begun.cancelled() => return,
                _ = every.tick() => {}
            }
            let looked = tokio::select! {
                () = begun.cancelled() => return,
                looked = look(&mut client, &check, database.as_ref()) => looked,
            };
            if let Err(status) = looked {
                check.down(&format!("{:?}", status.code()));
            }
        }
    });
}

async fn look(
    client: &mut HealthClient<Connection>,
    check: &Check,
    database: Option<&Check>,
) -> Result<(), Status> {
    match is_serving(client, String::new()).await? {
        true => check.up(),
        false => check.down("answers that it is not serving"),
    }
    let Some(database) = database else { return Ok(()) };
    match is_serving(client, dependency_health("postgres")).await {
        Ok(true) => database.up(),
        Ok(false) => database.down("the service behind can't reach it"),
        // One that does not tell, as an older one, is asked for nothing else.
        Err(status) if status.code() == Code::NotFound => {}
        Err(status) => return Err(status),
    }
    Ok(())
}

async fn is_serving(client: &mut HealthClient<Connection>, service: String) -> Result<bool, Status> {
    let mut request = Request::new(HealthCheckRequest { service });
    request.set_timeout(PROBE_TIMEOUT);
    Ok(client.check(request).await?.get_ref().status() == ServingStatus::Serving)
}
