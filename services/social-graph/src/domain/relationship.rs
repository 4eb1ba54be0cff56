//! What is between two people: who follows, blocks and mutes whom, and how that changes.
//!
//! Everything here is as one of the two sees it; [`Relationship::mirrored`] is what the other one sees.

use pulse_types::{FollowRequestId, UserId};

use super::settings::{FollowPolicy, WhoCanFollow};

/// One direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FollowState {
    /// Nothing.
    #[default]
    None,
    /// Asked for, not yet answered.
    Requested,
    /// Following.
    Accepted,
}

/// Both directions. While one follow is requested the other one is none: whoever asks back has answered. While one of the
/// two blocks the other one, neither follows nor asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relationship {
    /// From the one who looks to the other one.
    pub following: FollowState,
    /// From the other one.
    pub followed_by: FollowState,
    /// The one who looks blocks the other one.
    pub blocking: bool,
    /// The other one blocks the one who looks, who then may not see them. Never told.
    pub blocked_by: bool,
    /// The one who looks mutes the other one.
    pub muting: bool,
    /// The other one mutes the one who looks. Never told.
    pub muted_by: bool,
}

/// Why nobody is followed or asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowRefused {
    /// The other one lets nobody ask.
    #[error("this person lets nobody follow them")]
    ByPolicy,
    /// The one who asks blocks them.
    #[error("you block this person; end the block first")]
    Blocking,
}

impl Relationship {
    /// Between people who follow one another.
    pub const CONNECTED: Self = Self {
        following: FollowState::Accepted,
        followed_by: FollowState::Accepted,
        blocking: false,
        blocked_by: false,
        muting: false,
        muted_by: false,
    };

    /// As the other one sees it.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self {
            following: self.followed_by,
            followed_by: self.following,
            blocking: self.blocked_by,
            blocked_by: self.blocking,
            muting: self.muted_by,
            muted_by: self.muting,
        }
    }

    /// Whether the one who looks may see the other one.
    #[must_use]
    pub const fn is_visible(self) -> bool {
        !self.blocked_by
    }

    /// Whether one of the two blocks the other one.
    #[must_use]
    pub const fn has_block(self) -> bool {
        self.blocking || self.blocked_by
    }

    /// Both follow one another.
    #[must_use]
    pub fn is_connected(self) -> bool {
        self.following == FollowState::Accepted && self.followed_by == FollowState::Accepted
    }

    /// The one who looks asks to follow the other one, whose policy it is. Repeating it changes nothing; requests that
    /// cross are both accepted; whoever is followed by the asked one is accepted at once.
    ///
    /// # Errors
    /// [`FollowRefused`] when the one who looks blocks the other one, or the other one lets nobody ask and neither follows
    /// nor has asked the one who looks.
    pub fn follow(self, policy: FollowPolicy) -> Result<Self, FollowRefused> {
        if self.has_block() {
            return Err(FollowRefused::Blocking);
        }
        if self.following != FollowState::None {
            return Ok(self);
        }
        match self.followed_by {
            FollowState::Requested | FollowState::Accepted => {
                Ok(Self { following: FollowState::Accepted, followed_by: FollowState::Accepted, ..self })
            }
            FollowState::None if policy.who_can_follow == WhoCanFollow::Nobody => {
                Err(FollowRefused::ByPolicy)
            }
            FollowState::None if policy.approve_follows => {
                Ok(Self { following: FollowState::Requested, ..self })
            }
            FollowState::None => Ok(Self { following: FollowState::Accepted, ..self }),
        }
    }

    /// The one who looks ends their follow or takes their request back.
    #[must_use]
    pub const fn unfollow(self) -> Self {
        Self { following: FollowState::None, ..self }
    }

    /// The one who looks accepts the other one's request, and follows back if they wish. `None` when nothing waits.
    #[must_use]
    pub fn accept(self, follow_back: bool) -> Option<Self> {
        if self.followed_by != FollowState::Requested {
            return None;
        }
        let following = if follow_back { FollowState::Accepted } else { self.following };
        Some(Self { following, followed_by: FollowState::Accepted, ..self })
    }

    /// The one who looks declines the other one's request. `None` when nothing waits.
    #[must_use]
    pub fn decline(self) -> Option<Self> {
        (self.followed_by == FollowState::Requested)
            .then_some(Self { followed_by: FollowState::None, ..self })
    }

    /// The one who looks ends the other one's follow, or declines their request.
    #[must_use]
    pub const fn remove_follower(self) -> Self {
        Self { followed_by: FollowState::None, ..self }
    }

    /// The one who looks blocks the other one: both follows and requests end.
    #[must_use]
    pub const fn block(self) -> Self {
        Self { following: FollowState::None, followed_by: FollowState::None, blocking: true, ..self }
    }

    /// The one who looks ends their block; what it ended stays ended.
    #[must_use]
    pub const fn unblock(self) -> Self {
        Self { blocking: false, ..self }
    }

    /// The one who looks mutes the other one, or ends that.
    #[must_use]
    pub const fn mute(self, muting: bool) -> Self {
        Self { muting, ..self }
    }

    /// What both may know of: all but mutes.
    #[must_use]
    pub const fn without_mutes(self) -> Self {
        Self { muting: false, muted_by: false, ..self }
    }
}

