//! Who is there, for others to see (contract section 7).
//!
//! `ledger.rs` holds the connections of this process, `keeper.rs` writes them to Redis, where a script merges what all gateways
//! write into what others see (`cache/presence/`); each change of that is announced over the bus by whoever made it. What lasts
//! is kept by social-graph (`standings.rs`). Sockets watch people (`seeing.rs`, `watches.rs`, `watcher.rs`, `person.rs`); who may see whom is
//! asked of message-store, and looked at again when something changes (`looks.rs`, `sight.rs`).
//!
//! Nothing here ever holds a connection up: without Redis everybody's presence is unknown, and all is written again within a
//! second of its return. What can't be known is told as unknown and not as an error: presence stands beside what a client came
//! for, and must not take it down.

pub mod counts;
mod keeper;
pub mod ledger;
pub mod looks;
pub mod passes;
pub mod person;
pub mod seeing;
mod sight;
pub mod standings;
pub mod watcher;
pub mod watches;

use std::sync::Arc;
use std::time::Duration;

use metrics::Gauge;
use pulse_events::Bus;
use pulse_rpc::{Failure, Principal};
use pulse_runtime::Shutdown;
use pulse_types::{Clock, ConnectionId, SessionId, UserId};
use tokio_util::task::TaskTracker;

use crate::cache::Presence as Cache;
use crate::cache::presence::Choice;
use crate::clients::Conversations;
use crate::clients::standings::Standings;
use crate::domain::standing::{Activity, Availability};
use crate::presence::counts::Stirred;
use crate::presence::ledger::Ledger;
use crate::presence::looks::{Looks, SightChange};
use crate::presence::passes::Passes;
use crate::presence::standings::{Seen, Wanted};
use crate::presence::watches::Watches;
use crate::ws::delivery::{Delivery, Effect};

/// Longest that an answer waits for what it can do without.
const ASK_MAX: Duration = Duration::from_secs(2);

/// What is needed for presence.
pub struct Parts {
    /// Redis.
    pub cache: Cache,
    /// What lasts.
    pub standings: Standings,
    /// Who may see whom.
    pub conversations: Conversations,
    /// Between gateways.
    pub bus: Bus,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Who is there. Clones share it.
#[derive(Clone)]
pub struct Presence(Arc<Shared>);

struct Shared {
    cache: Cache,
    standings: Standings,
    conversations: Conversations,
    bus: Bus,
    clock: Arc<dyn Clock>,
    looks: Looks,
    stirred: Stirred,
    ledger: Ledger,
    passes: Passes,
    wanted: Wanted,
    seen: Seen,
    watches: Watches,
    listeners: TaskTracker,
    /// People who are watched here.
    subscriptions: Gauge,
}

/// Where a person says how they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a live connection: it holds as long as that.
    Connection(ConnectionId),
    /// Without one: it holds for a minute.
    Session(SessionId),
}

