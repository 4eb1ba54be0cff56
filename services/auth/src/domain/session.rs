//! A signed-in device: how long it lives, and what a use of one of its refresh tokens means (contract section 3).

use std::time::Duration;

use pulse_types::{SessionId, UserId};
use time::OffsetDateTime;

use crate::domain::secret::TokenHash;

/// How long a used token still gives the successor that it gave, for devices whose answer was lost.
pub const REFRESH_GRACE: Duration = Duration::from_secs(30);
/// Life of a session that was asked to be remembered.
pub const REMEMBERED_TTL: Duration = Duration::from_secs(30 * 24 * 3600);
/// Life of a device token.
pub const DEVICE_TOKEN_TTL: Duration = Duration::from_secs(365 * 24 * 3600);
/// Characters of a user agent that are kept.
const USER_AGENT_MAX: usize = 512;
/// Characters of a client address that are kept: the longest spelling of an IPv6 address with its zone.
const IP_MAX: usize = 64;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// At most 512 characters; may be empty.
    pub user_agent: String,
    /// May be empty.
    pub ip: String,
}

impl ClientInfo {
    /// Cuts what the gateway saw to what is kept.
    #[must_use]
    pub fn new(user_agent: &str, ip: &str) -> Self {
        let keep = |text: &str, max| text.chars().filter(|c| *c != '\0').take(max).collect();
        Self { user_agent: keep(user_agent, USER_AGENT_MAX), ip: keep(ip, IP_MAX) }
    }
}

/// Who calls, and where from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// Their signed-in device.
    pub session_id: SessionId,
    /// Where the call came from.
    pub client: ClientInfo,
}

/// A signed-in device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id: `sid` of its access tokens.
    pub session_id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// When the person signed in.
    pub created_at: OffsetDateTime,
    /// When it was refreshed last, or began.
    pub last_used_at: OffsetDateTime,
    /// When it ends by itself, whatever happens.
    pub expires_at: OffsetDateTime,
    /// When it was ended before that.
    pub ended_at: Option<OffsetDateTime>,
}

impl Session {
    /// Whether it still proves who is asking: it was not ended, its time is not over, and it was used within `idle_ttl`.
    #[must_use]
    pub fn is_live(&self, idle_ttl: Duration, now: OffsetDateTime) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now < self.last_used_at + idle_ttl
    }
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// How the person signed in: `password`, or the id of an outside provider.
    pub method: String,
    /// Where it was used last.
    pub client: ClientInfo,
}

/// The first use of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstUse {
    /// When it was.
    pub used_at: OffsetDateTime,
    /// Hash of the token it gave.
    pub successor_hash: TokenHash,
    /// The token it gave, sealed under a key that the used token gives.
    pub successor_sealed: Vec<u8>,
}

/// A refresh token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Whose token it is.
    pub session_id: SessionId,
    /// Absent while it was not used.
    pub first_use: Option<FirstUse>,
}

/// What a use of a refresh token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use<'a> {
    /// It is fresh: it gets a successor.
    First,
    /// The answer to the first use may have been lost: the same successor again.
    Repeat(&'a FirstUse),
    /// Two devices hold the token, and one of them stole it: the session ends.
    Theft,
}

/// Judges a use at `now` of a token; `is_successor_used` tells whether the token it gave was used already.
#[must_use]
pub fn judge(first_use: Option<&FirstUse>, is_successor_used: bool, now: OffsetDateTime) -> Use<'_> {
    match first_use {
        None => Use::First,
        Some(first) if !is_successor_used && now - first.used_at <= REFRESH_GRACE => Use::Repeat(first),
        Some(_) => Use::Theft,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::{Clock as _, SystemClock};

    use super::*;

    fn first_use(used_at: OffsetDateTime) -> FirstUse {
        FirstUse { used_at, successor_hash: TokenHash([1; 32]), successor_sealed: vec![] }
    }

    #[test]
    fn a_fresh_token_rotates() {
        assert_eq!(judge(None, false, SystemClock.now()), Use::First);
    }

    proptest! {
        #[test]
        fn only_within_the_grace_and_before_the_successor_is_used_it_repeats(millis in 0_u64..120_000, used in any::<bool>()) {
            let first = first_use(SystemClock.now());
            let now = first.used_at + Duration::from_millis(millis);
            let expected = if millis <= 30_000 && !used { Use::Repeat(&first) } else { Use::Theft };
            prop_assert_eq!(judge(Some(&first), used, now), expected);
        }
    }

    #[test]
    fn a_session_lives_until_its_end_or_until_it_is_ended() {
        let now = SystemClock.now();
        let session = Session {
            session_id: SessionId::new(&SystemClock),
            user_id: UserId::new(&SystemClock),
            created_at: now,
            last_used_at: now,
            expires_at: now + Duration::from_secs(10),
            ended_at: None,
        };
        let idle_ttl = Duration::from_secs(5);
        assert!(session.is_live(idle_ttl, now));
        assert!(!session.is_live(idle_ttl, now + idle_ttl), "idle for too long");
        let used = Session { last_used_at: now + Duration::from_secs(9), ..session.clone() };
        assert!(used.is_live(idle_ttl, now + Duration::from_secs(9)));
        assert!(!used.is_live(idle_ttl, session.expires_at));
        assert!(!Session { ended_at: Some(now), ..session }.is_live(idle_ttl, now));
    }

    #[test]
    fn what_a_client_says_of_itself_is_cut() {
        let client = ClientInfo::new(&"ü".repeat(600), "\0::1");
        assert_eq!(client.user_agent.chars().count(), 512);
        assert_eq!(client.ip, "::1");
    }
}
