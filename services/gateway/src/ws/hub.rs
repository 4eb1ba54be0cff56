//! The live sockets of this process, by user, and the one subscription that each user's sockets share.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge};
use pulse_events::{Bus, Subscription, subjects};
use pulse_rpc::Principal;
use pulse_runtime::{Shutdown, trace_context};
use pulse_types::{ConnectionId, ConversationId, SessionId, UserId};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ws::close::Close;
use crate::ws::delivery::{Delivery, Encoder};
use crate::ws::me;
use crate::ws::order::Sequencer;
use crate::ws::queue::{Order, Queue};
use crate::ws::unread::Questions;

const SHARDS: usize = 64;
/// How long a handshake waits for the bus to confirm a subscription.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How soon a failed subscription is tried again.
const LISTEN_RETRY: Duration = Duration::from_millis(500);
/// Part of the grace period over which sockets are closed, so that their clients do not all come back at once.
const DRAIN_SPREAD: f64 = 0.5;

/// All sockets of this process. Clones share them.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    bus: Bus,
    sockets_max: usize,
    hasher: RandomState,
    shards: [Mutex<HashMap<UserId, Arc<User>>>; SHARDS],
    count: AtomicUsize,
    encoder: Encoder,
    questions: Questions,
    me_changes: me::Changes,
    tasks: TaskTracker,
    drained: CancellationToken,
    metrics: Metrics,
}

/// Handles, so that the hot path looks up no names.
struct Metrics {
    sockets: Gauge,
    delivered: Counter,
    frames_out: Counter,
}

/// One user with at least one socket here.
struct User {
    user_id: UserId,
    sockets: Mutex<Vec<Arc<Socket>>>,
    /// True once the bus has confirmed the subscription.
    listening: watch::Receiver<bool>,
    stop: CancellationToken,
}

/// What a socket carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Everything but the conversation plane, which this version does not have.
    Inbox,
    /// One conversation.
    Conversation(ConversationId),
}

/// One live socket.
#[derive(Debug)]
pub struct Socket {
    /// Its name.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub principal: Principal,
    /// What it carries.
    pub scope: Scope,
    /// What waits to be written.
    pub queue: Queue,
}

/// A socket's place among the user's sockets; dropping it gives it up.
pub struct Seat {
    hub: Hub,
    user: Arc<User>,
    socket: Arc<Socket>,
}

/// The user has as many sockets as one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSeat;

impl Hub {
    /// Nobody is connected yet. Metrics are registered here, so the recorder must run.
    #[must_use]
    pub fn new(bus: Bus, sockets_max: usize) -> Self {
        let metrics = Metrics {
            sockets: metrics::gauge!("pulse_sockets"),
            delivered: metrics::counter!("pulse_events_delivered_total"),
            frames_out: metrics::counter!("pulse_frames_out_total"),
        };
        Self(Arc::new(Shared {
            bus,
            sockets_max,
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            count: AtomicUsize::new(0),
            encoder: Encoder::new(metrics::counter!("pulse_events_encoded_total")),
            questions: Questions::default(),
            me_changes: me::Changes::default(),
            tasks: TaskTracker::new(),
            drained: CancellationToken::new(),
            metrics,
        }))
    }

    /// Takes a seat for a socket, and sees to it that the user's events are listened to.
    ///
    /// # Errors
    /// [`NoSeat`]
    pub fn join(&self, socket: Socket) -> Result<Seat, NoSeat> {
        let user_id = socket.principal.user_id;
        let socket = Arc::new(socket);
        let mut users = self.users(user_id);
        let user = users.entry(user_id).or_insert_with(|| self.listen_to(user_id));
        let mut sockets = lock(&user.sockets);
        if sockets.len() >= self.0.sockets_max {
            return Err(NoSeat);
        }
        sockets.push(Arc::clone(&socket));
        drop(sockets);
        let seat = Seat { hub: self.clone(), user: Arc::clone(user), socket };
        self.0.count.fetch_add(1, Ordering::Relaxed);
        self.0.metrics.sockets.increment(1);
        Ok(seat)
    }

