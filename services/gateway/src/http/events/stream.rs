//! The life of one event stream: one task that takes frames from the socket's queue, writes them as text, and keeps the times.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use metrics::Counter;
use pulse_rpc::Failure;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::points::Points;
use super::text::{Text, is_durable, requires_sync};
use crate::domain::{Moment, Sync};
use crate::http::serve::Connection;
use crate::state::State;
use crate::ws::close::Close;
use crate::ws::frames::{self, Event};
use crate::ws::hub::{Scope, Seat, Socket};
use crate::ws::life::Life;
use crate::ws::queue::Order;

/// How often the server says that it is there.
pub(super) const BEAT: Duration = Duration::from_secs(15);
/// Frames taken from the queue at once.
const BATCH: usize = 64;
/// How long a stream that ends may take to hand over its last frames.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a stream begins with.
pub(super) struct Opening {
    /// Its place; the first frame waits in its queue.
    pub(super) seat: Seat,
    /// From where a client goes on that is cut off now.
    pub(super) token: String,
    /// What the client missed, the first page.
    pub(super) missed: Option<Sync>,
    /// The end of the access token.
    pub(super) token_ends_at: Moment,
    /// What carries it.
    pub(super) connection: Option<Connection>,
}

/// One event stream.
pub(super) struct Stream {
    state: Arc<State>,
    seat: Seat,
    life: Life,
    points: Points,
    missed: Missed,
    text: Text,
    sender: mpsc::Sender<Bytes>,
    connection: Option<Connection>,
    frames_out: Counter,
}

/// What the client missed before the stream began.
enum Missed {
    /// A page that is to be told.
    Page(Box<Sync>),
    /// The next page, which is on its way.
    Coming(Pin<Box<dyn Future<Output = Result<Sync, Failure>> + Send>>),
    /// Nothing more.
    Nothing,
}

/// How a stream ends.
enum End {
    /// We end it.
    Close(Close),
    /// The client is gone.
    Gone,
}

impl Stream {
    /// A stream whose text goes to `sender`.
    pub(super) fn open(state: Arc<State>, opening: Opening, sender: mpsc::Sender<Bytes>) -> Self {
        let Opening { seat, token, missed, token_ends_at, connection } = opening;
        let mut life = Life::begin(Arc::clone(&state), Arc::clone(seat.socket()), token_ends_at);
        life.times.ping_at = Instant::now() + BEAT;
        let mut text = Text::default();
        let mut first = VecDeque::new();
        seat.socket().queue.take(&mut first, 1);
        first.iter().for_each(|hello| text.event(Some(&token), hello));
        let missed = missed.map_or(Missed::Nothing, |page| Missed::Page(Box::new(page)));
        let mut points = Points::new(Arc::clone(&state), seat.socket().principal, token);
        if matches!(seat.socket().scope, Scope::Conversation(_)) {
            // Of other conversations the client hears nothing here, so it is not led past what changed there.
            points.hold();
        }
        let frames_out = state.hub.frames_out();
        Self { state, seat, life, points, missed, text, sender, connection, frames_out }
    }

    /// Serves the stream until it ends.
    pub(super) async fn run(mut self) {
        let socket = Arc::clone(self.seat.socket());
        let user_id = socket.principal.user_id;
        self.state.presence.connected(user_id, socket.connection_id);
        let end = self.serve(&socket).await;
        let Self { state, seat, text, sender, connection, points, .. } = self;
        // From here on it gets no more events and counts as gone.
        drop(seat);
        state.presence.disconnected(user_id, socket.connection_id);
        let End::Close(close) = end else { return };
        tracing::debug!(socket.id = %socket.connection_id, user.id = %user_id, close.code = close.code(), "event stream ended by us");
        if close == Close::TooSlow {
            metrics::counter!("pulse_slow_sockets_closed_total").increment(1);
        }
        let last = LastWords { text, sender };
        if !last.say(&socket, &close, points.token()).await
            && let Some(connection) = connection
        {
            // Nobody reads: what waits in the connection would wait for ever.
            connection.cut();
        }
    }

    async fn serve(&mut self, socket: &Socket) -> End {
        let timer = tokio::time::sleep_until(self.life.times.next());
        tokio::pin!(timer);
        loop {
            let outcome = tokio::select! {
                turn = self.next(socket) => self.on_turn(turn),
                () = timer.as_mut() => self.on_time(Instant::now()),
            };
            if let Err(end) = outcome {
                return end;
            }
            if timer.deadline() != self.life.times.next() {
                timer.as_mut().reset(self.life.times.next());
            }
        }
    }

