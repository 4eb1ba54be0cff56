//! Read and delivered marks: how far a member has come. They never move back.

/// Members above whose number nobody sees how far the others have come.
pub const RECEIPTS_MEMBERS_MAX: i32 = 256;

/// A member's marks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Everything up to this position is read.
    pub read_seq: i64,
    /// Everything up to this position has arrived; never below `read_seq`.
    pub delivered_seq: i64,
}

impl Marks {
    /// The marks after reading up to `seq`, in a conversation that ends at `last_seq`.
    #[must_use]
    pub fn read_up_to(self, seq: i64, last_seq: i64) -> Self {
        let read_seq = self.read_seq.max(seq.min(last_seq));
        Self { read_seq, delivered_seq: self.delivered_seq.max(read_seq) }
    }

    /// The marks after everything up to `seq` has arrived, in a conversation that ends at `last_seq`.
    #[must_use]
    pub fn delivered_up_to(self, seq: i64, last_seq: i64) -> Self {
        Self { delivered_seq: self.delivered_seq.max(seq.min(last_seq)), ..self }
    }

    /// What others see of them.
    #[must_use]
    pub const fn shown(self, shows_read: bool) -> Self {
        Self { read_seq: if shows_read { self.read_seq } else { 0 }, ..self }
    }

    /// How many messages are unread.
    #[must_use]
    pub fn unread_count(self, last_seq: i64) -> i64 {
        (last_seq - self.read_seq).max(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_never_move_back_nor_beyond_the_end(last_seq in 0_i64..1000, seqs in prop::collection::vec(0_i64..2000, 0..20)) {
            let mut marks = Marks::default();
            for (index, seq) in seqs.into_iter().enumerate() {
                let moved = match index % 2 {
                    0 => marks.delivered_up_to(seq, last_seq),
                    _ => marks.read_up_to(seq, last_seq),
                };
                prop_assert!(moved.read_seq >= marks.read_seq && moved.delivered_seq >= marks.delivered_seq);
                prop_assert!(moved.read_seq <= last_seq && moved.delivered_seq >= moved.read_seq);
                prop_assert_eq!(moved.unread_count(last_seq), last_seq - moved.read_seq);
                marks = moved;
            }
        }
    }
}
