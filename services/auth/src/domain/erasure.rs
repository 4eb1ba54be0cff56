//! The saga of a deleted account: which steps there are, in which order, and when one is tried again.

use std::time::Duration;

use pulse_types::UserId;

/// Pause before the second attempt; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// One step; each may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Profile, follows and requests.
    SocialGraph,
    /// How the person is shown beside messages, memberships, and the messages if that was asked for.
    MessageStore,
    /// Events of the account that the stream still holds.
    Events,
}

impl Step {
    /// All, in their order: who is shown goes before what they wrote, so that nobody sees a person without a past.
    pub const ALL: &'static [Self] = &[Self::SocialGraph, Self::MessageStore, Self::Events];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SocialGraph => "social_graph",
            Self::MessageStore => "message_store",
            Self::Events => "events",
        }
    }
}

/// An account that is being erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Whose account it was.
    pub user_id: UserId,
    /// Whether messages become deleted ones.
    pub erase_messages: bool,
    /// Names of the steps that are done.
    pub done: Vec<String>,
    /// How often it was taken up, this time included; from 1.
    pub attempts: u32,
}

impl Erasure {
    /// The steps that are not done, in their order.
    pub fn remaining(&self) -> impl Iterator<Item = Step> + '_ {
        Step::ALL.iter().copied().filter(|step| !self.done.iter().any(|done| done == step.as_str()))
    }
}

/// How long to wait after so many attempts.
#[must_use]
pub fn pause_after(attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn what_is_done_is_left_out_and_the_order_stays() {
        let mut erasure = Erasure {
            user_id: UserId::new(&SystemClock),
            erase_messages: true,
            done: Vec::new(),
            attempts: 1,
        };
        assert_eq!(erasure.remaining().collect::<Vec<_>>(), Step::ALL);
        erasure.done = vec!["message_store".to_owned()];
        assert_eq!(erasure.remaining().collect::<Vec<_>>(), [Step::SocialGraph, Step::Events]);
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause_after(1), Duration::from_secs(1));
        assert_eq!(pause_after(4), Duration::from_secs(8));
        assert_eq!(pause_after(10), LONGEST_PAUSE);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
