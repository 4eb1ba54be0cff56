//! Where a conversation stands for one person.

use pulse_types::{ConversationId, UserId};

/// Where a conversation stands for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its version; of one who is not in any more that of the departure.
    pub version: i64,
    /// How many members it has; 0 for one who is not in any more.
    pub member_count: i32,
    /// Whether the person is not in it any more.
    pub is_gone: bool,
}
