//! Sync tokens: a point in the order of commits, and whose it is.
//!
//! A point is a snapshot as PostgreSQL takes it: what was committed before it is known to the holder of the token, and what was
//! still running is not, however late it commits. It is made smaller when many transactions run: what it does not show is
//! told again, and what it shows has been told.

use pulse_types::{ConversationId, UserId};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// The present shape of tokens.
pub const TOKEN_VERSION: u8 = 2;
/// For how long a token is good.
pub const TOKEN_LIFETIME: Duration = Duration::days(30);
/// Messages that are told of one conversation.
pub const MESSAGES_MAX: usize = 50;
/// Conversations on a page with all their messages. When more have changed, few messages of each are told.
pub const CONVERSATIONS_MAX: usize = 100;
/// Messages that are told of one conversation when many have changed, while they fit.
pub const BRIEF_MESSAGES_MAX: usize = 5;
/// Conversations on a page when many have changed.
pub const BRIEF_CONVERSATIONS_MAX: usize = 500;
/// Conversations on a page that the user is not in any more.
pub const REMOVED_MAX: usize = 1000;

/// Transactions that a point remembers as running; of more, the later ones count as not begun.
const RUNNING_MAX: usize = 24;
/// Own transactions that a point remembers; what older ones did is told once more.
const OWN_MAX: usize = 32;

/// A text that is no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot")]
pub struct InvalidSnapshot;

/// What was committed at a moment: every transaction below `next` but those that were `running`, and the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Everything from here on had not begun.
    #[serde(rename = "n")]
    next: u64,
    /// What ran, counted back from `next`.
    #[serde(rename = "r")]
    running: Vec<u64>,
    /// Transactions of sync that marked as delivered what they told, counted on from the lowest that ran: what they wrote is
    /// known.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    own: Vec<u64>,
    /// Unix time of its making, in seconds.
    #[serde(rename = "t")]
    taken_at: i64,
}

impl Point {
    /// The point of a snapshot in the spelling of PostgreSQL: `lowest:next:running,running`.
    ///
    /// # Errors
    /// [`InvalidSnapshot`].
    pub fn parse(snapshot: &str, taken_at: OffsetDateTime) -> Result<Self, InvalidSnapshot> {
        let number = |text: &str| text.parse::<u64>().map_err(|_| InvalidSnapshot);
        let mut parts = snapshot.split(':');
        let (_lowest, next, running) = match (parts.next(), parts.next(), parts.next()) {
            (Some(lowest), Some(next), Some(running)) => (number(lowest)?, number(next)?, running),
            _ => return Err(InvalidSnapshot),
        };
        let running = running.split(',').filter(|text| !text.is_empty()).map(number);
        let mut running = running.collect::<Result<Vec<_>, _>>()?;
        running.sort_unstable();
        // From the first one that is not remembered, nothing counts as committed.
        let next = running.get(RUNNING_MAX).copied().unwrap_or(next);
        let running = running.into_iter().take(RUNNING_MAX).map(|xid| next.saturating_sub(xid)).collect();
        Ok(Self { next, running, own: Vec::new(), taken_at: taken_at.unix_timestamp() })
    }

    /// The snapshot in the spelling of PostgreSQL.
    #[must_use]
    pub fn snapshot(&self) -> String {
        let mut running: Vec<u64> = self.running.iter().map(|back| self.next.saturating_sub(*back)).collect();
        running.sort_unstable();
        let lowest = running.first().copied().unwrap_or(self.next);
        let running: Vec<String> = running.iter().map(ToString::to_string).collect();
        format!("{lowest}:{}:{}", self.next, running.join(","))
    }

    /// The own transactions, whose changes are known although the snapshot does not show them.
    #[must_use]
    pub fn own(&self) -> Vec<String> {
        self.own.iter().map(|on| self.lowest().saturating_add(*on).to_string()).collect()
    }

    /// Remembers an own transaction.
    pub fn add_own(&mut self, xid: u64) {
        if self.own.len() >= OWN_MAX {
            self.own.remove(0);
        }
        self.own.push(xid.saturating_sub(self.lowest()));
    }

