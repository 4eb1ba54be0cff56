//! One user with at least one socket here: the sockets, the order of what reaches them, and what is known of the user.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pulse_rpc::Principal;
use pulse_types::{ConversationId, UserId};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

use crate::domain::user::Settings;
use crate::ws::delivery::{Delivery, Plane};
use crate::ws::hub::socket::{Scope, Socket};
use crate::ws::order::Sequencer;
use crate::ws::queue::{Class, Key};

/// States that are kept until it is known what the user shows; of more, those that follow are told hidden alone.
const HIDDEN_MAX: usize = 1024;

/// Nothing is known of what the user shows: nothing is shown to them either.
const UNKNOWN: u8 = 0;
const KNOWN: u8 = 1;
const SHOWS_TYPING: u8 = 2;
const SHOWS_READING: u8 = 4;

/// One user with at least one socket here.
#[derive(Debug)]
pub(in crate::ws) struct User {
    pub(in crate::ws) user_id: UserId,
    inner: Mutex<Inner>,
    /// True once the bus has confirmed the subscription.
    pub(super) listening: watch::Receiver<bool>,
    pub(super) stop: CancellationToken,
    /// Something that came on the other plane has to wait: the user's task looks at the time.
    held: Notify,
    /// What the user shows others, and so is shown of them.
    shows: AtomicU8,
}

#[derive(Debug, Default)]
struct Inner {
    sockets: Vec<Arc<Socket>>,
    order: Sequencer<Queued>,
    /// The user's conversations above the fan-out limit.
    large: Vec<ConversationId>,
    checkpoint: Option<Checkpoint>,
    /// What was told hidden because nothing was known yet of what the user shows: the newest of each state.
    hidden: HashMap<Key, Arc<Delivery>>,
}

/// An event on its way to the sockets.
#[derive(Debug)]
pub(in crate::ws) struct Queued {
    plane: Plane,
    delivery: Arc<Delivery>,
}

/// Up to where it is known that nothing was missed.
#[derive(Debug, Clone)]
pub(in crate::ws) struct Checkpoint {
    /// As message-store names it.
    pub(in crate::ws) horizon: Arc<str>,
    /// When the last question began that found nothing missed, or told it.
    pub(in crate::ws) checked_at: Instant,
}

impl User {
    pub(in crate::ws) fn new(
        user_id: UserId,
        listening: watch::Receiver<bool>,
        stop: CancellationToken,
    ) -> Self {
        let (inner, held, shows) = (Mutex::default(), Notify::new(), AtomicU8::new(UNKNOWN));
        Self { user_id, inner, listening, stop, held, shows }
    }

    /// Adds a socket; false when the user has `max` of them.
    pub(in crate::ws) fn add(&self, socket: Arc<Socket>, max: usize) -> bool {
        let mut inner = self.lock();
        let has_room = inner.sockets.len() < max;
        if has_room {
            inner.sockets.push(socket);
        }
        has_room
    }

    /// Takes a socket out; true when it was the last one.
    pub(super) fn remove(&self, gone: &Socket) -> bool {
        let mut inner = self.lock();
        inner.sockets.retain(|socket| socket.connection_id != gone.connection_id);
        inner.sockets.is_empty()
    }

    /// Calls something for each socket.
    pub(in crate::ws) fn each_socket(&self, act: impl FnMut(&Arc<Socket>)) {
        self.lock().sockets.iter().for_each(act);
    }

    pub(super) fn count(&self) -> usize {
        self.lock().sockets.len()
    }

    /// In whose name something may be asked for the user.
    pub(super) fn principal(&self) -> Option<Principal> {
        self.lock().sockets.first().map(|socket| socket.principal)
    }

    /// Takes an event and sends the sockets what is their turn; tells how many frames that were. `ready` is lent.
    pub(in crate::ws) fn take(
        &self,
        plane: Plane,
        delivery: &Arc<Delivery>,
        now: Instant,
        ready: &mut Vec<Queued>,
    ) -> u64 {
        let queued = Queued { plane, delivery: Arc::clone(delivery) };
        let mut inner = self.lock();
        let was_waiting = inner.order.release_at().is_some();
        inner.order.accept(delivery.position, queued, now, ready);
        let begins_to_wait = !was_waiting && inner.order.release_at().is_some();
        let count = self.push(&mut inner, ready);
        drop(inner);
        if begins_to_wait {
            self.held.notify_one();
        }
        count
    }

    /// Waits until something has to wait.
    pub(super) async fn held(&self) {
        self.held.notified().await;
    }

    /// When [`User::release`] must be called.
    pub(super) fn release_at(&self) -> Option<Instant> {
        self.lock().order.release_at()
    }

    /// Sends what waited for something that did not come.
    pub(super) fn release(&self, ready: &mut Vec<Queued>) -> u64 {
        let mut inner = self.lock();
        inner.order.release(ready);
        self.push(&mut inner, ready)
    }

    /// Everything of a conversation up to a version is known otherwise.
    pub(in crate::ws) fn advance(&self, conversation_id: ConversationId, version: i64) {
        let mut ready = Vec::new();
        let mut inner = self.lock();
        inner.order.advance(conversation_id, version, &mut ready);
        self.push(&mut inner, &mut ready);
    }

