//! Who is there, for others to see (contract section 7).
//!
//! `ledger.rs` holds the connections of this process, `keeper.rs` writes them to Redis, where a script merges what all gateways
//! write into what others see (`cache/presence/`); each change of that is announced over the bus by whoever made it. What lasts
//! is kept by social-graph (`standings.rs`). Sockets watch people (`watches.rs`, `watcher.rs`, `person.rs`); who may see whom is
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
mod sight;
pub mod standings;
pub mod watcher;
pub mod watches;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use pulse_events::Bus;
use pulse_rpc::{Failure, Principal};
use pulse_runtime::Shutdown;
use pulse_types::{Clock, ConnectionId, SessionId, UserId};
use tokio_util::task::TaskTracker;

use crate::cache::Presence as Cache;
use crate::cache::presence::Choice;
use crate::clients::Conversations;
use crate::clients::standings::{PEOPLE_MAX, Standings};
use crate::domain::standing::{Activity, Availability};
use crate::domain::{Presence as Told, View};
use crate::presence::counts::Stirred;
use crate::presence::ledger::Ledger;
use crate::presence::looks::{Looks, SightChange};
use crate::presence::passes::Passes;
use crate::presence::standings::{Seen, Wanted};
use crate::presence::watcher::{Replaced, Sight, Watcher};
use crate::presence::watches::Watches;
use crate::ws::delivery::{Delivery, Effect};
use crate::ws::hub::Socket;

/// Longest that an answer waits for what it can do without.
const ASK_MAX: Duration = Duration::from_secs(1);

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
}

/// Where a person says how they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a live connection: it holds as long as that.
    Connection(ConnectionId),
    /// Without one: it holds for a minute.
    Session(SessionId),
}

/// A list that was installed. Call [`Installed::answered`] once its answer has gone out: what has changed since follows.
pub struct Installed {
    presence: Presence,
    watcher: Arc<Watcher>,
}

impl Presence {
    /// Nobody is connected yet.
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

    /// What is told of people to a viewer, in the order asked; unknown what can't be known now.
    pub async fn of(&self, viewer: Principal, user_ids: &[UserId]) -> Vec<Told> {
        let (views, seen) = tokio::join!(self.views(user_ids), self.in_sight(viewer, user_ids));
        let is_known = self.is_known();
        let told = user_ids.iter().zip(views).map(|(user_id, view)| match &seen {
            _ if !is_known => Told::unknown(*user_id),
            None => Told::unknown(*user_id),
            Some(seen) if !seen.contains(user_id) => Told::offline(*user_id),
            Some(_) => view.map_or(Told::unknown(*user_id), |view| view.presence),
        });
        told.collect()
    }

    /// Asks for a list for a socket; gives its number. In the order of the calls the last one holds.
    #[must_use]
    pub fn begin_watch(&self, socket: &Arc<Socket>) -> (Arc<Watcher>, u64) {
        let watcher = self.0.watches.watcher(socket);
        let number = watcher.ask();
        (watcher, number)
    }

