//! Pages of history. Positions are dense, so a page is a range of them, at any depth.

use time::OffsetDateTime;

use crate::domain::message::Message;

/// Messages of the newest page that is kept for all who read it.
pub const LATEST_MAX: i64 = 50;

/// Which state of a conversation's history something shows. No two states have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    /// The conversation's version.
    pub version: i64,
    /// The transaction that changed its head last: what an erasure takes out of messages has no version of its own.
    pub changed_xid: i64,
    /// When the database server was started. One that took the place of another, or was set back, and lacks the last
    /// transactions gives their numbers to others.
    pub server_started_at: OffsetDateTime,
}

/// The newest messages of a history as nobody in particular sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Of which state.
    pub label: Label,
    /// Ascending; at most [`LATEST_MAX`], and fewer only when there are no more.
    pub messages: Vec<Message>,
}

/// Which page of a history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The newest.
    Latest,
    /// The one that ends before this position.
    Before(i64),
    /// The one that begins after this position.
    After(i64),
    /// The one with this position in its middle.
    Around(i64),
}

/// What a page of a history is asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A position.
    Position(Position),
    /// The page with the first message in its middle that is not older; when all are, the newest.
    At(OffsetDateTime),
}

/// A range of positions, both ends included, and whether there is more on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First position; above `last` when the page is empty.
    pub first: i64,
    /// Last position.
    pub last: i64,
    /// Whether messages stand before the page.
    pub has_before: bool,
    /// Whether messages stand after the page.
    pub has_after: bool,
}

impl Window {
    /// The page of at most `limit` positions in a history that ends at `last_seq`.
    #[must_use]
    pub fn of(position: Position, limit: i64, last_seq: i64) -> Self {
        let (first, last) = match position {
            Position::Latest => (last_seq - limit + 1, last_seq),
            Position::Before(seq) => {
                let last = seq.saturating_sub(1).min(last_seq);
                (last.saturating_sub(limit - 1), last)
            }
            Position::After(seq) => {
                let first = seq.clamp(0, last_seq) + 1;
                (first, first + limit - 1)
            }
            Position::Around(seq) => {
                let first = seq.clamp(1, last_seq.max(1)) - (limit - 1) / 2;
                (first, first + limit - 1)
            }
        };
        let (first, last) = (first.max(1), last.min(last_seq));
        Self { first, last, has_before: first > 1 && last_seq > 0, has_after: last < last_seq }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positions() -> impl Strategy<Value = Position> {
        let seq = prop_oneof![0_i64..400, Just(i64::MAX)];
        prop_oneof![
            Just(Position::Latest),
            seq.clone().prop_map(Position::Before),
            seq.clone().prop_map(Position::After),
            seq.prop_map(Position::Around),
        ]
    }

    fn seqs(window: Window) -> Vec<i64> {
        (window.first..=window.last).collect()
    }

    proptest! {
        #[test]
        fn a_page_lies_in_the_history_and_tells_what_is_left(
            position in positions(), limit in 1_i64..=100, last_seq in 0_i64..300,
        ) {
            let window = Window::of(position, limit, last_seq);
            let page = seqs(window);
            prop_assert!(page.len() <= limit as usize);
            prop_assert!(page.iter().all(|seq| (1..=last_seq).contains(seq)));
            if let (Some(first), Some(last)) = (page.first(), page.last()) {
                prop_assert_eq!(window.has_before, *first > 1);
                prop_assert_eq!(window.has_after, *last < last_seq);
            }
            match position {
                Position::Before(seq) => prop_assert!(page.iter().all(|item| *item < seq)),
                Position::After(seq) => prop_assert!(page.iter().all(|item| *item > seq)),
                Position::Around(seq) if (1..=last_seq).contains(&seq) => prop_assert!(page.contains(&seq)),
                Position::Around(_) | Position::Latest => {}
            }
        }

        #[test]
        fn paging_in_either_direction_shows_everything_once(limit in 1_i64..=100, last_seq in 0_i64..300) {
            let everything: Vec<i64> = (1..=last_seq).collect();
            let mut forward = Vec::new();
            let mut position = Position::After(0);
            loop {
                let window = Window::of(position, limit, last_seq);
                forward.extend(seqs(window));
                if !window.has_after { break; }
                position = Position::After(window.last);
            }
            prop_assert_eq!(&forward, &everything);

            let mut backward = Vec::new();
            let mut position = Position::Latest;
            loop {
                let window = Window::of(position, limit, last_seq);
                backward.splice(0..0, seqs(window));
                if !window.has_before { break; }
                position = Position::Before(window.first);
            }
            prop_assert_eq!(&backward, &everything);
        }
    }
}