    /// The newest version of a conversation that was told on either plane, or waits for its turn.
    pub(in crate::ws) fn known(&self, conversation_id: ConversationId) -> i64 {
        self.lock().order.known(conversation_id)
    }

    /// Sends a frame to the sockets that a filter lets pass; tells how many.
    pub(in crate::ws) fn send(
        &self,
        frame: &Utf8Bytes,
        class: Class,
        takes: impl Fn(&Socket) -> bool,
    ) -> u64 {
        let mut count = 0;
        for socket in self.lock().sockets.iter().filter(|socket| takes(socket)) {
            socket.queue.push_as(frame.clone(), class);
            count += 1;
        }
        count
    }

    /// A conversation is above the fan-out limit; false when that was known.
    pub(super) fn add_large(&self, conversation_id: ConversationId) -> bool {
        let mut inner = self.lock();
        let is_new = !inner.large.contains(&conversation_id);
        if is_new {
            inner.large.push(conversation_id);
        }
        is_new
    }

    /// It is not any more, or not the user's; false when that was known.
    pub(super) fn remove_large(&self, conversation_id: ConversationId) -> bool {
        let mut inner = self.lock();
        let before = inner.large.len();
        inner.large.retain(|large| *large != conversation_id);
        inner.large.len() < before
    }

    pub(super) fn take_large(&self) -> Vec<ConversationId> {
        std::mem::take(&mut self.lock().large)
    }

    pub(in crate::ws) fn is_large(&self, conversation_id: ConversationId) -> bool {
        self.lock().large.contains(&conversation_id)
    }

    /// Whether one of the sockets has a conversation open.
    pub(super) fn has_open(&self, conversation_id: ConversationId) -> bool {
        self.lock().sockets.iter().any(|socket| socket.opened.has(conversation_id))
    }

    /// A conversation is not open any more, on none of the sockets.
    pub(in crate::ws) fn close_everywhere(&self, conversation_id: ConversationId) {
        self.each_socket(|socket| {
            socket.opened.remove(conversation_id);
        });
    }

    /// The sockets that carry this conversation alone.
    pub(super) fn sockets_of(&self, conversation_id: ConversationId) -> Vec<Arc<Socket>> {
        let only = Scope::Conversation(conversation_id);
        self.lock().sockets.iter().filter(|socket| socket.scope == only).cloned().collect()
    }

    /// Up to where nothing was missed; `None` before the first greeting.
    pub(in crate::ws) fn checkpoint(&self) -> Option<Checkpoint> {
        self.lock().checkpoint.clone()
    }

    /// Begins with what a greeting told, unless something is known already.
    pub(super) fn begin_checkpoint(&self, checkpoint: Checkpoint) {
        self.lock().checkpoint.get_or_insert(checkpoint);
    }

    /// Nothing was missed up to here, or it was told.
    pub(in crate::ws) fn move_checkpoint(&self, checkpoint: Checkpoint) {
        self.lock().checkpoint = Some(checkpoint);
    }

    /// What the user shows others, as asked just now. What was told hidden until this was known is told again as it is, to
    /// whoever may see it.
    pub(in crate::ws) fn note_settings(&self, settings: &Settings) {
        let typing = if settings.send_typing { SHOWS_TYPING } else { 0 };
        let reading = if settings.send_read_receipts { SHOWS_READING } else { 0 };
        let mut inner = self.lock();
        self.shows.store(KNOWN | typing | reading, Ordering::Relaxed);
        let hidden = std::mem::take(&mut inner.hidden);
        if settings.send_read_receipts {
            let queued = hidden.into_values().map(|delivery| Queued { plane: Plane::Conversation, delivery });
            self.push(&mut inner, &mut queued.collect());
        }
    }

    pub(in crate::ws) fn are_settings_known(&self) -> bool {
        self.shows.load(Ordering::Relaxed) != UNKNOWN
    }

    /// Whether the user is shown who types.
    pub(in crate::ws) fn sees_typing(&self) -> bool {
        self.shows.load(Ordering::Relaxed) & SHOWS_TYPING != 0
    }

    /// Whether the user is shown what others have read.
    fn sees_reading(&self) -> bool {
        self.shows.load(Ordering::Relaxed) & SHOWS_READING != 0
    }

    fn push(&self, inner: &mut Inner, ready: &mut Vec<Queued>) -> u64 {
        let mut count = 0;
        for Queued { plane, delivery } in ready.drain(..) {
            let hidden = delivery.frame_for_hiding.as_ref();
            let hidden = hidden.filter(|_| plane == Plane::Conversation && !self.sees_reading());
            let Some(frame) = hidden.or(delivery.frame.as_ref()) else { continue };
            for socket in inner.sockets.iter().filter(|socket| socket.takes(plane, delivery.conversation_id))
            {
                socket.queue.push_as(frame.clone(), delivery.class);
                count += 1;
            }
            if hidden.is_some()
                && !self.are_settings_known()
                && inner.hidden.len() < HIDDEN_MAX
                && let Class::Latest(key) = delivery.class
            {
                inner.hidden.insert(key, delivery);
            }
        }
        count
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