    /// How many sockets a user has here.
    #[must_use]
    pub fn count_of(&self, user_id: UserId) -> usize {
        self.users(user_id).get(&user_id).map_or(0, |user| lock(&user.sockets).len())
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

    /// A session of a user with sockets here.
    #[must_use]
    pub fn session_of(&self, user_id: UserId) -> Option<SessionId> {
        let user = self.users(user_id).get(&user_id).cloned()?;
        lock(&user.sockets).first().map(|socket| socket.principal.session_id)
    }

    /// Sends a frame of no conversation to the sockets of a user.
    pub fn tell_user(&self, user_id: UserId, frame: &Utf8Bytes) {
        let user = self.users(user_id).get(&user_id).cloned();
        if let Some(user) = user {
            user.push(None, frame);
        }
    }

    /// Sends a frame of one conversation to the sockets of a user.
    pub fn tell(&self, user_id: UserId, conversation_id: ConversationId, frame: &Utf8Bytes) {
        let user = self.users(user_id).get(&user_id).cloned();
        if let Some(user) = user {
            user.push(Some(conversation_id), frame);
        }
    }

    /// The sessions of all live sockets; one stands there for each of its sockets.
    #[must_use]
    pub fn sessions(&self) -> Vec<(UserId, SessionId)> {
        let mut sessions = Vec::with_capacity(self.count());
        for user in self.0.shards.iter().flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>()) {
            sessions
                .extend(lock(&user.sockets).iter().map(|socket| (user.user_id, socket.principal.session_id)));
        }
        sessions
    }

    /// What the live sockets carry, and whose they are.
    #[must_use]
    pub fn scopes(&self) -> Vec<(UserId, String)> {
        let mut scopes = Vec::with_capacity(self.count());
        for user in self.0.shards.iter().flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>()) {
            scopes.extend(lock(&user.sockets).iter().map(|socket| (user.user_id, socket.scope.to_string())));
        }
        scopes
    }

    /// Closes the sockets of a session.
    pub fn close_session(&self, user_id: UserId, session_id: SessionId, why: &Close) {
        let Some(user) = self.users(user_id).get(&user_id).cloned() else { return };
        for socket in lock(&user.sockets).iter().filter(|socket| socket.principal.session_id == session_id) {
            socket.queue.order(Order::Close(why.clone()));
        }
    }

    /// Sends all sockets away once the shutdown has begun, as a task of it, which ends when the last one has gone.
    pub fn drain_on(&self, shutdown: &Shutdown) {
        let (hub, begun, grace) = (self.clone(), shutdown.token(), shutdown.grace());
        shutdown.spawn("ws.drain", async move {
            begun.cancelled().await;
            hub.send_away(grace.mul_f64(DRAIN_SPREAD));
            hub.0.tasks.close();
            hub.0.tasks.wait().await;
            hub.0.drained.cancel();
        });
    }

    /// Cancelled once the last socket has gone after the shutdown began.
    pub fn drained(&self) -> CancellationToken {
        self.0.drained.clone()
    }

    fn send_away(&self, spread: Duration) {
        let users: Vec<_> = self
            .0
            .shards
            .iter()
            .flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>())
            .collect();
        let sockets: Vec<_> = users.iter().flat_map(|user| lock(&user.sockets).clone()).collect();
        let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        for (index, socket) in (0_u32..).zip(&sockets) {
            socket.queue.order(Order::Drain(spread / count * index));
        }
    }

    /// Begins to listen to a user's events; the task ends when the last seat is given up.
    fn listen_to(&self, user_id: UserId) -> Arc<User> {
        let (confirmed, listening) = watch::channel(false);
        let stop = CancellationToken::new();
        let user = Arc::new(User { user_id, sockets: Mutex::default(), listening, stop: stop.clone() });
        let (hub, listener) = (self.clone(), Arc::clone(&user));
        self.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = hub.listen(&listener, &confirmed) => {}
            }
        });
        user
    }

    async fn listen(&self, user: &User, confirmed: &watch::Sender<bool>) {
        loop {
            // Waits while the bus is away, and is heard as soon as it is back.
            match self.0.bus.subscribe(subjects::user(user.user_id)).await {
                Ok(subscription) => {
                    confirmed.send_replace(true);
                    self.hand_on(user, subscription).await;
                }
                Err(error) => tracing::debug!(%error, "can't listen to a user's events yet"),
            }
            tokio::time::sleep(LISTEN_RETRY).await;
        }
    }

    /// Hands on a user's events until the subscription ends.
    async fn hand_on(&self, user: &User, mut subscription: Subscription) {
        let mut sequencer = Sequencer::<Arc<Delivery>>::default();
        let mut ready = Vec::new();
        loop {
            tokio::select! {
                event = subscription.next() => match event.as_ref().map(|event| self.0.encoder.encode(event)) {
                    Some(Ok(delivery)) => sequencer.accept(delivery.position, delivery, Instant::now(), &mut ready),
                    Some(Err(error)) => tracing::warn!(%error, user.id = %user.user_id, "skipped an event"),
                    None => return,
                },
                () = wait_until(sequencer.release_at()) => sequencer.release(&mut ready),
            }
            for delivery in ready.drain(..) {
                self.deliver(user, &delivery);
            }
        }
    }

    fn deliver(&self, user: &User, delivery: &Delivery) {
        let _span = delivery.traceparent.as_deref().map(deliver_span).map(tracing::Span::entered);
        if let Some(frame) = &delivery.frame {
            let sockets = user.push(delivery.conversation_id, frame);
            self.0.metrics.delivered.increment(sockets);
        }
        if delivery.changes_me {
            self.0.me_changes.note(user.user_id);
        }
        if let Some(conversation_id) =
            delivery.conversation_id.filter(|_| delivery.changes_unread.is_of(user.user_id))
        {
            self.0.questions.ask(user.user_id, conversation_id);
        }
    }

    fn users(&self, user_id: UserId) -> MutexGuard<'_, HashMap<UserId, Arc<User>>> {
        let index = usize::try_from(self.0.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.0.shards;
        lock(self.0.shards.get(index).unwrap_or(first))
    }

    fn leave(&self, user: &Arc<User>, connection_id: ConnectionId) {
        let mut users = self.users(user.user_id);
        let mut sockets = lock(&user.sockets);
        sockets.retain(|socket| socket.connection_id != connection_id);
        if sockets.is_empty() {
            users.remove(&user.user_id);
            user.stop.cancel();
        }
        self.0.count.fetch_sub(1, Ordering::Relaxed);
        self.0.metrics.sockets.decrement(1);
    }
}

