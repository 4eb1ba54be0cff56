//! Conversations, members, messages and marks: one process of `PulseChat`, with its own database.
//!
//! In reading order: what is true ([`domain`]), what happens ([`ops`]), where it is kept ([`store`], [`cache`], [`clients`]), who is told
//! ([`events`]), who may ask ([`grpc`]). [`run`] is the only place where the parts meet.

pub mod cache;
pub mod clients;
pub mod config;
pub mod domain;
pub mod ops;
pub mod store;

pub mod events;
pub mod grpc;

use std::sync::Arc;

use anyhow::Context as _;
use pulse_events::{Bus, Publisher, Relay};
use pulse_proto::messages::v1::attachment_service_server::AttachmentServiceServer;
use pulse_proto::messages::v1::conversation_service_server::ConversationServiceServer;
use pulse_proto::messages::v1::message_service_server::MessageServiceServer;
use pulse_proto::messages::v1::message_store_service_server::MessageStoreServiceServer;
use pulse_proto::messages::v1::privacy_service_server::PrivacyServiceServer;
use pulse_proto::messages::v1::search_service_server::SearchServiceServer;
use pulse_proto::messages::v1::sync_service_server::SyncServiceServer;
use pulse_rpc::ServiceName;
use pulse_rpc::server::{ServerOptions, serve};
use pulse_runtime::{Readiness, Shutdown, admin};
use pulse_types::{Clock, SystemClock};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::cache::link::Link;
use crate::cache::page::Pages;
use crate::clients::file_store::FileStore;
use crate::config::Settings;
use crate::config::files::FileSettings;
use crate::grpc::message_store::Service;
use crate::grpc::{attachment, conversation, message, privacy, search, sync};
use crate::ops::Context;
use crate::ops::announce::Announcer;
use crate::ops::file::Files;
use crate::ops::page::LatestPages;
use crate::ops::writer::Writers;
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
    run_by(Arc::new(SystemClock), settings, listeners, shutdown).await
}

/// As [`run`], by another clock; for tests that can't wait a day.
///
/// # Errors
/// As [`run`].
pub async fn run_by(
    clock: Arc<dyn Clock>,
    settings: Settings,
    listeners: Listeners,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let readiness = Readiness::default();
    let postgres = readiness.check("postgres", true);
    let nats = readiness.check("nats", false);
    let file_check = readiness.check("files", false);
    admin::spawn(listeners.admin, readiness.clone(), &shutdown);

    let files = files(&settings.files)?;
    let pages = Arc::new(pages(&settings, &readiness, &shutdown)?);
    let db = Db::new(&settings.database_url, settings.connections)?;
    if !db.migrate_when_up(&postgres, &shutdown).await? {
        shutdown.finish().await;
        return Ok(());
    }
    shutdown.spawn("postgres.probe", db.clone().probe(postgres, shutdown.clone()));

    let bus = Bus::connect(settings.nats_url.expose_secret(), "message-store", nats).await?;
    let publisher = Publisher::new(bus);
    let outbox = OutboxTable::new(db.clone(), Arc::clone(&clock));
    let (announcer, committed) = Announcer::new(events::encode::encode, settings.files.addresses.clone());
    events::live::spawn(outbox.clone(), publisher.clone(), committed, &shutdown);
    // Everything is published by the live path; the relay sweeps what that left behind. Dropping its handle would end it.
    let _relay = Relay::spawn(outbox, publisher, &shutdown);
    let writers = Writers::spawn(settings.writer, &db, &clock, &announcer, &shutdown);

    let context = Context {
        db: db.clone(),
        clock,
        cursors: settings.cursor_key,
        addresses: settings.files.addresses,
        files: files.clone(),
        announcer,
        writers,
        sizes: settings.sizes,
        pages,
    };
    shutdown.spawn("files.probe", files.probe(file_check, shutdown.clone()));
    shutdown.spawn("files.sweep", ops::sweep::run(context.clone(), shutdown.clone()));
    let options = ServerOptions {
        name: ServiceName::MessageStore,
        callers: settings.callers,
        policy: grpc::policy::POLICY,
        readiness,
    };
    shutdown.spawn("messages.housekeeping", ops::housekeeping::run(context.clone(), shutdown.clone()));
    let attachments =
        AttachmentServiceServer::new(attachment::Service::new(context.clone(), shutdown.clone()));
    let conversations = ConversationServiceServer::new(conversation::Service { context: context.clone() });
    let messages = MessageServiceServer::new(message::Service { context: context.clone() });
    let privacy = PrivacyServiceServer::new(privacy::Service { context: context.clone() });
    let sync = SyncServiceServer::new(sync::Service { context: context.clone() });
    let search = SearchServiceServer::new(search::Service { context: context.clone() });
    let service = MessageStoreServiceServer::new(Service::new(context, shutdown.clone()));
    // The writers and the live path end once the service, and with it every way to reach them, is gone.
    let routes = Routes::new(service)
        .add_service(attachments)
        .add_service(conversations)
        .add_service(messages)
        .add_service(privacy)
        .add_service(sync)
        .add_service(search);
    let served =
        serve::<MessageStoreServiceServer<Service>>(options, routes, listeners.grpc, &shutdown).await;
    shutdown.finish().await;
    db.close().await;
    Ok(served?)
}

fn pages(settings: &Settings, readiness: &Readiness, shutdown: &Shutdown) -> anyhow::Result<LatestPages> {
    let Some(url) = &settings.redis_url else { return Ok(LatestPages::new(None)) };
    let link = Link::new(url, readiness.check("redis", false))?;
    shutdown.spawn("redis.probe", link.clone().keep(shutdown.clone()));
    Ok(LatestPages::new(Some(Pages::new(link))))
}

fn files(settings: &FileSettings) -> anyhow::Result<Files> {
    let store = FileStore::open(&settings.place).context("files can't be kept where the settings say")?;
    Ok(Files::new(store, settings.attachment_max_bytes, settings.uploads_max, settings.image_threads))
}
