//! Conversations and the caller's own part in them (contract section 5).

use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::message::Message;
use crate::domain::moment::Moment;
use crate::domain::user::{User, UserLite};

/// What a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two connected people.
    Direct,
    /// Private, by invitation.
    Group,
    /// Public.
    Room,
}

/// Not one of the kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind is direct, group or room")]
pub struct UnknownKind;

impl std::str::FromStr for ConversationKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "direct" => Ok(Self::Direct),
            "group" => Ok(Self::Group),
            "room" => Ok(Self::Room),
            _ => Err(UnknownKind),
        }
    }
}

/// Whether it takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// It does.
    Open,
    /// Readable, not writable.
    Closed,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything; one in a group or room.
    Owner,
    /// Manage members and texts.
    Admin,
    /// Read and write.
    Member,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// The person.
    pub user: UserLite,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Moment,
    /// The conversation's version of the last change of this member.
    #[schema(example = 4)]
    pub version: i64,
}

/// A conversation as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Conversation {
    /// The conversation's id.
    #[schema(value_type = uuid::Uuid)]
    pub id: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// `null` for directs and for groups without one.
    #[schema(required = true)]
    pub title: Option<String>,
    /// `null` when there is none.
    #[schema(required = true)]
    pub topic: Option<String>,
    /// `null` when there is none.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// Whether it takes messages.
    pub state: ConversationState,
    /// `null` for directs.
    #[schema(required = true, value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    /// How many are in it.
    pub member_count: u32,
    /// How many of them are online, without those who show nobody whether they are there; with one room or group and in the list
    /// of rooms, while presence is known. It may be some seconds old.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub online_count: Option<u32>,
    /// Position of the newest message; 0 before the first.
    pub last_seq: i64,
    /// Count of durable changes. Keep the object with the higher one.
    pub version: i64,
    /// `null` before the first message, and for those who are not members.
    #[schema(required = true)]
    pub last_message: Option<Message>,
    /// The caller's own part; `null` for those who are not members.
    #[schema(required = true)]
    pub my: Option<My>,
    /// The other one of a direct; `null` elsewhere, and when they may not be seen.
    #[schema(required = true)]
    pub peer: Option<User>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// The caller's own part in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct My {
    /// What the caller may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Moment,
    /// Everything up to this position is read.
    pub read_seq: i64,
    /// Everything up to this position has arrived.
    pub delivered_seq: i64,
    /// Always `last_seq` minus `read_seq`.
    pub unread_count: i64,
    /// Unread messages that mention the caller.
    pub mention_count: i64,
    /// `null` when not muted.
    #[schema(required = true)]
    pub muted_until: Option<Moment>,
    /// Marked by the caller.
    pub pinned: bool,
    /// Out of the inbox.
    pub archived: bool,
}
