//! How long to wait before the next attempt: longer each time, and by chance, so that clients do not come back in step.

use std::time::Duration;

use uuid::Uuid;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits between attempts that fail one after another.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// An attempt has succeeded.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// An attempt has failed: how long to wait, anything up to twice as much as the last time (full jitter).
    #[expect(clippy::disallowed_methods, reason = "a client draws from nothing but chance")]
    pub(super) fn next(&mut self) -> Duration {
        let most = self.most();
        self.failures += 1;
        let share = u32::try_from(Uuid::new_v4().as_u128() & 0xffff).unwrap_or_default();
        most * share / 0xffff
    }

    fn most(&self) -> Duration {
        FIRST.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX)).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::default();
        let most: Vec<_> = (0..40)
            .map(|_| {
                let most = backoff.most();
                assert!(backoff.next() <= most);
                most
            })
            .collect();
        assert_eq!(most.first(), Some(&FIRST));
        assert_eq!(most.get(1), Some(&(FIRST * 2)));
        assert_eq!(most.last(), Some(&LONGEST));
        backoff.reset();
        assert_eq!(backoff.most(), FIRST);
    }

    #[test]
    fn waits_are_by_chance() {
        let waits: std::collections::HashSet<_> = (0..20).map(|_| Backoff { failures: 6 }.next()).collect();
        assert!(waits.len() > 10, "{waits:?}");
    }
}
