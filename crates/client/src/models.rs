//! Shapes of the contract. Fields that the service adds later are ignored.

mod account;

pub(crate) use account::{ExportStarted, LoginAnswer, RecoveryCodes, Redirection};
pub use account::{
    Identity, Me, MfaChallenge, NewAccount, Profile, Provider, SecurityEvent, Session, SessionInfo,
    TotpSecret,
};

use pulse_types::{ConversationId, FollowRequestId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// A person in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserLite {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    pub username: String,
    /// Their shown name.
    pub display_name: String,
    /// Their picture.
    pub avatar_url: Option<String>,
}

/// A person as the caller sees them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    pub username: String,
    /// Their shown name.
    pub display_name: String,
    /// What they say of themselves.
    pub bio: String,
    /// Absent for oneself.
    pub relationship: Option<Relationship>,
}

/// What is between the caller and a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Relationship {
    /// `none`, `requested` or `accepted`.
    pub following: String,
    /// The same in the other direction.
    pub followed_by: String,
    /// Both are accepted.
    pub connected: bool,
}

/// A request that waits for an answer.
#[derive(Debug, Clone, Deserialize)]
pub struct FollowRequest {
    /// Its id.
    pub id: FollowRequestId,
    /// The other one.
    pub user: User,
}

/// A conversation as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// `direct`, `group` or `room`.
    pub kind: String,
    /// `open` or `closed`.
    pub state: String,
    /// Position of the newest message.
    pub last_seq: i64,
    /// Count of durable changes.
    pub version: i64,
    /// The newest message.
    pub last_message: Option<Message>,
    /// The caller's part.
    pub my: Option<Membership>,
    /// The other one of a direct.
    pub peer: Option<User>,
}

/// The caller's part in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// Everything up to here is read.
    pub read_seq: i64,
    /// Everything up to here has arrived.
    pub delivered_seq: i64,
    /// `last_seq` minus `read_seq`.
    pub unread_count: i64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it stands.
    pub conversation_id: ConversationId,
    /// Its position.
    pub seq: i64,
    /// The conversation's version of its last change.
    pub version: i64,
    /// Who wrote it.
    pub sender: Option<UserLite>,
    /// What its sender named it.
    pub client_id: Option<Uuid>,
    /// `text` or `system`.
    pub kind: String,
    /// What it says.
    pub body: String,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was deleted.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub deleted_at: Option<OffsetDateTime>,
}

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReplyTo {
    /// Its id.
    pub id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Its first characters.
    pub excerpt: String,
}

/// A message to send.
#[derive(Debug, Clone, Serialize)]
pub struct NewMessage {
    /// Makes a repeat safe.
    pub client_id: Uuid,
    /// 1..4000 characters.
    pub body: String,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
}

impl NewMessage {
    /// A message with a `client_id` of its own.
    #[expect(clippy::disallowed_methods, reason = "a client makes its ids from nothing but chance")]
    pub fn new(body: impl Into<String>) -> Self {
        Self { client_id: Uuid::new_v4(), body: body.into(), reply_to: None }
    }
}

/// An accepted message.
#[derive(Debug, Clone)]
pub struct Sent {
    /// As it is stored.
    pub message: Message,
    /// Whether an earlier request had stored it.
    pub replayed: bool,
}

/// A page of a conversation's history, ascending by `seq`.
#[derive(Debug, Clone, Deserialize)]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<Message>,
    /// Whether older ones exist.
    pub has_before: bool,
    /// Whether newer ones exist.
    pub has_after: bool,
}

/// A member's marks after a change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Marks {
    /// Everything up to here has arrived.
    pub delivered_seq: i64,
    /// Everything up to here is read.
    pub read_seq: i64,
    /// Unread in this conversation.
    pub unread_count: i64,
    /// Unread in all.
    pub total_unread: i64,
}

/// Whether a person is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Presence {
    /// Who.
    pub user_id: UserId,
    /// `online`, `away`, `dnd`, `offline` or `unknown`.
    pub status: String,
}

/// Answer of a presence query.
#[derive(Debug, Deserialize)]
pub(crate) struct Presences {
    pub(crate) presences: Vec<Presence>,
}
