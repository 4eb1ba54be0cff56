//! How often something may be done: the table of all limits that are told by 429 alone, and the rule they are counted by.
//!
//! The limits of messages, frames and sockets are told to clients and stand in `limits.rs`.

use std::time::{Duration, Instant};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

macro_rules! limits {
    ($($(#[$doc:meta])* $limit:ident: $name:literal, $quota:literal in $window_seconds:expr;)*) => {
        /// What is limited, and for whom it is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Limit { $($(#[$doc])* $limit,)* }

        impl Limit {
            /// Every limit.
            pub const ALL: &'static [Self] = &[$(Self::$limit,)*];

            /// How often.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$limit => Rule { name: $name, quota: $quota, window: Duration::from_secs($window_seconds) },)*
                }
            }
        }
    };
}

// An address may be that of a whole company, so what is counted by address is generous: it bounds floods. Guessing at one
// account is bounded by auth's lockout, whatever the address.
limits! {
    /// Sign-ins by password, right or wrong; by address.
    SignIn: "sign_in", 600 in 10 * MINUTE;
    /// New accounts; by address.
    Register: "register", 600 in 10 * MINUTE;
    /// Codes of second factors at sign-in; by address.
    Mfa: "mfa", 600 in 10 * MINUTE;
    /// Refreshes of a session and sign-outs by refresh token; by address.
    Refresh: "refresh", 6000 in 10 * MINUTE;
    /// Forgotten passwords; by address.
    ForgotPassword: "forgot_password", 120 in 10 * MINUTE;
    /// Forgotten passwords; by the e-mail address that was typed, known or not.
    ForgotPasswordTarget: "forgot_password_target", 10 in 15 * MINUTE;
    /// Tokens of links in mails; by address.
    MailToken: "mail_token", 300 in 10 * MINUTE;
    /// Mails that a person asks for: verification again, change of address; by user.
    OwnMail: "own_mail", 20 in 15 * MINUTE;
    /// Calls that show a password or code inside a session; by user.
    Reauthentication: "reauthentication", 60 in 10 * MINUTE;
    /// Outside sign-ins begun, come back and exchanged; by address.
    OauthStart: "oauth", 900 in 10 * MINUTE;
    /// Exports of all data; by user.
    Export: "export", 10 in 24 * HOUR;
    /// Changes of one's username; by user.
    Rename: "rename", 30 in HOUR;
    /// Searches; by user.
    Search: "search", 300 in MINUTE;
    /// Syncs, also those that wait, and changes of a conversation; by user.
    Sync: "sync", 600 in MINUTE;
    /// New groups, rooms and directs; by user.
    CreateConversation: "create_conversation", 120 in 10 * MINUTE;
    /// Changes of a conversation, its state and owner, and deletions; by user.
    ChangeConversation: "change_conversation", 300 in 10 * MINUTE;
    /// People added and removed, roles, joins and leaves; by user.
    Members: "members", 1200 in 10 * MINUTE;
    /// Edits and deletions of messages; by user.
    Edit: "edit", 240 in MINUTE;
    /// Reactions added and taken back; by user.
    Reaction: "reaction", 300 in MINUTE;
    /// Signs of typing; by user.
    Typing: "typing", 240 in MINUTE;
    /// Sockets and event streams opened; by user.
    Handshake: "handshake", 300 in MINUTE;
    /// Statuses set, lists watched and presences asked for; by user.
    Presence: "presence", 300 in MINUTE;
    /// Follows and unfollows; by user.
    Follow: "follow", 600 in 10 * MINUTE;
    /// Blocks and mutes, and their ends; by user.
    Block: "block", 600 in 10 * MINUTE;
    /// Files sent up; by user.
    Upload: "upload", 300 in 10 * MINUTE;
    /// Reports of people; by user.
    Report: "report", 100 in HOUR;
}

/// How often something may be done: `quota` times at once, and again as the window passes, one after the other (GCRA, ITU-T
/// I.371 annex A, as a virtual scheduling algorithm).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What clients are told it is called.
    pub name: &'static str,
    /// How often in the window, at least once.
    pub quota: u32,
    /// The window.
    pub window: Duration,
}

