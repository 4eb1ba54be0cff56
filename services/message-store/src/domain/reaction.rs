//! Reactions: one emoji of one person on one message.

/// One emoji on a message, and how many chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Fully qualified.
    pub emoji: String,
    /// From 1.
    pub count: u32,
    /// Whether the one who looks did; false where there is nobody.
    pub is_mine: bool,
}
