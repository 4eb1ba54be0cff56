//! The live sockets of this process, by user and by conversation, and the one subscription that each of these shares.
//!
//! Registries are sharded: no lock is everybody's. Locks are taken in this order, and none backwards: a shard of users, a shard
//! of places, a place, a user, what a socket has open, a queue.

mod listen;
mod meters;
mod operators;
mod seat;
mod socket;
mod user;
mod viewing;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use metrics::Counter;
use pulse_events::Bus;
use pulse_types::{ConversationId, SessionId, UserId};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::limits::Limits;
use crate::domain::user::Settings;
use crate::typing::Rights;
use crate::ws::delivery::{Delivery, Encoder};
use crate::ws::me;
use crate::ws::places::{Doubts, Places};
use crate::ws::queue::Class;
use crate::ws::typing::Typists;
use crate::ws::unread::Questions;

pub(in crate::ws) use listen::{LISTEN_RETRY, deliver_span, wait_until};
use meters::Metrics;
pub(in crate::ws) use seat::LISTEN_TIMEOUT;
pub use seat::Seat;
pub use socket::{OPEN_MAX, OpenRefused, Opened, Scope, Socket};
pub(in crate::ws) use user::{Checkpoint, Queued, User};

const SHARDS: usize = 64;

/// All sockets of this process. Clones share them.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

/// Is told of each event of a user's own subject, before the sockets are.
pub type Observer = Box<dyn Fn(UserId, &Delivery) + Send + Sync>;

/// What the hub is told of limits.
#[derive(Debug, Clone, Copy)]
pub struct HubLimits {
    /// Sockets of one user.
    pub sockets_max: usize,
    /// Members up to which events reach sockets that have not opened the conversation.
    pub inbox_fanout_max: u32,
}

impl HubLimits {
    /// Those of the limits that clients are told.
    #[must_use]
    pub fn of(told: &Limits) -> Self {
        Self {
            sockets_max: usize::try_from(told.sockets_max).unwrap_or(usize::MAX),
            inbox_fanout_max: u32::try_from(told.inbox_fanout_max).unwrap_or(u32::MAX),
        }
    }
}

struct Shared {
    bus: Bus,
    sockets_max: usize,
    inbox_fanout_max: u32,
    hasher: RandomState,
    shards: [Mutex<HashMap<UserId, Arc<User>>>; SHARDS],
    places: Places,
    doubts: Doubts,
    count: AtomicUsize,
    encoder: Encoder,
    questions: Questions,
    me_changes: me::Changes,
    typists: Typists,
    typing_rights: Rights,
    observer: OnceLock<Observer>,
    tasks: TaskTracker,
    drained: CancellationToken,
    metrics: Metrics,
}

/// The user has as many sockets as one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSeat;

impl Hub {
    /// Nobody is connected yet. Metrics are registered here, so the recorder must run.
    #[must_use]
    pub fn new(bus: Bus, limits: HubLimits) -> Self {
        Self(Arc::new(Shared {
            bus,
            sockets_max: limits.sockets_max,
            inbox_fanout_max: limits.inbox_fanout_max,
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            places: Places::new(metrics::gauge!("pulse_places")),
            doubts: Doubts::default(),
            count: AtomicUsize::new(0),
            encoder: Encoder::new(metrics::counter!("pulse_events_encoded_total")),
            questions: Questions::default(),
            me_changes: me::Changes::default(),
            typists: Typists::default(),
            typing_rights: Rights::default(),
            observer: OnceLock::new(),
            tasks: TaskTracker::new(),
            drained: CancellationToken::new(),
            metrics: Metrics::register(),
        }))
    }

    /// Has somebody told of each event of a user's own subject, before the sockets are, and of who comes and goes where the user
    /// is a member or looks on. There is one observer; a second one is not told. It must not keep the hub alive.
    pub fn observe(&self, observer: Observer) {
        if self.0.observer.set(observer).is_err() {
            tracing::error!("the hub has an observer already");
        }
    }

    /// How many sockets a user has here.
    #[must_use]
    pub fn count_of(&self, user_id: UserId) -> usize {
        self.user(user_id).map_or(0, |user| user.count())
    }

    /// How many sockets are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    /// Counts the frames that were written.
    pub fn frames_out(&self) -> Counter {
        self.0.metrics.frames_out.clone()
    }

