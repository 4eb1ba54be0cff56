//! How far a member has read (contract section 6).

use serde::Serialize;
use utoipa::ToSchema;

/// The caller's marks in a conversation after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Marks {
    /// Everything up to this position has arrived.
    pub delivered_seq: i64,
    /// Everything up to this position is read.
    pub read_seq: i64,
    /// What is left unread in the conversation.
    pub unread_count: i64,
    /// Unread messages that mention the caller.
    pub mention_count: i64,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
}
