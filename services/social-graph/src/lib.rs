//! Profiles, and who follows, blocks or reports whom: one process of `PulseChat`, with its own database.
//!
//! In reading order: what is true ([`domain`]), what happens ([`ops`]), where it is kept ([`store`]), who is told
//! ([`clients`], [`events`]), who may ask ([`grpc`]). [`run`] is the only place where the parts meet.

pub mod config;
pub mod domain;
pub mod ops;
pub mod store;

pub mod clients;
pub mod events;
pub mod grpc;

use std::sync::Arc;

use pulse_events::{Bus, Publisher, Relay};
use pulse_proto::graph::v1::block_service_server::BlockServiceServer;
use pulse_proto::graph::v1::presence_service_server::PresenceServiceServer;
use pulse_proto::graph::v1::profile_service_server::ProfileServiceServer;
use pulse_proto::graph::v1::report_service_server::ReportServiceServer;
use pulse_proto::graph::v1::social_graph_service_server::SocialGraphServiceServer;
use pulse_rpc::ServiceName;
use pulse_rpc::server::{ServerOptions, serve};
use pulse_runtime::{Readiness, Shutdown, admin};
use pulse_types::{Clock, SystemClock};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::clients::message_store::MessageStore;
use crate::config::Settings;
use crate::grpc::social_graph::Service;
use crate::grpc::{block, profile, report, standing};
use crate::ops::Graph;
use crate::store::Db;
use crate::store::outbox::OutboxTable;

/// The open ports of the process.
#[derive(Debug)]
pub struct Listeners {
    /// gRPC.
    pub grpc: TcpListener,
    /// Health and metrics.
    pub admin: TcpListener,
}

/// Runs the service until the shutdown begins, then finishes what is in flight. A database or broker that is down delays it
/// or degrades it, and does not end it.
///
/// # Errors
/// When a setting can't be used, the tables can't be brought up to date, or the network stack fails.
pub async fn run(settings: Settings, listeners: Listeners, shutdown: Shutdown) -> anyhow::Result<()> {
    let readiness = Readiness::default();
    let postgres = readiness.check("postgres", true);
    let nats = readiness.check("nats", false);
    admin::spawn(listeners.admin, readiness.clone(), &shutdown);

    let db = Db::new(settings.database_url.expose_secret())?;
    if !db.migrate(&postgres, &shutdown).await? {
        shutdown.finish().await;
        return Ok(());
    }
    shutdown.spawn("postgres.probe", db.clone().probe(postgres, shutdown.clone()));

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let bus = Bus::connect(settings.nats_url.expose_secret(), "social-graph", nats).await?;
    let outbox = OutboxTable { db: db.clone(), clock: Arc::clone(&clock) };
    let relay = Relay::spawn(outbox, Publisher::new(bus.clone()), &shutdown);
    let channel = pulse_rpc::connect(settings.message_store, ServiceName::MessageStore, settings.identity);
    let message_store = MessageStore::new(channel);
    let graph = Graph { db, message_store, relay, encode: events::relationship::encode, clock };
    shutdown.spawn("deliveries", ops::delivery::run(graph.clone(), shutdown.clone()));
    events::account::spawn(bus, graph.clone(), &shutdown);

    let options = ServerOptions {
        name: ServiceName::SocialGraph,
        callers: settings.callers,
        policy: grpc::policy::POLICY,
        readiness,
    };
    let profiles = ProfileServiceServer::new(profile::Service { graph: graph.clone() });
    let presences = PresenceServiceServer::new(standing::Service { graph: graph.clone() });
    let cursors = settings.cursor_key;
    let blocks = BlockServiceServer::new(block::Service { graph: graph.clone(), cursors: cursors.clone() });
    let reports =
        ReportServiceServer::new(report::Service { graph: graph.clone(), cursors: cursors.clone() });
    let service = SocialGraphServiceServer::new(Service { graph, cursors });
    let routes = Routes::new(service)
        .add_service(profiles)
        .add_service(presences)
        .add_service(blocks)
        .add_service(reports);
    let served = serve::<SocialGraphServiceServer<Service>>(options, routes, listeners.grpc, &shutdown).await;
    shutdown.finish().await;
    Ok(served?)
}
