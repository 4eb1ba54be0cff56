//! The life of one socket: one task that reads requests, writes what waits, and keeps the times.

use std::sync::Arc;
use std::time::Duration;

use hyper::upgrade::Upgraded;
use pulse_rpc::{Failure, Kind, Reason};
use pulse_runtime::trace_context;
use pulse_types::ConversationId;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::clients::commands::Order as CommandOrder;
use crate::domain::{Moment, SendMessage};
use crate::http::extract::authenticate;
use crate::revocation::Answer;
use crate::state::State;
use crate::ws::close::Close;
use crate::ws::frames::{self, Command, Event, Reply, Request};
use crate::ws::hub::{Seat, Socket};
use crate::ws::queue::Order;
use crate::ws::times::{Flood, HEARTBEAT_INTERVAL, Times};
use crate::ws::unverified;
use crate::ws::wire::{Turn, Wire};

/// Pings without an answer after which a client is taken for gone.
const PINGS_UNANSWERED_MAX: u8 = 2;
/// How long before the access token ends the client is told.
const EXPIRING_BEFORE: Duration = Duration::from_secs(30);
/// How long a send or mark may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a socket that is sent away may wait for the answers to what it asked.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
const LAST_ANSWERS_CHECK: Duration = Duration::from_millis(20);
/// How long a socket whose token has ended may stay until it is known whether the session has ended with it.
const LAST_WORD: Duration = Duration::from_secs(1);
/// Clients that are sent away come back between this and this, in milliseconds.
const RECONNECT_AFTER_MS: std::ops::Range<u64> = 250..2000;

/// Serves a socket until it ends. What waits in its queue goes out first.
pub async fn run(state: Arc<State>, seat: Seat, upgraded: Upgraded, token_ends_at: Moment) {
    let socket = Arc::clone(seat.socket());
    let user_id = socket.principal.user_id;
    state.presence.connected(user_id, socket.connection_id);
    let wire = Wire::open(upgraded, state.hub.frames_out()).await;
    let now = Instant::now();
    let mut connection = Connection {
        wire,
        times: Times::new(now),
        flood: Flood::new(now),
        socket: Arc::clone(&socket),
        state: Arc::clone(&state),
    };
    connection.renew(token_ends_at);
    if state.shutdown.has_begun() {
        socket.queue.order(Order::Drain(Duration::ZERO));
    }
    let end = connection.serve().await;
    // From here on it gets no more events and counts as gone.
    drop(seat);
    state.presence.disconnected(user_id, socket.connection_id);
    match end {
        End::Close(close) => {
            tracing::debug!(socket.id = %socket.connection_id, user.id = %user_id, close.code = close.code(), "socket closed by us");
            if close == Close::TooSlow {
                metrics::counter!("pulse_slow_sockets_closed_total").increment(1);
            }
            connection.wire.close(&socket.queue, &close).await;
        }
        End::Farewell => connection.wire.finish().await,
        End::Gone => {}
    }
}

struct Connection {
    wire: Wire,
    times: Times,
    flood: Flood,
    socket: Arc<Socket>,
    state: Arc<State>,
}

/// How a socket ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// We close it.
    Close(Close),
    /// The client said farewell.
    Farewell,
    /// The connection is gone.
    Gone,
}

impl Connection {
    async fn serve(&mut self) -> End {
        let timer = tokio::time::sleep_until(self.times.next());
        tokio::pin!(timer);
        let socket = Arc::clone(&self.socket);
        loop {
            let outcome = tokio::select! {
                turn = self.wire.next(&socket.queue) => self.on_turn(turn),
                () = timer.as_mut() => self.on_time(Instant::now()),
            };
            if let Err(end) = outcome {
                return end;
            }
            if timer.deadline() != self.times.next() {
                timer.as_mut().reset(self.times.next());
            }
        }
    }

