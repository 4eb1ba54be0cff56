//! The only public door: REST and sockets out front, gRPC and events behind. It owns nothing durable.

pub mod cache;
pub mod clients;
pub mod config;
pub mod domain;
pub mod ended;
pub mod events;
pub mod http;
pub mod json;
pub mod limits;
pub mod online;
pub mod ops;
pub mod presence;
pub mod revocation;
pub mod state;
pub mod sync;
pub mod typing;
pub mod verified;
pub mod ws;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use pulse_events::Bus;
use pulse_rpc::{ServiceName, connect};
use pulse_runtime::{Readiness, Shutdown, admin, process};
use pulse_token::{PublicKeys, Verifier};
use pulse_types::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::cache::{Link, Typing};
use crate::clients::{
    Auth, Commands, Conversations, Files, Following, MessageStore, Messages, People, Sessions, SocialGraph,
    Standings, health,
};
use crate::config::Settings;
use crate::domain::certainty::Times;
use crate::events::connections::Answerer;
use crate::events::sessions::{self, Heard};
use crate::http::serve;
use crate::limits::Limits;
use crate::online::OnlineCounts;
use crate::presence::Presence;
use crate::revocation::checker::Checker;
use crate::revocation::{Revocation, watch};
use crate::state::State;
use crate::sync::waiting::Waiting;
use crate::verified::VerifiedEmails;
use crate::ws::degraded::{self, Degraded};
use crate::ws::hub::HubLimits;
use crate::ws::{Close, Hub, me, places, positions, unread};

/// Where the process listens.
pub struct Listeners {
    /// The public ports.
    pub public: Vec<TcpListener>,
    /// The admin port.
    pub admin: TcpListener,
}

impl Listeners {
    /// Opens the addresses of the settings.
    ///
    /// # Errors
    /// With the address in the text, when it is in use or not ours.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let open = |address: &SocketAddr, is_shared| {
            serve::listen(*address, is_shared).with_context(|| format!("can't listen on {address}"))
        };
        let own = settings.listen.iter().map(|address| open(address, false));
        let shared = settings.shared_listen.iter().map(|address| open(address, true));
        let public = own.chain(shared).collect::<anyhow::Result<_>>()?;
        Ok(Self { public, admin: process::listen(settings.admin_listen).await? })
    }
}

/// Serves until the shutdown begins, then lets requests finish and sends sockets away.
///
/// # Errors
/// When the addresses of NATS or Redis can't be used. Services and servers that are down are no error: what they are needed
/// for is refused until they are up.
pub async fn run(settings: Settings, listeners: Listeners, shutdown: Shutdown) -> anyhow::Result<()> {
    run_with(settings, listeners, shutdown, Times::default()).await
}

/// As [`run`], with other times for what is known of sessions; for tests that can't wait half a minute.
///
/// # Errors
/// As [`run`].
pub async fn run_with(
    settings: Settings,
    listeners: Listeners,
    shutdown: Shutdown,
    times: Times,
) -> anyhow::Result<()> {
    let readiness = Readiness::default();
    admin::spawn(listeners.admin, readiness.clone(), &shutdown);
    let state = Arc::new(assemble(settings, readiness, times, &shutdown).await?);
    listen(&state, times, &shutdown);

    let connections = TaskTracker::new();
    let router = http::router(Arc::clone(&state));
    for listener in listeners.public {
        serve::spawn(listener, router.clone(), &connections, &shutdown);
    }
    shutdown.token().cancelled().await;
    // Commands under way are the requests' and the sockets': the stream closes when those have gone.
    connections.close();
    let last = Arc::clone(&state);
    shutdown.spawn("commands.stop", async move {
        connections.wait().await;
        last.hub.drained().cancelled().await;
        last.commands.stop();
    });
    shutdown.finish().await;
    Ok(())
}

/// Hears of sessions that end, and does what the sockets and keys need while nothing is heard.
fn listen(state: &Arc<State>, times: Times, shutdown: &Shutdown) {
    let (told, tasks) = (Arc::clone(state), shutdown.clone());
    let heard = move |heard| match heard {
        Heard::Ended(user_id, session_id) => {
            told.revocation.end(session_id);
            told.hub.close_session(user_id, session_id, &Close::SessionRevoked);
        }
        Heard::KeyWithdrawn => {
            let state = Arc::clone(&told);
            tasks.spawn("keys.forget", async move { state.verifier.keys().forget().await });
        }
        Heard::Back => told.revocation.bus_is_back(),
        Heard::Complete => told.revocation.bus_is_heard(),
        Heard::Away(heard_until) => told.revocation.bus_is_away(heard_until),
    };
    let (bus, clock) = (state.bus.clone(), Arc::clone(&state.clock));
    shutdown.spawn("ws.me", me::run(Arc::clone(state)));
    shutdown.spawn("ws.degraded", degraded::run(Arc::clone(state)));
    shutdown.spawn("ws.typing", ws::typing::run(state.hub.clone()));
    shutdown.spawn("presence.counts", presence::counts::run(Arc::clone(state)));
    answer_for_sockets(state, shutdown);
    sessions::Listener { bus, clock, settle: times.settle, heard }.spawn(shutdown);
    watch::spawn(Arc::clone(state), times, shutdown);
}

