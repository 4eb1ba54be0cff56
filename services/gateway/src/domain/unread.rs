//! What is unread in a conversation, as its member is told on each change (contract section 7).

use pulse_types::ConversationId;
use serde::Serialize;
use utoipa::ToSchema;

/// Data of `unread.updated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unread {
    /// Where.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// Position of the newest message.
    pub last_seq: i64,
    /// The conversation's version.
    pub version: i64,
    /// Everything up to this position is read.
    pub read_seq: i64,
    /// Always `last_seq` minus `read_seq`.
    pub unread_count: i64,
    /// Unread messages that mention the member.
    pub mention_count: i64,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
}
