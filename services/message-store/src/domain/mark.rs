//! Read and delivered marks: how far a member has come. They never move back.

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
            for seq in seqs {
                let moved = marks.read_up_to(seq, last_seq);
                prop_assert!(moved.read_seq >= marks.read_seq && moved.delivered_seq >= marks.delivered_seq);
                prop_assert!(moved.read_seq <= last_seq && moved.delivered_seq >= moved.read_seq);
                prop_assert_eq!(moved.unread_count(last_seq), last_seq - moved.read_seq);
                marks = moved;
            }
        }
    }
}
