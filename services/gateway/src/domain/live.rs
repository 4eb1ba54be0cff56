//! What happens in conversations while one looks on: data of the events of contract section 7 that are no whole object.

use pulse_types::{ConversationId, MessageId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::Role;
use crate::domain::message::Reaction;
use crate::domain::moment::Moment;
use crate::domain::user::UserLite;

/// A message was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageDeleted {
    /// Where it stands.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// The message.
    #[schema(value_type = uuid::Uuid)]
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Of the change.
    pub version: i64,
    /// When.
    pub deleted_at: Moment,
}

/// Somebody reacted to a message, or took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReactionUpdated {
    /// Where the message stands.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// The message.
    #[schema(value_type = uuid::Uuid)]
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Of the change.
    pub version: i64,
    /// Who did it.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// With what.
    pub emoji: String,
    /// Whether it stands now.
    pub active: bool,
    /// All that stand now, without `me`.
    pub reactions: Vec<Reaction>,
}

/// Somebody was added, has another role, or is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberChanged {
    /// Where.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// Of the change.
    pub version: i64,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// `null` when their account is gone.
    #[schema(required = true)]
    pub user: Option<UserLite>,
    /// What they may do, or might before they went.
    pub role: Role,
    /// Since when they are in, or were.
    pub joined_at: Moment,
    /// How many are in it now.
    pub member_count: u32,
    /// Whether every member hears it on the inbox plane, although the conversation plane has it too.
    #[serde(skip)]
    pub on_both_planes: bool,
}

/// Why somebody is not in a conversation any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// They left.
    Left,
    /// Somebody removed them.
    Removed,
    /// There is no such conversation any more.
    Deleted,
}

/// The user is not in a conversation any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConversationRemoved {
    /// Which one.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// Its version then.
    pub version: i64,
    /// Why.
    pub reason: RemovalReason,
}

/// A mark moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptUpdated {
    /// Where.
    #[schema(value_type = uuid::Uuid)]
    pub conversation_id: ConversationId,
    /// Whose mark it is.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// Everything up to this position has arrived.
    pub delivered_seq: i64,
    /// Everything up to this position is read; 0 when that is hidden.
    pub read_seq: i64,
}