    fn on_turn(&mut self, turn: Turn) -> Result<(), End> {
        let message = match turn {
            Turn::Order(order) => return self.on_order(order),
            Turn::Message(message) => message,
            Turn::Failed(error) => return Err(Close::of(&error).map_or(End::Gone, End::Close)),
            Turn::Gone => return Err(End::Gone),
        };
        let frames_max = self.state.limits_told.frames_per_10s;
        if self.flood.count(Instant::now()) > frames_max && self.state.settings.rate_limits {
            return Err(End::Close(Close::Flooding));
        }
        match message {
            Message::Text(text) => match frames::parse(&text) {
                Ok(request) => self.on_request(request),
                Err(why) => return Err(End::Close(Close::Malformed(why))),
            },
            Message::Pong(_) => self.times.pings_unanswered = 0,
            Message::Ping(_) | Message::Frame(_) => {}
            Message::Binary(_) => return Err(End::Close(Close::Malformed("frames are text".to_owned()))),
            Message::Close(_) => return Err(End::Farewell),
        }
        Ok(())
    }

    fn on_order(&mut self, order: Order) -> Result<(), End> {
        match order {
            Order::Close(close) => return Err(End::Close(close)),
            Order::Renewed(ends_at) => self.renew(ends_at),
            Order::TokenOver(close) if self.times.is_token_over => return Err(End::Close(close)),
            Order::TokenOver(_) => {}
            Order::Drain(after) => {
                let now = Instant::now();
                self.times.drain_at = Some(now + after);
                self.times.drain_until = now + after + LAST_ANSWERS;
                let reconnect_after_ms = spread(self.socket.connection_id.as_uuid().as_u128());
                self.tell(&Event::ServerDraining { reconnect_after_ms });
            }
        }
        Ok(())
    }

    fn on_time(&mut self, now: Instant) -> Result<(), End> {
        let times = &mut self.times;
        if now >= times.token_ends_at {
            return self.on_token_end(now);
        }
        if times.drain_at.is_some_and(|at| now >= at) {
            if self.socket.queue.answers_due() == 0 || now >= times.drain_until {
                return Err(End::Close(Close::Draining));
            }
            times.drain_at = Some(now + LAST_ANSWERS_CHECK);
        }
        if now >= times.ping_at {
            if times.pings_unanswered >= PINGS_UNANSWERED_MAX {
                return Err(End::Close(Close::HeartbeatMissed));
            }
            times.pings_unanswered += 1;
            times.ping_at = now + HEARTBEAT_INTERVAL;
            self.wire.ping().map_err(|_| End::Gone)?;
        }
        if self.times.expiring_at.is_some_and(|at| now >= at) {
            self.times.expiring_at = None;
            if let Some(access_token_expires_at) = self.times.token_ends_at_moment {
                self.tell(&Event::AuthExpiring { access_token_expires_at });
            }
        }
        Ok(())
    }

    /// Whether the session has ended with its token decides whether the client may come back.
    fn on_token_end(&mut self, now: Instant) -> Result<(), End> {
        if self.times.is_token_over {
            return Err(End::Close(Close::TokenExpired));
        }
        self.times.is_token_over = true;
        self.times.token_ends_at = now + LAST_WORD;
        let (state, socket) = (Arc::clone(&self.state), Arc::clone(&self.socket));
        self.state.hub.spawn(async move {
            let close = match state.revocation.ask(socket.principal.session_id).await {
                Answer::Ended => Close::SessionRevoked,
                Answer::Lives | Answer::None => Close::TokenExpired,
            };
            socket.queue.order(Order::TokenOver(close));
        });
        Ok(())
    }

    /// A token was shown that ends then.
    fn renew(&mut self, ends_at: Moment) {
        let left = ends_at.as_time() - self.state.clock.now();
        let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
        let now = Instant::now();
        self.times.token_ends_at = now + left;
        self.times.is_token_over = false;
        self.times.token_ends_at_moment = Some(ends_at);
        self.times.expiring_at = Some(now + left.saturating_sub(EXPIRING_BEFORE));
    }

    fn tell(&self, event: &Event<'_>) {
        self.socket.queue.push(frames::event(event));
    }

    fn on_request(&self, request: Request) {
        metrics::counter!("pulse_frames_in_total", "type" => request.kind).increment(1);
        let id = request.id;
        match request.command {
            Err(failure) => self.refuse(&id, &failure),
            Ok(Command::Ping) => {
                let pong = Reply::Pong { server_time: self.state.clock.now().into() };
                self.socket.queue.push(frames::reply(&id, &pong, false));
            }
            Ok(Command::AuthRefresh { access_token }) => self.refresh(id, access_token),
            Ok(Command::MessageSend(send)) => self.send(id, send),
            Ok(Command::ReadMark { conversation_id, seq }) => self.mark_read(id, conversation_id, seq),
        }
    }