impl Presence {
    /// Nobody is connected yet. Metrics are registered here, so the recorder must run.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { cache, standings, conversations, bus, clock } = parts;
        Self(Arc::new(Shared {
            cache,
            standings,
            conversations,
            bus,
            clock,
            looks: Looks::default(),
            stirred: Stirred::default(),
            ledger: Ledger::default(),
            passes: Passes::default(),
            wanted: Wanted::default(),
            seen: Seen::default(),
            watches: Watches::default(),
            listeners: TaskTracker::new(),
            subscriptions: metrics::gauge!("pulse_subscriptions", "plane" => "presence"),
        }))
    }

    /// Begins to keep presence, as tasks of `shutdown`.
    pub fn spawn(&self, shutdown: &Shutdown) {
        shutdown.spawn("presence.keeper", Box::pin(keeper::run(self.clone(), shutdown.clone())));
        shutdown.spawn("presence.learn", standings::learn(self.clone(), shutdown.clone()));
        shutdown.spawn("presence.tell", standings::tell(self.clone(), shutdown.clone()));
        shutdown.spawn("presence.look", sight::look(self.clone(), shutdown.clone()));
        shutdown.spawn("presence.read", sight::read(self.clone(), shutdown.clone()));
        shutdown.spawn("presence.bus", sight::follow_bus(self.clone(), shutdown.clone()));
    }

    /// A connection was opened.
    pub fn connected(&self, user_id: UserId, connection_id: ConnectionId) {
        self.0.ledger.connect(user_id, connection_id);
    }

    /// A connection has ended.
    pub fn disconnected(&self, user_id: UserId, connection_id: ConnectionId) {
        self.0.ledger.disconnect(user_id, connection_id);
        self.0.watches.forget(user_id, connection_id);
    }

    /// An event of a user's own was heard, or one of a conversation that the user is in.
    pub fn heard(&self, viewer_id: UserId, delivery: &Delivery) {
        if let (Effect::Member { .. }, Some(conversation_id)) = (delivery.effect, delivery.conversation_id) {
            self.0.stirred.note(conversation_id);
        }
        if delivery.effect == Effect::Me {
            self.0.wanted.note(viewer_id);
        }
        let change = SightChange::of(delivery.effect);
        if change != SightChange::None && self.0.watches.is_concerned(viewer_id, change) {
            self.0.looks.note(viewer_id, change);
        }
    }

    /// Live connections of a user on all gateways; `None` while Redis is away. What has just been opened elsewhere may be missing.
    pub async fn sockets(&self, user_id: UserId) -> Option<u64> {
        self.0.cache.sockets(user_id).await
    }

    /// Whether presence is known just now.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.cache.is_known()
    }

    /// When somebody last came online or went, as opaque text; `None` when nobody has lately, or Redis is away.
    pub async fn stirred_at(&self) -> Option<String> {
        self.0.cache.stirred_at().await
    }

    /// Keeps what the caller lets others know from now on; it holds once it is given to [`Presence::set`].
    ///
    /// # Errors
    /// `unavailable` when it can't be kept; nothing has changed then.
    pub async fn keep(&self, caller: Principal, availability: Availability) -> Result<Choice, Failure> {
        let (standing, was_made) = self.0.standings.set(caller, availability).await?;
        Ok(Choice { standing, was_made })
    }

    /// What a person says of themselves from now on: what is of one place, and what lasts.
    pub async fn set(&self, user_id: UserId, told: Option<(Place, Activity)>, choice: Option<Choice>) {
        // In this order: what lasts hides the other until both are known.
        match told {
            Some((Place::Connection(connection_id), activity)) => {
                self.0.ledger.set(user_id, connection_id, activity);
            }
            Some((Place::Session(session_id), activity)) => self.0.ledger.put(user_id, session_id, activity),
            None => {}
        }
        choice.into_iter().for_each(|choice| self.0.ledger.learn(choice));
        self.written().await;
    }

    /// Whether a person is known to be told as they are: neither not to be disturbed nor invisible.
    pub async fn is_free(&self, user_id: UserId) -> bool {
        self.is_known()
            && self.0.cache.is_free(user_id).await.unwrap_or_else(|error| {
                self.0.cache.is_away(&error);
                false
            })
    }

    /// What a person chose elsewhere is asked for, and holds when this returns; when it can't be asked for now, soon.
    pub async fn recall(&self, user_id: UserId) {
        let asked = tokio::time::timeout(ASK_MAX, standings::ask(self, &[user_id])).await;
        match asked {
            Ok(Some(_)) => self.written().await,
            Ok(None) | Err(_) => self.0.wanted.note(user_id),
        }
    }

    /// Waits until what was noted is in Redis, but not long, and not at all while that is away.
    async fn written(&self) {
        if self.is_known() {
            self.0.passes.next(|| self.0.ledger.wake()).await;
        }
    }
}
