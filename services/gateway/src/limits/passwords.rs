//! Passwords that auth has no time for: once it has said so, others are refused here for a moment, before they cost anything.
//!
//! This is no limit of a client's rate but protection from overload, so it holds also when rate limits are lifted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Reason};

use crate::limits::Exceeded;

/// How long nobody is let through after auth was found busy. What waits there takes longer than that.
const PAUSE: Duration = Duration::from_millis(500);
/// When whoever was refused may come back.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Whether auth has time for passwords.
pub struct Passwords {
    begun: Instant,
    /// In ms since `begun`; 0 when it was never busy.
    busy_until: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { begun: Instant::now(), busy_until: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// Lets a password through to auth.
    ///
    /// # Errors
    /// [`Exceeded`] while auth is busy with others.
    pub fn enter(&self, now: Instant) -> Result<(), Exceeded> {
        match self.millis(now) < self.busy_until.load(Ordering::Relaxed) {
            true => {
                Err(Exceeded { name: "passwords", quota: 1, window: RETRY_AFTER, retry_after: RETRY_AFTER })
            }
            false => Ok(()),
        }
    }

    /// Learns from an answer of auth.
    pub fn learn<T>(&self, answer: &Result<T, Failure>, now: Instant) {
        if answer.as_ref().is_err_and(|failure| failure.reason == Reason::RateLimited) {
            self.busy_until.fetch_max(self.millis(now + PAUSE), Ordering::Relaxed);
        }
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.begun).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_auth_is_busy_others_are_refused_for_a_moment() {
        let (passwords, now) = (Passwords::default(), Instant::now());
        passwords.learn(&Err::<(), _>(Failure::new(Reason::LockedOut, "locked")), now);
        passwords.learn(&Ok(()), now);
        assert_eq!(passwords.enter(now), Ok(()));
        passwords.learn(&Err::<(), _>(Failure::new(Reason::RateLimited, "busy")), now);
        assert!(passwords.enter(now).is_err());
        assert!(passwords.enter(now + PAUSE / 2).is_err());
        assert_eq!(passwords.enter(now + PAUSE + Duration::from_millis(1)), Ok(()));
    }
}
