//! The times of one socket: heartbeat, the end of its token, its departure, and the count of its frames.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::Moment;

/// The window of `frames_per_10s`.
const FLOOD_WINDOW: Duration = Duration::from_secs(10);

/// When the next thing is to be done.
#[derive(Debug)]
pub struct Times {
    /// The next ping.
    pub ping_at: Instant,
    /// Pings that were not answered.
    pub pings_unanswered: u8,
    /// The end of the access token.
    pub token_ends_at: Instant,
    /// Whether it has ended, and it is being asked whether the session has ended with it.
    pub is_token_over: bool,
    /// The same as clients are told it.
    pub token_ends_at_moment: Option<Moment>,
    /// When the client is told of that end.
    pub expiring_at: Option<Instant>,
    /// When a socket that is to be sent away is told so, and then, when it is looked again whether it may go.
    pub drain_at: Option<Instant>,
    /// When it is closed at the latest; absent before it was told.
    pub drain_until: Option<Instant>,
    /// Whether nothing more is taken that the client asks.
    pub is_leaving: bool,
}

/// How many frames came lately.
#[derive(Debug)]
pub struct Flood {
    begun_at: Instant,
    frames: u64,
}

impl Times {
    /// Nothing but the first ping is to come, after the interval of the heartbeat.
    #[must_use]
    pub fn new(now: Instant, heartbeat: Duration) -> Self {
        Self {
            ping_at: now + heartbeat,
            pings_unanswered: 0,
            token_ends_at: now,
            is_token_over: false,
            token_ends_at_moment: None,
            expiring_at: None,
            drain_at: None,
            drain_until: None,
            is_leaving: false,
        }
    }

    /// The first of all.
    #[must_use]
    pub fn next(&self) -> Instant {
        let first = self.ping_at.min(self.token_ends_at);
        [self.expiring_at, self.drain_at].into_iter().flatten().fold(first, Instant::min)
    }
}

impl Flood {
    /// None came yet.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self { begun_at: now, frames: 0 }
    }

    /// Frames of the present window, this one counted.
    pub fn count(&mut self, now: Instant) -> u64 {
        if now.duration_since(self.begun_at) >= FLOOD_WINDOW {
            *self = Self::new(now);
        }
        self.frames += 1;
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn frames_are_counted_by_window() {
        let start = Instant::now();
        let mut flood = Flood::new(start);
        assert_eq!((0..300).map(|_| flood.count(start)).last(), Some(300));
        assert_eq!(flood.count(start + FLOOD_WINDOW / 2), 301);
        assert_eq!(flood.count(start + FLOOD_WINDOW), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_time_is_the_first_of_all() {
        let now = Instant::now();
        let heartbeat = Duration::from_secs(25);
        let mut times = Times { token_ends_at: now + Duration::from_secs(300), ..Times::new(now, heartbeat) };
        assert_eq!(times.next(), now + heartbeat);
        times.expiring_at = Some(now + Duration::from_secs(5));
        times.drain_at = Some(now + Duration::from_secs(7));
        assert_eq!(times.next(), now + Duration::from_secs(5));
    }
}