    fn refuse(&self, id: &str, failure: &Failure) {
        failure.log();
        self.socket.queue.push(frames::error(id, failure));
    }

    /// The keys may have to be fetched, so it is a task of its own.
    fn refresh(&self, id: String, access_token: String) {
        let (state, socket) = (Arc::clone(&self.state), Arc::clone(&self.socket));
        socket.queue.expect_answer();
        self.state.hub.spawn(async move {
            let renewed = renewed(&state, &socket, &access_token).await;
            if let Ok(ends_at) = renewed {
                socket.queue.order(Order::Renewed(ends_at));
            }
            answer(
                &socket,
                &id,
                renewed.map(|ends_at| (Reply::Refreshed { access_token_expires_at: ends_at }, false)),
            );
        });
    }

    fn send(&self, id: String, send: SendMessage) {
        let (state, socket) = (Arc::clone(&self.state), Arc::clone(&self.socket));
        if let Some(refusal) = unverified::refusal(state, socket, send.conversation_id) {
            let socket = Arc::clone(&self.socket);
            socket.queue.expect_answer();
            self.state.hub.spawn(async move { answer(&socket, &id, Err(refusal.await)) });
            return;
        }
        let now = std::time::Instant::now();
        let taken = self.state.limits.messages.take(
            self.socket.principal.user_id,
            send.conversation_id,
            send.client_id,
            now,
        );
        let taken = match taken {
            Ok(taken) => taken,
            Err(exceeded) => return self.refuse(&id, &exceeded.into()),
        };
        let (state, socket) = (Arc::clone(&self.state), Arc::clone(&self.socket));
        let (order, span) = self.order(|| tracing::info_span!("ws.message.send", otel.kind = "server"));
        socket.queue.expect_answer();
        self.state.commands.begin_send_message(order, send, move |sent| {
            // The span ends with the answer.
            let _span = span;
            state.limits.messages.settle(&taken, &sent);
            answer(&socket, &id, sent.map(|sent| (Reply::Message(Box::new(sent.message)), sent.replayed)));
        });
    }

    fn mark_read(&self, id: String, conversation_id: ConversationId, seq: i64) {
        let socket = Arc::clone(&self.socket);
        let (order, span) = self.order(|| tracing::info_span!("ws.read.mark", otel.kind = "server"));
        socket.queue.expect_answer();
        self.state.commands.begin_mark_read(order, conversation_id, seq, move |marks| {
            let _span = span;
            answer(&socket, &id, marks.map(|marks| (Reply::Marks(marks), false)));
        });
    }

    /// A command for this user, at the root of a trace of its own while traces are exported.
    fn order(&self, span: impl FnOnce() -> tracing::Span) -> (CommandOrder, Option<tracing::Span>) {
        let span = trace_context::is_exported().then(span);
        let traceparent = span.as_ref().and_then(trace_context::of);
        let order = CommandOrder { principal: self.socket.principal, traceparent, timeout: COMMAND_TIMEOUT };
        (order, span)
    }
}

fn answer(socket: &Socket, id: &str, outcome: Result<(Reply, bool), Failure>) {
    let frame = match outcome {
        Ok((reply, replayed)) => frames::reply(id, &reply, replayed),
        Err(failure) => {
            // Others were logged where they arose: in message-store, or when the stream broke.
            if failure.kind() == Kind::Internal {
                failure.log();
            }
            frames::error(id, &failure)
        }
    };
    socket.queue.answer(frame);
}

/// The end of a new token of the same session.
async fn renewed(state: &State, socket: &Socket, access_token: &str) -> Result<Moment, Failure> {
    let caller = authenticate(state, access_token).await?;
    if caller.principal != socket.principal {
        return Err(Failure::new(
            Reason::Forbidden,
            "the token is of another user or session; open a socket for it",
        ));
    }
    Ok(frames::expires_at(&caller.claims))
}

/// Somewhere in the range, by the random part of an id.
fn spread(random: u128) -> u64 {
    let width = u128::from(RECONNECT_AFTER_MS.end - RECONNECT_AFTER_MS.start);
    RECONNECT_AFTER_MS.start + u64::try_from(random % width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_come_back_within_the_range() {
        for random in [0, 1, 1749, 1750, u128::MAX] {
            assert!(RECONNECT_AFTER_MS.contains(&spread(random)));
        }
    }
}