impl User {
    /// Sends a frame to the sockets that carry it; tells how many.
    fn push(&self, conversation_id: Option<ConversationId>, frame: &Utf8Bytes) -> u64 {
        let mut count = 0;
        for socket in lock(&self.sockets).iter().filter(|socket| socket.scope.carries(conversation_id)) {
            socket.queue.push(frame.clone());
            count += 1;
        }
        count
    }
}

impl Scope {
    /// Whether it carries an event of a conversation, or of none.
    #[must_use]
    pub fn carries(self, conversation_id: Option<ConversationId>) -> bool {
        match self {
            Self::All | Self::Inbox => true,
            Self::Conversation(only) => conversation_id == Some(only),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Inbox => f.write_str("inbox"),
            Self::Conversation(conversation_id) => write!(f, "conversation:{conversation_id}"),
        }
    }
}

impl Seat {
    /// The socket that sits here.
    #[must_use]
    pub const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Waits until the user's events arrive here: what is published from then on is not missed. While the bus is away
    /// nothing is waited for: there are no live events, and `degraded` says so.
    pub async fn listening(&self) {
        if !self.hub.0.bus.is_connected() {
            return;
        }
        let mut listening = self.user.listening.clone();
        // Late means away; an ended sender means that this seat is given up.
        let _ = tokio::time::timeout(LISTEN_TIMEOUT, listening.wait_for(|is_listening| *is_listening)).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.leave(&self.user, self.socket.connection_id);
    }
}

/// The last part of a message's trace. There is a parent only while traces are exported.
fn deliver_span(traceparent: &str) -> tracing::Span {
    let span = tracing::info_span!("ws.deliver", otel.kind = "consumer");
    trace_context::set_parent(&span, traceparent);
    span
}

async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
