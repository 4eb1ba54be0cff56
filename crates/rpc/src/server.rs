//! A gRPC server as all our services run it: health, reflection, callers checked, traced, counted, stopped gracefully.

use std::sync::Arc;
use std::time::Duration;

use pulse_runtime::{Readiness, Shutdown};
use tokio::net::TcpListener;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::caller::{Callers, ServiceName};
use crate::policy::MethodPolicy;
use crate::server_layer::{Guard, GuardLayer};

/// How often the answer of `grpc.health.v1` follows the readiness.
const HEALTH_INTERVAL: Duration = Duration::from_millis(250);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);

/// What a server needs to know beside its routes.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Whose server it is: the audience of its callers' tokens.
    pub name: ServiceName,
    /// Keys of the callers.
    pub callers: Callers,
    /// Who may call what.
    pub policy: MethodPolicy,
    /// Answers `grpc.health.v1`.
    pub readiness: Readiness,
}

/// The server could not run on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The network stack failed.
    #[error("the gRPC server stopped")]
    Transport(#[from] tonic::transport::Error),
    /// The recorded contracts can't be read.
    #[error("server reflection can't read the recorded contracts")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves until the shutdown begins, then lets calls in flight finish; those that outlive the grace period are dropped. `S` is
/// the generated server type of its first service; health and reflection tell the names of all that the policy lists.
///
/// # Errors
/// When the network stack fails or the recorded contracts can't be read.
pub async fn serve<S: NamedService>(
    options: ServerOptions,
    routes: Routes,
    listener: TcpListener,
    shutdown: &Shutdown,
) -> Result<(), ServeError> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let mut services = options.policy.services();
    if !services.contains(&S::NAME) {
        services.push(S::NAME);
    }
    let reflection = || {
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(pulse_proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health");
        services.iter().fold(builder, |builder, name| builder.with_service_name(*name))
    };
    let routes = routes
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);
    shutdown
        .spawn("rpc.health", report_health(reporter, services.clone(), options.readiness, shutdown.clone()));

    let guard = Guard { name: options.name, callers: options.callers, policy: options.policy };
    let begun = shutdown.token();
    let stop = begun.clone();
    // Set on what is accepted: the server's own setting is for listeners that it opens itself. Without it an answer of several
    // pieces waits 40 ms for an acknowledgement.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let serving = Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE_INTERVAL))
        .layer(GuardLayer(Arc::new(guard)))
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, async move { stop.cancelled().await });
    let overdue = async {
        begun.cancelled().await;
        tokio::time::sleep(shutdown.grace()).await;
    };
    tokio::select! {
        served = serving => served?,
        () = overdue => tracing::warn!("calls in flight outlived the grace period and are dropped"),
    }
    Ok(())
}

/// What `grpc.health.v1` calls a dependency of a service.
#[must_use]
pub fn dependency_health(name: &str) -> String {
    format!("dependency.{name}")
}

async fn report_health(
    reporter: HealthReporter,
    services: Vec<&'static str>,
    readiness: Readiness,
    shutdown: Shutdown,
) {
    let begun = shutdown.token();
    let mut every = tokio::time::interval(HEALTH_INTERVAL);
    loop {
        let is_ready = readiness.is_ready() && !begun.is_cancelled();
        let status = if is_ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        for service in &services {
            reporter.set_service_status(*service, status).await;
        }
        reporter.set_service_status("", status).await;
        // So that callers can tell what is down behind a service.
        for (dependency, is_up) in readiness.dependencies() {
            let status = if is_up { ServingStatus::Serving } else { ServingStatus::NotServing };
            reporter.set_service_status(dependency_health(dependency), status).await;
        }
        if begun.is_cancelled() {
            return;
        }
        tokio::select! {
            _ = every.tick() => {}
            () = begun.cancelled() => {}
        }
    }
}
