//! A clock that stands still until it is moved.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pulse_types::Clock;
use time::OffsetDateTime;
use time::macros::datetime;

/// Shows the same moment until it is told otherwise. Clones show the same one.
#[derive(Debug, Clone)]
pub struct FakeClock {
    now: Arc<Mutex<OffsetDateTime>>,
}

impl FakeClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: OffsetDateTime) -> Self {
        Self { now: Arc::new(Mutex::new(start)) }
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }

    /// Sets it, back as well.
    pub fn set(&self, moment: OffsetDateTime) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

impl Default for FakeClock {
    /// Half past nine on the last day of January 2026, UTC.
    fn default() -> Self {
        Self::new(datetime!(2026-01-31 09:30 UTC))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_only_when_told() {
        let clock = FakeClock::default();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.clone().advance(Duration::from_secs(60));
        assert_eq!(clock.now() - before, Duration::from_secs(60));
    }
}