impl Rule {
    /// After how long one more is free.
    #[must_use]
    pub fn interval(self) -> Duration {
        self.window / self.quota.max(1)
    }

    /// The same at half the rate: what one gateway allows while it can't ask the others.
    #[must_use]
    pub const fn stricter(self) -> Self {
        let half = self.quota / 2;
        Self { quota: if half == 0 { 1 } else { half }, ..self }
    }

    /// How many are taken when the whole quota is free again at `full_at`.
    #[must_use]
    pub fn taken(self, full_at: Instant, now: Instant) -> u32 {
        let interval = self.interval().as_nanos().max(1);
        let taken = full_at.saturating_duration_since(now).as_nanos().div_ceil(interval);
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    /// Takes one. `full_at` is when the whole quota is free again, if that is still to come; gives the next one.
    ///
    /// # Errors
    /// How long to wait; nothing was taken.
    pub fn take(self, full_at: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
        let next_full_at = full_at.map_or(now, |full_at| full_at.max(now)) + self.interval();
        match next_full_at.duration_since(now).checked_sub(self.window) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(next_full_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const RULE: Rule = Rule { name: "test", quota: 10, window: Duration::from_secs(100) };

    #[test]
    fn the_quota_goes_through_at_once_and_then_one_an_interval() {
        let now = Instant::now();
        let mut full_at = None;
        for _ in 0..10 {
            full_at = Some(RULE.take(full_at, now).expect("within the quota"));
        }
        assert_eq!(RULE.take(full_at, now), Err(Duration::from_secs(10)));
        assert_eq!(RULE.take(full_at, now + Duration::from_secs(4)), Err(Duration::from_secs(6)));
        full_at = Some(RULE.take(full_at, now + Duration::from_secs(10)).expect("one is free again"));
        assert_eq!(RULE.take(full_at, now + Duration::from_secs(10)), Err(Duration::from_secs(10)));
        assert!(RULE.take(full_at, now + Duration::from_secs(1000)).is_ok());
    }

    #[test]
    fn what_is_taken_becomes_less_as_time_passes() {
        let now = Instant::now();
        let second = RULE.take(RULE.take(None, now).ok(), now).expect("within the quota");
        let taken = |seconds| RULE.taken(second, now + Duration::from_secs(seconds));
        assert_eq!([taken(0), taken(9), taken(10), taken(20), taken(99)], [2, 2, 1, 0, 0]);
    }

    #[test]
    fn half_the_rate_is_half_the_rate() {
        let now = Instant::now();
        let mut full_at = None;
        let strict = RULE.stricter();
        let taken =
            (0..20).filter(|_| strict.take(full_at, now).map(|next| full_at = Some(next)).is_ok()).count();
        assert_eq!((taken, strict.interval()), (5, Duration::from_secs(20)));
        assert_eq!(Rule { quota: 1, ..RULE }.stricter().quota, 1, "never none at all");
    }

    #[test]
    fn every_limit_has_a_name_of_its_own_and_allows_something() {
        let names: HashSet<_> = Limit::ALL.iter().map(|limit| limit.rule().name).collect();
        assert_eq!(names.len(), Limit::ALL.len());
        for rule in Limit::ALL.iter().map(|limit| limit.rule()) {
            assert!(rule.quota >= 1 && rule.interval() > Duration::ZERO, "{rule:?}");
        }
    }

    proptest! {
        #[test]
        fn no_more_than_twice_the_quota_fits_any_window(gaps in prop::collection::vec(0..40_u64, 1..200)) {
            let start = Instant::now();
            let (mut now, mut full_at, mut taken) = (start, None, Vec::new());
            for gap in gaps {
                now += Duration::from_secs(gap);
                if let Ok(next) = RULE.take(full_at, now) {
                    full_at = Some(next);
                    taken.push(now);
                }
            }
            for first in &taken {
                let within = taken.iter().filter(|at| *at >= first && **at < *first + RULE.window).count();
                prop_assert!(within <= 20);
            }
        }
    }
}
