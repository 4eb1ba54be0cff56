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
    }
}
