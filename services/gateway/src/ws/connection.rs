//! The life of one socket: one task that reads requests, writes what waits, and keeps the times.

use std::sync::Arc;

use hyper::upgrade::Upgraded;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::domain::Moment;
use crate::state::State;
use crate::ws::close::Close;
use crate::ws::commands::{self, Asked};
use crate::ws::frames::{self, Request};
use crate::ws::hub::{Seat, Socket};
use crate::ws::life::Life;
use crate::ws::times::Flood;
use crate::ws::typing;
use crate::ws::wire::{Turn, Wire};

/// Pings without an answer after which a client is taken for gone.
const PINGS_UNANSWERED_MAX: u8 = 2;

/// Serves a socket until it ends. What waits in its queue goes out first.
pub async fn run(state: Arc<State>, seat: Seat, upgraded: Upgraded, token_ends_at: Moment) {
    let socket = Arc::clone(seat.socket());
    let user_id = socket.principal.user_id;
    state.presence.connected(user_id, socket.connection_id);
    let wire = Wire::open(upgraded, state.hub.frames_out()).await;
    let now = Instant::now();
    let mut connection = Connection {
        wire,
        life: Life::begin(Arc::clone(&state), Arc::clone(&socket), token_ends_at),
        flood: Flood::new(now),
        socket: Arc::clone(&socket),
        state: Arc::clone(&state),
    };
    let end = connection.serve().await;
    // From here on it gets no more events and counts as gone.
    drop(seat);
    state.presence.disconnected(user_id, socket.connection_id);
    typing::gone(&state, &socket);
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
    life: Life,
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
        let timer = tokio::time::sleep_until(self.life.times.next());
        tokio::pin!(timer);
        let socket = Arc::clone(&self.socket);
        loop {
            let may_read = !self.life.is_leaving();
            let outcome = tokio::select! {
                turn = self.wire.next(&socket.queue, may_read) => self.on_turn(turn),
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

    fn on_turn(&mut self, turn: Turn) -> Result<(), End> {
        let message = match turn {
            Turn::Order(order) => return self.life.on_order(order).map_err(End::Close),
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
            Message::Pong(_) => self.life.times.pings_unanswered = 0,
            Message::Ping(_) | Message::Frame(_) => {}
            Message::Binary(_) => return Err(End::Close(Close::Malformed("frames are text".to_owned()))),
            Message::Close(_) => return Err(End::Farewell),
        }
        Ok(())
    }

    fn on_time(&mut self, now: Instant) -> Result<(), End> {
        self.life.on_time(now).map_err(End::Close)?;
        let times = &mut self.life.times;
        if now >= times.ping_at {
            if times.pings_unanswered >= PINGS_UNANSWERED_MAX {
                return Err(End::Close(Close::HeartbeatMissed));
            }
            times.pings_unanswered += 1;
            times.ping_at = now + self.state.settings.heartbeat_interval;
            self.wire.ping().map_err(|_| End::Gone)?;
        }
        Ok(())
    }

    fn on_request(&self, request: Request) {
        metrics::counter!("pulse_frames_in_total", "type" => request.kind).increment(1);
        let asked = Asked::new(&self.state, &self.socket, request.id);
        match request.command {
            Ok(command) => commands::run(asked, command),
            Err(failure) => asked.answer(Err(failure)),
        }
    }
}