    /// Lets a socket watch people instead of those it watched before; what is told of them, in the order asked.
    pub async fn watch(
        &self,
        (watcher, number): (Arc<Watcher>, u64),
        user_ids: &[UserId],
    ) -> (Vec<Told>, Option<Installed>) {
        let viewer = watcher.socket.principal;
        let _turn = watcher.turn.lock().await;
        if !watcher.is_wanted(number) {
            return (self.of(viewer, user_ids).await, None);
        }
        let distinct: HashSet<UserId> = user_ids.iter().copied().collect();
        let distinct: Vec<UserId> = distinct.into_iter().collect();
        let (people, unheard) = self.0.watches.join(&watcher, &distinct);
        for person in unheard {
            let presence = self.clone();
            self.0.listeners.spawn(async move {
                person.listen(&presence.0.bus, |view| presence.0.watches.take(view)).await;
            });
        }
        join_all(people.iter().map(|person| person.listening(&self.0.bus))).await;
        let (sight_number, changes) = (self.0.watches.sight(), watcher.changes());
        let (views, seen) = tokio::join!(self.views(&distinct), self.in_sight(viewer, &distinct));
        for view in views.into_iter().flatten() {
            self.0.watches.take(view);
        }
        let sight = |user_id: UserId| Sight {
            may_see: seen.as_ref().map(|seen| seen.contains(&user_id)),
            number: sight_number,
        };
        let joined = people.clone();
        let people = people.into_iter().map(|person| (Arc::clone(&person), sight(person.user_id))).collect();
        let Some(Replaced { told, gone }) = watcher.install(people, self.is_known()) else {
            self.0.watches.leave(watcher.socket.connection_id, &joined);
            return (user_ids.iter().copied().map(Told::unknown).collect(), None);
        };
        self.0.watches.leave(watcher.socket.connection_id, &gone);
        // What has changed meanwhile was looked at in the list before this one.
        let is_certain =
            seen.is_some() && self.0.watches.sight() == sight_number && watcher.changes() == changes;
        if !is_certain {
            self.0.looks.note(viewer.user_id, SightChange::All);
        }
        let told = user_ids.iter().map(|id| told.get(id).copied().unwrap_or(Told::unknown(*id))).collect();
        let installed = Installed { presence: self.clone(), watcher: Arc::clone(&watcher) };
        (told, Some(installed))
    }

    /// What is told of people, in the order asked; `None` for those of whom it can't be known now.
    async fn views(&self, user_ids: &[UserId]) -> Vec<Option<View>> {
        let mut views = self.found(user_ids).await;
        let missing = |views: &[Option<View>]| -> Vec<UserId> {
            let unknown = user_ids.iter().zip(views).filter(|(_, view)| view.is_none());
            unknown.map(|(user_id, _)| *user_id).collect()
        };
        let unknown = missing(&views);
        if unknown.is_empty() || !self.is_known() {
            return views;
        }
        // Nobody has asked for them lately: what they chose, and when they were last there, is read again.
        let asking = join_all(unknown.chunks(PEOPLE_MAX).map(|part| standings::ask(self, part)));
        if tokio::time::timeout(ASK_MAX, asking).await.is_ok_and(|asked| asked.iter().all(Option::is_some)) {
            self.written().await;
            views = self.found(user_ids).await;
        }
        missing(&views).into_iter().for_each(|user_id| self.0.wanted.note(user_id));
        views
    }

    async fn found(&self, user_ids: &[UserId]) -> Vec<Option<View>> {
        if !self.is_known() {
            return vec![None; user_ids.len()];
        }
        self.0.cache.find(user_ids).await.unwrap_or_else(|error| {
            self.0.cache.is_away(&error);
            vec![None; user_ids.len()]
        })
    }

    /// Whom of some people a viewer may see; `None` when it can't be found out now. Oneself one sees as others do.
    async fn in_sight(&self, viewer: Principal, user_ids: &[UserId]) -> Option<HashSet<UserId>> {
        let mut seen = HashSet::new();
        let others: HashSet<UserId> = user_ids.iter().copied().filter(|id| *id != viewer.user_id).collect();
        let others: Vec<UserId> = others.into_iter().collect();
        for part in others.chunks(PEOPLE_MAX) {
            let asked = self.0.conversations.in_sight(viewer, part);
            match tokio::time::timeout(ASK_MAX, asked).await {
                Ok(Ok(found)) => seen.extend(found),
                Ok(Err(failure)) => {
                    tracing::debug!(error = %failure, "who may see whom can't be asked now");
                    return None;
                }
                Err(_) => return None,
            }
        }
        seen.insert(viewer.user_id);
        Some(seen)
    }

    /// Waits until what was noted is in Redis, but not long, and not at all while that is away.
    async fn written(&self) {
        if self.is_known() {
            self.0.passes.next(|| self.0.ledger.wake()).await;
        }
    }
}

impl Installed {
    /// The answer has gone out.
    pub fn answered(self) {
        self.watcher.answered(self.presence.0.watches.sight());
    }
}
