//! How a person is shown, and pairs of people.

use pulse_types::UserId;

/// What is shown of a person beside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who it is.
    pub user_id: UserId,
    /// Lower case, unique.
    pub username: String,
    /// 1..64 characters.
    pub display_name: String,
    /// Empty when there is no picture.
    pub avatar_url: String,
}

/// Two different people, the smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The smaller id.
    pub low: UserId,
    /// The larger id.
    pub high: UserId,
}

impl Pair {
    /// The pair of two people in any order; `None` when they are one.
    #[must_use]
    pub fn of(first: UserId, second: UserId) -> Option<Self> {
        match first.cmp(&second) {
            std::cmp::Ordering::Less => Some(Self { low: first, high: second }),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Self { low: second, high: first }),
        }
    }

    /// Both.
    #[must_use]
    pub const fn both(&self) -> [UserId; 2] {
        [self.low, self.high]
    }
}

/// A person, as social-graph tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// How they are shown.
    pub person: Person,
    /// Whether others see what they have read, and the other way round.
    pub sends_read_receipts: bool,
    /// BCP 47 tag: in which language their messages are searched.
    pub locale: String,
    /// Whether others may see that they are there.
    pub shows_presence: bool,
    /// Number of the last change of all this.
    pub version: i64,
}

/// What is between two people, as social-graph tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The two.
    pub pair: Pair,
    /// Whether both follow one another.
    pub is_connected: bool,
    /// Whether the one with the smaller id blocks the other one, who then may not see them.
    pub low_blocks: bool,
    /// The same the other way round.
    pub high_blocks: bool,
    /// Number of the last change of all this; 0 when nothing was told.
    pub version: i64,
}

impl Connection {
    /// Whether one of the two may not see the other one.
    #[must_use]
    pub fn is_hidden_from(&self, user_id: UserId) -> bool {
        if user_id == self.pair.low { self.high_blocks } else { self.low_blocks }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn a_pair_has_one_spelling(first in any::<u128>(), second in any::<u128>()) {
            let [first, second] = [first, second].map(|id| UserId::from_uuid(Uuid::from_u128(id)));
            prop_assert_eq!(Pair::of(first, second), Pair::of(second, first));
            prop_assert_eq!(Pair::of(first, first), None);
        }

        #[test]
        fn the_blocked_one_alone_does_not_see_the_other(first in any::<u128>(), second in any::<u128>()) {
            let [first, second] = [first, second].map(|id| UserId::from_uuid(Uuid::from_u128(id)));
            let Some(pair) = Pair::of(first, second) else { return Ok(()) };
            let (low_blocks, high_blocks) = (first == pair.low, second == pair.low);
            let blocked = Connection { pair, is_connected: false, low_blocks, high_blocks, version: 1 };
            prop_assert!(blocked.is_hidden_from(second) && !blocked.is_hidden_from(first));
        }
    }
}