    /// Runs a task that belongs to a socket; the drain waits for it.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.spawn(task);
    }

    /// What is to be asked about unread messages.
    #[must_use]
    pub fn questions(&self) -> &Questions {
        &self.0.questions
    }

    /// Who is to be told what they are shown of themselves.
    #[must_use]
    pub fn me_changes(&self) -> &me::Changes {
        &self.0.me_changes
    }

    /// Who is typing.
    #[must_use]
    pub fn typists(&self) -> &Typists {
        &self.0.typists
    }

    /// Who may show that they type.
    #[must_use]
    pub fn typing_rights(&self) -> &Rights {
        &self.0.typing_rights
    }

    /// A session of a user with sockets here.
    #[must_use]
    pub fn session_of(&self, user_id: UserId) -> Option<SessionId> {
        Some(self.user(user_id)?.principal()?.session_id)
    }

    /// What a user shows others, as asked just now: it decides what they are shown.
    pub fn note_settings(&self, user_id: UserId, settings: &Settings) {
        if let Some(user) = self.user(user_id) {
            user.note_settings(settings);
        }
    }

    /// Whether it is known what a user with sockets here shows others.
    #[must_use]
    pub fn are_settings_known(&self, user_id: UserId) -> bool {
        self.user(user_id).is_some_and(|user| user.are_settings_known())
    }

    /// When the last question began that found out that a user with sockets here has missed nothing, or has told them what: what
    /// was committed before it was handed on, or is to be asked for. `None` when the user has no socket here that was greeted.
    #[must_use]
    pub fn checked_at(&self, user_id: UserId) -> Option<Instant> {
        Some(self.user(user_id)?.checkpoint()?.checked_at)
    }

    /// Sends a frame of no conversation to the sockets of a user.
    pub fn tell_user(&self, user_id: UserId, frame: &Utf8Bytes) {
        if let Some(user) = self.user(user_id) {
            user.send(frame, Class::Durable, |socket| socket.scope.carries(None));
        }
    }

    /// Sends a frame of one conversation to the sockets of a user that carry it, whether they have it open or not.
    pub fn tell(&self, user_id: UserId, conversation_id: ConversationId, frame: &Utf8Bytes, class: Class) {
        if let Some(user) = self.user(user_id) {
            user.send(frame, class, |socket| socket.scope.carries(Some(conversation_id)));
        }
    }

    /// Sends a frame to the sockets that have a conversation open, but for those of one person.
    pub fn viewers_tell(
        &self,
        conversation_id: ConversationId,
        frame: &Utf8Bytes,
        class: Class,
        except: Option<UserId>,
    ) {
        self.0.places.tell(conversation_id, frame, class, except);
    }

    /// Sends a frame on somebody's typing to those who have the conversation open and are shown it, never to the typist.
    pub(in crate::ws) fn viewers_tell_typing(
        &self,
        conversation_id: ConversationId,
        frame: &Utf8Bytes,
        typist_id: UserId,
    ) {
        if let Some(place) = self.0.places.find(conversation_id) {
            place.tell_typing(frame, typist_id);
        }
    }

    /// The conversations that a socket has open here, each once.
    #[must_use]
    pub fn open_conversations(&self) -> Vec<ConversationId> {
        self.0.places.open()
    }

    /// Cancelled once the last socket has gone after the shutdown began.
    pub fn drained(&self) -> CancellationToken {
        self.0.drained.clone()
    }

    pub(in crate::ws) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    pub(in crate::ws) fn places(&self) -> &Places {
        &self.0.places
    }

    pub(in crate::ws) fn doubts(&self) -> &Doubts {
        &self.0.doubts
    }

    pub(in crate::ws) fn encoder(&self) -> &Encoder {
        &self.0.encoder
    }

    pub(in crate::ws) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(in crate::ws) fn user(&self, user_id: UserId) -> Option<Arc<User>> {
        self.users(user_id).get(&user_id).cloned()
    }

    pub(in crate::ws) fn observer(&self) -> Option<&Observer> {
        self.0.observer.get()
    }

    fn users(&self, user_id: UserId) -> MutexGuard<'_, HashMap<UserId, Arc<User>>> {
        let index = usize::try_from(self.0.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.0.shards;
        lock(self.0.shards.get(index).unwrap_or(first))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