    /// Whether the database can't have been there yet: it was set back since.
    #[must_use]
    pub const fn is_ahead_of(&self, now: &Self) -> bool {
        self.next > now.next
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp().saturating_sub(self.taken_at) > TOKEN_LIFETIME.whole_seconds()
    }

    fn lowest(&self) -> u64 {
        self.next.saturating_sub(self.running.iter().copied().max().unwrap_or(0))
    }
}

/// What a token holds. It is sealed before it leaves, so the names are short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncToken {
    /// [`TOKEN_VERSION`] of its making.
    #[serde(rename = "v")]
    pub version: u8,
    /// Whose it is.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Everything up to here is known to its holder.
    #[serde(rename = "s")]
    pub since: Point,
    /// While not all of it is told.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far a sync of several pages has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where the holder stands once all pages are told: where the database stood at the first one.
    #[serde(rename = "t")]
    pub target: Point,
    /// The last conversation that was told.
    #[serde(rename = "c")]
    pub after: ConversationId,
}

impl SyncToken {
    /// The token of somebody who knows everything up to `since`.
    #[must_use]
    pub const fn at(user_id: UserId, since: Point) -> Self {
        Self { version: TOKEN_VERSION, user_id, since, progress: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    /// Whether a snapshot shows a transaction.
    fn shows(snapshot: &str, xid: u64) -> bool {
        let parts: Vec<&str> = snapshot.split(':').collect();
        let next: u64 = parts[1].parse().unwrap();
        xid < next && !parts[2].split(',').any(|running| running == xid.to_string())
    }

    proptest! {
        #[test]
        fn a_point_shows_nothing_that_its_snapshot_did_not(
            lowest in 3_u64..1_000_000, running in prop::collection::btree_set(0_u64..200, 0..60), above in 0_u64..20,
        ) {
            let running: Vec<u64> = running.into_iter().map(|on| lowest + on).collect();
            let next = running.last().map_or(lowest, |last| last + 1) + above;
            let first = running.first().copied().unwrap_or(next);
            let texts: Vec<String> = running.iter().map(ToString::to_string).collect();
            let snapshot = format!("{first}:{next}:{}", texts.join(","));
            let point = Point::parse(&snapshot, NOW).unwrap();
            let kept = point.snapshot();
            for xid in lowest.saturating_sub(3)..next + 3 {
                prop_assert!(!shows(&kept, xid) || shows(&snapshot, xid), "{xid} of {snapshot} in {kept}");
            }
            if running.len() <= RUNNING_MAX {
                prop_assert_eq!(kept, snapshot);
            }
        }
    }

    #[test]
    fn own_transactions_are_remembered_the_latest_of_them() {
        let mut point = Point::parse("100:110:100,104", NOW).unwrap();
        for xid in 200..240 {
            point.add_own(xid);
        }
        let own = point.own();
        assert_eq!(
            (own.len(), own.first().unwrap().as_str(), own.last().unwrap().as_str()),
            (32, "208", "239")
        );
    }

    #[test]
    fn a_token_is_short_and_ends_after_thirty_days() {
        let running: Vec<String> = (0..60).map(|on| (9_000_000_000_u64 + on * 900).to_string()).collect();
        let snapshot = format!("9000000000:9000100000:{}", running.join(","));
        let mut point = Point::parse(&snapshot, NOW).unwrap();
        (0..60).for_each(|on| point.add_own(9_000_200_000 + on * 900));
        let id = "0190a5c6-7c1f-7000-8000-000000000001";
        let progress = Progress { target: point.clone(), after: id.parse().unwrap() };
        let token =
            SyncToken { progress: Some(progress), ..SyncToken::at(id.parse().unwrap(), point.clone()) };
        let sealed = pulse_types::CursorKey::new(&[7; 32]).seal("sync", &token);
        assert!(sealed.len() <= 2048, "{}", sealed.len());
        assert!(!point.is_over(NOW + TOKEN_LIFETIME));
        assert!(point.is_over(NOW + TOKEN_LIFETIME + Duration::SECOND));
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        for text in ["", "1", "1:2", "a:2:", "1:b:", "1:2:c"] {
            assert_eq!(Point::parse(text, NOW), Err(InvalidSnapshot), "{text}");
        }
    }
}