    /// Does what can be done next; gives what the stream is told. Dropping the future loses nothing.
    async fn next(&mut self, socket: &Socket) -> Result<Option<Order>, End> {
        let Self { state, missed, text, sender, points, frames_out, .. } = self;
        let has_text = !text.is_empty();
        if !has_text && let Missed::Page(page) = missed {
            text.event(Some(&page.token), &frames::event(&Event::Sync(page)));
            points.told_up_to(&page.token);
            *missed = match page.has_more {
                true => {
                    let (state, caller, since) = (Arc::clone(state), socket.principal, page.token.clone());
                    Missed::Coming(Box::pin(async move { super::page(&state, caller, &since).await }))
                }
                false => Missed::Nothing,
            };
            return Ok(None);
        }
        let is_live = matches!(missed, Missed::Nothing);
        tokio::select! {
            // Whoever is gone is noticed also while there is nothing to tell.
            () = sender.closed() => Err(End::Gone),
            permit = sender.reserve(), if has_text => {
                permit.map_err(|_| End::Gone)?.send(text.take());
                Ok(None)
            }
            page = coming(missed), if !has_text => {
                *missed = page.map_or(Missed::Nothing, |page| Missed::Page(Box::new(page)));
                if matches!(missed, Missed::Nothing) {
                    // What can't be had now the client asks itself: the last page said that there is more.
                    points.hold();
                }
                Ok(None)
            }
            () = points.taken() => Ok(None),
            heard = waiting(socket, is_live && !has_text) => Ok(match heard {
                Waiting::Order(order) => Some(order),
                Waiting::Frames(waiting) => {
                    frames_out.increment(waiting.len() as u64);
                    // Asked before it is looked whether more waits: what comes after that is not covered.
                    let goes_on = points.is_next_safe() && socket.queue.is_empty();
                    write(&waiting, text, points);
                    if goes_on {
                        points.go_on();
                    }
                    None
                }
            }),
        }
    }

    fn on_turn(&mut self, turn: Result<Option<Order>, End>) -> Result<(), End> {
        match turn? {
            Some(order) => self.life.on_order(order).map_err(End::Close),
            None => Ok(()),
        }
    }

    fn on_time(&mut self, now: Instant) -> Result<(), End> {
        self.life.on_time(now).map_err(End::Close)?;
        if now >= self.life.times.ping_at {
            self.life.times.ping_at = now + BEAT;
            // Text that waits is a sign of life itself, once it is read.
            if self.text.is_empty() {
                self.text.comment();
            }
        }
        Ok(())
    }
}

/// Writes frames as events, and takes note of what they mean for the ids to come.
fn write(frames: &VecDeque<Utf8Bytes>, text: &mut Text, points: &mut Points) {
    for frame in frames {
        let is_durable = is_durable(frame);
        text.event(is_durable.then(|| points.token()), frame);
        if is_durable {
            points.note_durable();
        }
        if requires_sync(frame) {
            points.hold();
        }
    }
}

/// What waits in a queue.
enum Waiting {
    Order(Order),
    Frames(VecDeque<Utf8Bytes>),
}

/// Waits for an order, and for frames if they are wanted.
async fn waiting(socket: &Socket, wants_frames: bool) -> Waiting {
    std::future::poll_fn(|context| {
        socket.queue.register(context.waker());
        if let Some(order) = socket.queue.take_order() {
            return Poll::Ready(Waiting::Order(order));
        }
        let mut frames = VecDeque::new();
        if wants_frames {
            socket.queue.take(&mut frames, BATCH);
        }
        if frames.is_empty() { Poll::Pending } else { Poll::Ready(Waiting::Frames(frames)) }
    })
    .await
}

/// The next page once it has come; for ever when none is on its way.
async fn coming(missed: &mut Missed) -> Option<Sync> {
    match missed {
        Missed::Coming(asking) => asking.as_mut().await.ok(),
        Missed::Page(_) | Missed::Nothing => std::future::pending().await,
    }
}

/// The end of a stream.
struct LastWords {
    text: Text,
    sender: mpsc::Sender<Bytes>,
}

impl LastWords {
    /// Hands over what waits and why the stream ends; false when nobody takes it in time.
    async fn say(mut self, socket: &Socket, close: &Close, token: &str) -> bool {
        while !socket.queue.is_empty() {
            let mut waiting = VecDeque::new();
            socket.queue.take(&mut waiting, usize::MAX);
            for frame in &waiting {
                self.text.event(is_durable(frame).then_some(token), frame);
            }
        }
        let closing = Event::Closing { code: close.code(), reason: &close.reason() };
        self.text.event(None, &frames::event(&closing));
        let text = self.text.take();
        let said = async {
            self.sender.send(text).await.ok()?;
            // Taken by the connection, not only put before it.
            self.sender.reserve().await.ok()
        };
        // A client that is gone needs no cut.
        tokio::time::timeout(FAREWELL, said).await.is_ok()
    }
}
