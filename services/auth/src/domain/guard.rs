//! Guessing of passwords and codes (contract section 3): after ten failures within a quarter of an hour what is guarded is locked for
//! a quarter of an hour, for the right password too, and whether or not there is such an account.
//!
//! A sign-in that succeeds forgets no failures, and tries while it is locked add none.

use std::time::Duration;

use pulse_types::{SessionId, UserId};
use time::OffsetDateTime;

use crate::domain::account::comparable;
use crate::domain::secret::{TokenHash, sha256};

/// Failures that lock.
pub const MAX_FAILURES: usize = 10;
/// The time in which they are counted.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How long a lock holds.
pub const LOCK: Duration = Duration::from_secs(15 * 60);

/// What is counted: an identifier as typed, a device that is known, a session or a second factor. Only a hash, so that the database does not keep what
/// people typed into the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject([u8; 32]);

impl Subject {
    /// Counts an identifier, without regard to case.
    #[must_use]
    pub fn identifier(typed: &str) -> Self {
        Self(sha256(format!("identifier\0{}", comparable(typed)).as_bytes()))
    }

    /// Counts a device that signed in to the account before.
    #[must_use]
    pub fn device(token: &TokenHash) -> Self {
        Self(sha256(&[b"device\0", token.as_bytes()].concat()))
    }

    /// Counts wrong passwords inside a session.
    #[must_use]
    pub fn session(session_id: SessionId) -> Self {
        Self(sha256(format!("session\0{session_id}").as_bytes()))
    }

    /// Counts wrong codes of a user's second factor.
    #[must_use]
    pub fn factor(user_id: UserId) -> Self {
        Self(sha256(format!("factor\0{user_id}").as_bytes()))
    }

    /// The bytes, for the database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What is remembered of one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// Failures since the last lock, oldest first; fewer than [`MAX_FAILURES`].
    pub failed_at: Vec<OffsetDateTime>,
    /// Set by the failure that locked.
    pub locked_until: Option<OffsetDateTime>,
}

impl Guard {
    /// How long it stays locked; `None` if it is not.
    #[must_use]
    pub fn locked_for(&self, now: OffsetDateTime) -> Option<Duration> {
        let until = self.locked_until.filter(|until| now < *until)?;
        Duration::try_from(until - now).ok()
    }

    /// Counts a failure.
    pub fn fail(&mut self, now: OffsetDateTime) {
        self.failed_at.retain(|at| now - *at < WINDOW);
        self.failed_at.push(now);
        if self.failed_at.len() >= MAX_FAILURES {
            self.failed_at.clear();
            self.locked_until = Some(now + LOCK);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::{Clock as _, SystemClock};

    use super::*;

    #[test]
    fn the_tenth_failure_locks_for_a_quarter_of_an_hour() {
        let start = SystemClock.now();
        let mut guard = Guard::default();
        for _ in 0..9 {
            guard.fail(start);
            assert_eq!(guard.locked_for(start), None);
        }
        guard.fail(start);
        assert_eq!(guard.locked_for(start), Some(LOCK));
        assert_eq!(guard.locked_for(start + LOCK), None);
        guard.fail(start + LOCK);
        assert_eq!(guard.locked_for(start + LOCK), None, "counting begins anew");
    }

    #[test]
    fn identifiers_are_counted_without_regard_to_case_and_apart_from_devices() {
        assert_eq!(Subject::identifier(" Ada@Example.org"), Subject::identifier("ada@example.ORG "));
        assert_ne!(Subject::identifier("ada"), Subject::identifier("ada2"));
        assert_ne!(Subject::identifier("ada"), Subject::device(&TokenHash(sha256(b"ada"))));
    }

    proptest! {
        #[test]
        fn it_locks_exactly_when_ten_failures_fall_into_one_window(steps in prop::collection::vec(1_u64..400, 1..60)) {
            let mut now = SystemClock.now();
            let mut guard = Guard::default();
            let mut recent: Vec<OffsetDateTime> = Vec::new();
            for step in steps {
                now += Duration::from_secs(step);
                if guard.locked_for(now).is_some() {
                    continue;
                }
                guard.fail(now);
                recent.push(now);
                let within = recent.iter().filter(|at| now - **at < WINDOW).count();
                prop_assert_eq!(guard.locked_for(now).is_some(), within >= MAX_FAILURES);
                prop_assert!(guard.failed_at.len() < MAX_FAILURES);
                if within >= MAX_FAILURES {
                    recent.clear();
                }
            }
        }
    }
}