/// Tells operators of the live sockets, and closes one for them.
fn answer_for_sockets(state: &State, shutdown: &Shutdown) {
    let (bus, pod) = (state.bus.clone(), state.settings.pod.clone());
    let answerer = Answerer { bus, pod, shutdown: shutdown.clone() };
    let hub = state.hub.clone();
    answerer.tell(move || hub.live_sockets());
    let hub = state.hub.clone();
    answerer.close(move |connection_id| hub.close_socket(connection_id, &Close::ByOperator));
}

async fn assemble(
    settings: Settings,
    readiness: Readiness,
    times: Times,
    shutdown: &Shutdown,
) -> anyhow::Result<State> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let limits_told = settings.limits;
    let bus = Bus::connect(&settings.nats_url, "gateway", readiness.check("nats", false)).await?;
    let redis_check = readiness.check("redis", false);
    let link = Link::new(&settings.redis_url, redis_check.clone())?;
    let leases =
        cache::Presence::new(&settings.redis_url, settings.presence_grace, redis_check, Arc::clone(&clock))?;

    let services = [
        (&settings.auth, ServiceName::Auth, "auth", None),
        (&settings.social_graph, ServiceName::SocialGraph, "social_graph", None),
        // Without its database nothing can be written: that is what clients are told `postgres` for.
        (&settings.message_store, ServiceName::MessageStore, "message_store", Some("postgres")),
    ];
    let [auth, social_graph, message_store] = services.map(|(endpoint, name, check, database)| {
        let connection = connect(endpoint.clone(), name, Arc::clone(&settings.identity));
        let database = database.map(|database| readiness.check(database, false));
        health::watch(connection.clone(), readiness.check(check, false), database, shutdown);
        connection
    });
    let revocation = Revocation::new(times, Checker::spawn(Sessions::new(auth.clone()), shutdown));
    let auth = Auth::new(auth);
    let conversations = Conversations::new(message_store.clone());
    let presence = Presence::new(presence::Parts {
        cache: leases.clone(),
        standings: Standings::new(social_graph.clone()),
        conversations: conversations.clone(),
        bus: bus.clone(),
        clock: Arc::clone(&clock),
    });
    presence.spawn(shutdown);
    let messages = Messages::new(message_store.clone());
    let following = Following::new(message_store.clone());
    let message_store = MessageStore::new(message_store);
    let commands = Commands::open(settings.message_store.clone(), Arc::clone(&settings.identity), shutdown);
    let files = Files::open(settings.message_store.clone(), Arc::clone(&settings.identity));
    let verifier =
        Verifier::new(PublicKeys::new(auth.key_source()), settings.public_url.as_str(), Arc::clone(&clock));

    let hub = Hub::new(bus.clone(), HubLimits::of(&limits_told));
    hub.drain_on(shutdown);
    let observer = presence.clone();
    hub.observe(Box::new(move |user_id, delivery| observer.heard(user_id, delivery)));
    shutdown.spawn("ws.unread", unread::run(hub.clone(), message_store.clone()));
    shutdown.spawn("ws.doubts", places::settle_doubts(hub.clone(), message_store.clone()));
    shutdown.spawn("ws.positions", positions::run(hub.clone(), following.clone()));

    let verified = VerifiedEmails::new(settings.require_verified_email, auth.clone());
    Ok(State {
        verified,
        limits: Limits::new(&limits_told, settings.rate_limits, &link, shutdown),
        people: People::new(social_graph.clone()),
        social_graph: SocialGraph::new(social_graph),
        shutdown: shutdown.clone(),
        settings,
        clock,
        auth,
        message_store,
        online: OnlineCounts::new(leases, conversations.clone()),
        conversations,
        messages,
        files,
        commands,
        verifier,
        revocation,
        bus,
        following,
        waiting: Waiting::default(),
        hub,
        presence,
        typing: Typing::new(link),
        limits_told,
        readiness,
        degraded: Degraded::default(),
    })
}