/// Two different people, the smaller id first: the key of all that is between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The pair of two people in any order; `None` when they are one.
    #[must_use]
    pub fn of(one: UserId, other: UserId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { low: one, high: other }),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Self { low: other, high: one }),
        }
    }

    /// The one with the smaller id.
    #[must_use]
    pub const fn low(self) -> UserId {
        self.low
    }

    /// The one with the greater id.
    #[must_use]
    pub const fn high(self) -> UserId {
        self.high
    }
}

/// What is stored between two people, as one of them sees it, with the ids of what waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Between {
    /// Both directions.
    pub relationship: Relationship,
    /// Their own request, while it waits.
    pub outgoing_request_id: Option<FollowRequestId>,
    /// The other one's request, while it waits.
    pub incoming_request_id: Option<FollowRequestId>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Follow(FollowPolicy),
        Unfollow,
        Accept(bool),
        Decline,
        RemoveFollower,
        Block,
        Unblock,
        Mute(bool),
    }

    fn policy() -> impl Strategy<Value = FollowPolicy> {
        (any::<bool>(), any::<bool>()).prop_map(|(everyone, approve_follows)| FollowPolicy {
            who_can_follow: if everyone { WhoCanFollow::Everyone } else { WhoCanFollow::Nobody },
            approve_follows,
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            policy().prop_map(Step::Follow),
            Just(Step::Unfollow),
            any::<bool>().prop_map(Step::Accept),
            Just(Step::Decline),
            Just(Step::RemoveFollower),
            Just(Step::Block),
            Just(Step::Unblock),
            any::<bool>().prop_map(Step::Mute),
        ]
    }

    /// What a step by the one who looks leads to; a refused step changes nothing.
    fn after(before: Relationship, step: Step) -> Relationship {
        match step {
            Step::Follow(policy) => before.follow(policy).unwrap_or(before),
            Step::Unfollow => before.unfollow(),
            Step::Accept(follow_back) => before.accept(follow_back).unwrap_or(before),
            Step::Decline => before.decline().unwrap_or(before),
            Step::RemoveFollower => before.remove_follower(),
            Step::Block => before.block(),
            Step::Unblock => before.unblock(),
            Step::Mute(muting) => before.mute(muting),
        }
    }

    fn reached(steps: &[(bool, Step)]) -> Relationship {
        steps.iter().fold(Relationship::default(), |now, (by_first, step)| match by_first {
            true => after(now, *step),
            false => after(now.mirrored(), *step).mirrored(),
        })
    }

    proptest! {
        #[test]
        fn whatever_two_people_do_a_request_never_meets_another_direction(
            steps in prop::collection::vec((any::<bool>(), step()), 0..40)
        ) {
            let now = reached(&steps);
            for seen in [now, now.mirrored()] {
                let is_pending = seen.following == FollowState::Requested;
                prop_assert!(!is_pending || seen.followed_by == FollowState::None, "{seen:?}");
            }
        }

        #[test]
        fn while_one_blocks_the_other_nobody_follows_or_asks(
            steps in prop::collection::vec((any::<bool>(), step()), 0..40)
        ) {
            let now = reached(&steps);
            let is_bare = now.following == FollowState::None && now.followed_by == FollowState::None;
            prop_assert!(!now.has_block() || is_bare, "{now:?}");
            prop_assert_eq!(now.is_visible(), !now.mirrored().blocking);
        }

        #[test]
        fn a_mute_changes_nothing_else(
            steps in prop::collection::vec((any::<bool>(), step()), 0..40), muting in any::<bool>()
        ) {
            let now = reached(&steps);
            prop_assert_eq!(now.mute(muting).without_mutes(), now.without_mutes());
            prop_assert_eq!(now.mute(muting).muting, muting);
        }

        #[test]
        fn both_see_the_same_from_two_sides(steps in prop::collection::vec((any::<bool>(), step()), 0..40)) {
            let swapped: Vec<_> = steps.iter().map(|(by_first, step)| (!by_first, *step)).collect();
            let now = reached(&steps);
            prop_assert_eq!(reached(&swapped), now.mirrored());
            prop_assert_eq!(now.mirrored().mirrored(), now);
            prop_assert_eq!(now.is_connected(), now.mirrored().is_connected());
        }

        #[test]
        fn repeating_a_step_changes_nothing_more(
            steps in prop::collection::vec((any::<bool>(), step()), 0..40), last in step()
        ) {
            let once = after(reached(&steps), last);
            prop_assert_eq!(after(once, last), once);
        }

        #[test]
        fn requests_that_cross_connect_in_either_order(first in policy(), second in policy()) {
            let nothing = Relationship::default();
            // Each is asked under their own policy; a refusal leaves nothing to cross.
            let Ok(asked) = nothing.follow(second) else { return Ok(()) };
            let crossed = asked.mirrored().follow(first).expect("a person who was asked may ask");
            prop_assert!(crossed.is_connected());
        }

        #[test]
        fn unfollowing_leaves_the_other_direction(steps in prop::collection::vec((any::<bool>(), step()), 0..40)) {
            let now = reached(&steps);
            prop_assert_eq!(now.unfollow().followed_by, now.followed_by);
            prop_assert_eq!(now.unfollow().following, FollowState::None);
        }
    }

    const OPEN: FollowPolicy =
        FollowPolicy { who_can_follow: WhoCanFollow::Everyone, approve_follows: false };
    const ASKING: FollowPolicy =
        FollowPolicy { who_can_follow: WhoCanFollow::Everyone, approve_follows: true };
    const CLOSED: FollowPolicy = FollowPolicy { who_can_follow: WhoCanFollow::Nobody, approve_follows: true };

    #[test]
    fn the_policy_decides_over_a_first_request() {
        let nothing = Relationship::default();
        assert_eq!(nothing.follow(OPEN).map(|now| now.following), Ok(FollowState::Accepted));
        assert_eq!(nothing.follow(ASKING).map(|now| now.following), Ok(FollowState::Requested));
        assert_eq!(nothing.follow(CLOSED), Err(FollowRefused::ByPolicy));
        assert_eq!(nothing.block().follow(OPEN), Err(FollowRefused::Blocking));
    }

    #[test]
    fn whoever_is_followed_is_accepted_at_once_even_by_a_closed_person() {
        let followed = Relationship { followed_by: FollowState::Accepted, ..Relationship::default() };
        assert!(followed.follow(CLOSED).is_ok_and(Relationship::is_connected));
    }

    #[test]
    fn a_request_is_answered_once() {
        let asked = Relationship { followed_by: FollowState::Requested, ..Relationship::default() };
        let accepted = asked.accept(false).expect("a request waits");
        assert_eq!(accepted, Relationship { followed_by: FollowState::Accepted, ..Relationship::default() });
        assert_eq!(accepted.accept(true), None);
        assert_eq!(accepted.decline(), None);
        assert!(asked.accept(true).expect("a request waits").is_connected());
        assert_eq!(asked.decline(), Some(Relationship::default()));
    }
}
