//! Sessions that ended a while ago: their access tokens are refused until they would have expired anyway.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use pulse_types::SessionId;

/// How long a session is remembered. A token that is older is refused whatever it says, so it need not be longer.
pub const KEEP: Duration = Duration::from_secs(3600);
/// Sessions from which on the old ones are looked for.
const SWEEP_FROM: usize = 4096;

/// The sessions that this process has heard the end of.
#[derive(Debug, Default)]
pub struct EndedSessions(RwLock<HashMap<SessionId, Instant>>);

impl EndedSessions {
    /// Remembers a session.
    pub fn note(&self, session_id: SessionId, now: Instant) {
        let mut sessions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Each doubling pays for one sweep.
        if sessions.len() >= SWEEP_FROM && sessions.len().is_power_of_two() {
            sessions.retain(|_, ended_at| now.duration_since(*ended_at) < KEEP);
        }
        sessions.insert(session_id, now);
    }

    /// Whether a session has ended.
    #[must_use]
    pub fn contains(&self, session_id: SessionId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(&session_id)
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn an_ended_session_is_known_until_its_tokens_are_gone() {
        let sessions = EndedSessions::default();
        let (old, start) = (SessionId::new(&SystemClock), Instant::now());
        sessions.note(old, start);
        assert!(sessions.contains(old));
        assert!(!sessions.contains(SessionId::new(&SystemClock)));
        for _ in 0..SWEEP_FROM {
            sessions.note(SessionId::new(&SystemClock), start + KEEP);
        }
        assert!(!sessions.contains(old));
    }
}
