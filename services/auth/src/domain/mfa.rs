//! A sign-in that waits for its second factor (contract section 3).

use std::time::Duration;

use pulse_types::UserId;
use time::OffsetDateTime;

/// How long it waits.
pub const CHALLENGE_TTL: Duration = Duration::from_secs(5 * 60);
/// Wrong codes that void it.
pub const MAX_FAILURES: i32 = 5;

/// A sign-in whose first factor was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Who signs in.
    pub user_id: UserId,
    /// `password`, or the id of an outside provider.
    pub method: String,
    /// The session is to live for 30 days.
    pub remember: bool,
    /// The device keeps its tokens in cookies.
    pub cookie: bool,
    /// The device token that the sign-in showed, sealed under a key that only the challenge's token gives.
    pub sealed_device_token: Option<Vec<u8>>,
    /// Wrong codes so far.
    pub failures: i32,
    /// When it was answered.
    pub used_at: Option<OffsetDateTime>,
    /// When it has waited for too long.
    pub expires_at: OffsetDateTime,
}

impl Challenge {
    /// Whether it still waits.
    #[must_use]
    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.used_at.is_none() && self.failures < MAX_FAILURES && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::{Clock as _, SystemClock};

    use super::*;

    #[test]
    fn it_waits_until_it_is_answered_voided_or_too_old() {
        let now = SystemClock.now();
        let challenge = Challenge {
            user_id: UserId::new(&SystemClock),
            method: "password".to_owned(),
            remember: false,
            cookie: false,
            sealed_device_token: None,
            failures: 4,
            used_at: None,
            expires_at: now + CHALLENGE_TTL,
        };
        assert!(challenge.is_open(now));
        assert!(!challenge.is_open(challenge.expires_at));
        assert!(!Challenge { failures: 5, ..challenge.clone() }.is_open(now));
        assert!(!Challenge { used_at: Some(now), ..challenge }.is_open(now));
    }
}
