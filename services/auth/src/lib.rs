//! Accounts, passwords, signed-in devices, signing of tokens. The binary is `main.rs`; everything meets in [`run`].
//!
//! In reading order: what may be set, the rules, what it does, how it is stored, whom it calls, what it publishes, its door.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use pulse_events::{Bus, Publisher, Relay, streams};
use pulse_proto::auth::v1::account_service_server::AccountServiceServer;
use pulse_proto::auth::v1::audit_service_server::AuditServiceServer;
use pulse_proto::auth::v1::auth_service_server::AuthServiceServer;
use pulse_proto::auth::v1::factor_service_server::FactorServiceServer;
use pulse_proto::auth::v1::identity_service_server::IdentityServiceServer;
use pulse_proto::auth::v1::operator_service_server::OperatorServiceServer;
use pulse_proto::auth::v1::privacy_service_server::PrivacyServiceServer;
use pulse_proto::auth::v1::session_service_server::SessionServiceServer;
use pulse_rpc::ServiceName;
use pulse_rpc::server::{ServerOptions, serve};
use pulse_runtime::{Check, Readiness, Shutdown, admin};
use pulse_types::{Clock, CursorKey, SystemClock};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::clients::holders::{Addresses, Holders};
use crate::clients::oidc::Providers;
use crate::clients::social_graph::SocialGraph;
use crate::domain::audit::AuditKey;
use crate::domain::signing_key::SigningKeys;
use crate::grpc::{
    AccountDoor, AuditDoor, AuthDoor, FactorDoor, IdentityDoor, OperatorDoor, PrivacyDoor, SessionDoor,
};
use crate::hashing::HashingPool;
use crate::mailing::Mailing;
use crate::ops::signing_key::LoadError;
use crate::ops::{Lifetimes, Parts, Wakers};
use crate::store::{Db, PrepareError, StoreError};

pub mod clients;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod hashing;
pub mod mailing;
pub mod ops;
pub mod store;

pub use config::Settings;

/// How often the database is asked for a sign of life.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// Longest pause between two attempts to reach a database that is down at the start.
const START_PAUSE_MAX: Duration = Duration::from_secs(2);
/// How often what is over is forgotten.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(3600);

/// What the key of page cursors is derived for.
const CURSOR_KEY_LABEL: &[u8] = b"pulse auth cursors v1";

/// The two open ports of the service.
#[derive(Debug)]
pub struct Listeners {
    /// gRPC.
    pub grpc: TcpListener,
    /// Health and metrics.
    pub admin: TcpListener,
}

/// Runs the service until the shutdown begins and what is in flight has finished.
///
/// # Errors
/// When the settings contradict what is stored (another sealing key, a newer schema) or a port fails. A database or broker
/// that is down is waited for.
pub async fn run(settings: Settings, listeners: Listeners, shutdown: Shutdown) -> anyhow::Result<()> {
    run_with_clock(settings, listeners, Arc::new(SystemClock), shutdown).await
}

