//! How far messages have reached people (contract section 6).

use pulse_types::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::user::UserLite;

/// Whether a message has reached somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageReceipt {
    /// The person.
    pub user: UserLite,
    /// It has arrived on one of their devices.
    pub delivered: bool,
    /// They have read it; `false` when one of the two hides that.
    pub read: bool,
}

/// How far a member has come, as others may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// The member.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// Everything up to this position has arrived.
    pub delivered_seq: i64,
    /// Everything up to this position is read; 0 when one of the two hides that.
    pub read_seq: i64,
}

/// The conversation plane as it stands: what a client needs that opens a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenConversation {
    /// Count of durable changes.
    #[schema(example = 7)]
    pub version: i64,
    /// Position of the newest message; 0 before the first.
    #[schema(example = 3)]
    pub last_seq: i64,
    /// How many members are online, without those who show nobody whether they are there; while presence is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online_count: Option<u32>,
    /// Who is typing.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub typing: Vec<UserId>,
    /// How far the others have come; empty in conversations above the size of a group.
    pub receipts: Vec<Receipt>,
}
