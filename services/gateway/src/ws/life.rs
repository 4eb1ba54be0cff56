//! How a live socket comes to its end, whatever carries it: its token, the orders it gets, its departure when the process stops.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::Moment;
use crate::revocation::Answer;
use crate::state::State;
use crate::ws::close::Close;
use crate::ws::frames::{self, Event};
use crate::ws::hub::Socket;
use crate::ws::queue::Order;
use crate::ws::times::Times;

/// How long before the access token ends the client is told.
const EXPIRING_BEFORE: Duration = Duration::from_secs(30);
/// How long after it was told a socket that is sent away is still listened to: what was on its way then is answered.
const LAST_REQUESTS: Duration = Duration::from_millis(500);
/// How long a socket that is sent away may wait for the answers to what it asked.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
const LAST_ANSWERS_CHECK: Duration = Duration::from_millis(20);
/// How long a socket whose token has ended may stay until it is known whether the session has ended with it.
const LAST_WORD: Duration = Duration::from_secs(1);
/// Clients that are sent away come back between this and this, in milliseconds. They are sent away one after the other, so this
/// only parts those that leave at the same moment.
const RECONNECT_AFTER_MS: std::ops::Range<u64> = 50..500;

/// The life of one socket.
pub struct Life {
    /// When the next thing is to be done.
    pub times: Times,
    socket: Arc<Socket>,
    state: Arc<State>,
}

impl Life {
    /// Begins with a token that ends then. A process that stops sends the socket away at once.
    #[must_use]
    pub fn begin(state: Arc<State>, socket: Arc<Socket>, token_ends_at: Moment) -> Self {
        if state.shutdown.has_begun() {
            socket.queue.order(Order::Drain(Duration::ZERO));
        }
        let times = Times::new(Instant::now(), state.settings.heartbeat_interval);
        let mut life = Self { times, socket, state };
        life.renew(token_ends_at);
        life
    }

    /// Does what the socket is told.
    ///
    /// # Errors
    /// Why it is to be closed now.
    pub fn on_order(&mut self, order: Order) -> Result<(), Close> {
        match order {
            Order::Close(close) => return Err(close),
            Order::Renewed(ends_at) => self.renew(ends_at),
            Order::TokenOver(close) if self.times.is_token_over => return Err(close),
            Order::TokenOver(_) => {}
            Order::Drain(after) => self.times.drain_at = Some(Instant::now() + after),
        }
        Ok(())
    }

    /// Does what is due.
    ///
    /// # Errors
    /// Why it is to be closed now.
    pub fn on_time(&mut self, now: Instant) -> Result<(), Close> {
        let times = &mut self.times;
        if now >= times.token_ends_at {
            return self.on_token_end(now);
        }
        if times.drain_at.is_some_and(|at| now >= at) {
            return self.on_drain(now);
        }
        if times.expiring_at.is_some_and(|at| now >= at) {
            times.expiring_at = None;
            if let Some(access_token_expires_at) = times.token_ends_at_moment {
                self.tell(&Event::AuthExpiring { access_token_expires_at });
            }
        }
        Ok(())
    }

    /// Whether nothing more is taken that the client asks: it was told to ask elsewhere.
    #[must_use]
    pub const fn is_leaving(&self) -> bool {
        self.times.is_leaving
    }

    /// Tells the client, takes what it had asked before it could know, and lets it go once it has its answers.
    fn on_drain(&mut self, now: Instant) -> Result<(), Close> {
        let Some(until) = self.times.drain_until else {
            let reconnect_after_ms = spread(self.socket.connection_id.as_uuid().as_u128());
            self.tell(&Event::ServerDraining { reconnect_after_ms });
            self.times.drain_until = Some(now + LAST_ANSWERS);
            self.times.drain_at = Some(now + LAST_REQUESTS);
            return Ok(());
        };
        self.times.is_leaving = true;
        if self.socket.queue.answers_due() == 0 || now >= until {
            return Err(Close::Draining);
        }
        self.times.drain_at = Some(now + LAST_ANSWERS_CHECK);
        Ok(())
    }

    /// Whether the session has ended with its token decides whether the client may come back.
    fn on_token_end(&mut self, now: Instant) -> Result<(), Close> {
        if self.times.is_token_over {
            return Err(Close::TokenExpired);
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
        for random in [0, 1, 449, 450, u128::MAX] {
            assert!(RECONNECT_AFTER_MS.contains(&spread(random)));
        }
    }
}