/// [`run`] by another clock, as tests do.
///
/// # Errors
/// As [`run`].
pub async fn run_with_clock(
    settings: Settings,
    listeners: Listeners,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let readiness = Readiness::default();
    let postgres = readiness.check("postgres", true);
    let nats = readiness.check("nats", false);
    admin::spawn(listeners.admin, readiness.clone(), &shutdown);

    let db = Db::new(&settings.database_url).context("PULSE_AUTH_DATABASE_URL")?;
    let begun = shutdown.token();
    let prepared = tokio::select! {
        prepared = prepare(&db, &*clock, &settings, &postgres) => prepared,
        () = begun.cancelled() => {
            shutdown.finish().await;
            return Ok(());
        }
    };
    let signing_keys = prepared?;
    let bus = Bus::connect(settings.nats_url.expose_secret(), "auth", nats).await?;
    streams::ensure_in_background(bus.clone(), streams::AUTH, &shutdown);
    let holders = Addresses {
        social_graph: settings.social_graph.clone(),
        message_store: settings.message_store.clone(),
    };
    let parts = Arc::new(Parts {
        providers: Providers::new(settings.oidc, &settings.public_url, &clock)?,
        clock,
        hashing: HashingPool::new(settings.hashing_threads, settings.hashing_queue)?,
        signing_keys,
        key_reading: Arc::default(),
        audit_key: AuditKey::derive(&settings.sealing_key),
        cursor_key: CursorKey::new(&settings.sealing_key.derive(CURSOR_KEY_LABEL)),
        sealing_key: settings.sealing_key,
        encode: events::encode,
        relay: Relay::spawn(db.clone(), Publisher::new(bus.clone()), &shutdown),
        bus,
        holders: Holders::new(holders, &settings.identity),
        wakers: Wakers::default(),
        social_graph: SocialGraph::new(settings.social_graph, settings.identity),
        resetting: Arc::default(),
        mailing: Mailing::new(settings.mail_from, &settings.public_url, settings.mail_transport)?,
        lifetimes: Lifetimes {
            access_token: settings.access_token_ttl,
            session: settings.session_ttl,
            signing_key: settings.key_rotation,
            session_idle: settings.session_idle,
        },
        allowed_signup: settings.allowed_signup,
        issuer: settings.public_url,
        db: db.clone(),
    });
    postgres.up();
    shutdown.spawn("auth.probe", probe(db.clone(), postgres, shutdown.clone()));
    shutdown.spawn("auth.signing_keys", ops::signing_key::run(Arc::clone(&parts), shutdown.clone()));
    shutdown.spawn("auth.housekeeping", keep_house(Arc::clone(&parts), shutdown.clone()));
    shutdown.spawn("auth.erasures", ops::erasure::run(Arc::clone(&parts), shutdown.clone()));
    shutdown.spawn("auth.exports", ops::export::making::run(Arc::clone(&parts), shutdown.clone()));
    shutdown.spawn("auth.mails", ops::delivery::run(Arc::clone(&parts), shutdown.clone()));

    let options =
        ServerOptions { name: ServiceName::Auth, callers: settings.callers, policy: grpc::POLICY, readiness };
    let routes = Routes::new(AuthServiceServer::new(AuthDoor::new(Arc::clone(&parts))))
        .add_service(IdentityServiceServer::new(IdentityDoor::new(Arc::clone(&parts))))
        .add_service(SessionServiceServer::new(SessionDoor::new(Arc::clone(&parts))))
        .add_service(FactorServiceServer::new(FactorDoor::new(Arc::clone(&parts))))
        .add_service(AccountServiceServer::new(AccountDoor::new(Arc::clone(&parts))))
        .add_service(PrivacyServiceServer::new(PrivacyDoor::new(Arc::clone(&parts))))
        .add_service(AuditServiceServer::new(AuditDoor::new(Arc::clone(&parts))))
        .add_service(OperatorServiceServer::new(OperatorDoor::new(parts)));
    let served = serve::<AuthServiceServer<AuthDoor>>(options, routes, listeners.grpc, &shutdown).await;
    shutdown.finish().await;
    // Ends at once what an operation that was dropped left open.
    let _ = tokio::time::timeout(Duration::from_secs(1), db.close()).await;
    Ok(served?)
}

/// Brings the tables up to date and opens the signing keys; waits for a database that is down.
async fn prepare(
    db: &Db,
    clock: &dyn Clock,
    settings: &Settings,
    postgres: &Check,
) -> anyhow::Result<SigningKeys> {
    let mut pause = Duration::from_millis(100);
    loop {
        let error = match try_prepare(db, clock, settings).await {
            Ok(keys) => return Ok(keys),
            Err(error) => error,
        };
        let is_down =
            error.chain().any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Unavailable(_))));
        if !is_down {
            return Err(error);
        }
        postgres.down(&format!("{error:#}"));
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(START_PAUSE_MAX);
    }
}

async fn try_prepare(db: &Db, clock: &dyn Clock, settings: &Settings) -> anyhow::Result<SigningKeys> {
    db.migrate().await.map_err(|error| match error {
        PrepareError::Store(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })?;
    ops::signing_key::load_or_make(db, clock, &settings.sealing_key).await.map_err(|error| match error {
        LoadError::Store(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })
}

async fn probe(db: Db, postgres: Check, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut every = tokio::time::interval(PROBE_INTERVAL);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => match db.ping().await {
                Ok(()) => postgres.up(),
                Err(error) => postgres.down(&error.to_string()),
            },
            () = begun.cancelled() => return,
        }
    }
}

async fn keep_house(parts: Arc<Parts>, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut every = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = begun.cancelled() => return,
        }
        match ops::housekeeping::forget_what_is_over(&parts).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "forgot what is over"),
            Err(error) => tracing::warn!(%error, "what is over can't be forgotten now"),
        }
        if let Err(error) = ops::audit::note_head(&parts).await {
            tracing::warn!(%error, "the head of the audit log can't be read now");
        }
    }
}
