//! Conversations and messages.

use pulse_types::{AttachmentId, ConversationId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{User, UserLite};

/// A conversation as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// `direct`, `group` or `room`.
    pub kind: String,
    /// Absent for directs and for groups without one.
    pub title: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Its picture.
    pub avatar_url: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    /// Absent for directs.
    pub owner_id: Option<UserId>,
    /// How many are in it.
    pub member_count: u32,
    /// How many of them are online, where that is told.
    pub online_count: Option<u32>,
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
    /// Unread messages that mention the caller.
    pub mention_count: i64,
    /// Until when the caller is not told of it.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub muted_until: Option<OffsetDateTime>,
    /// Marked by the caller.
    pub pinned: bool,
    /// Out of the inbox.
    pub archived: bool,
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
    /// Whom it mentions.
    pub mentions: Vec<UserId>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// How people reacted.
    pub reactions: Vec<Reaction>,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last edited.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub edited_at: Option<OffsetDateTime>,
    /// When it was deleted.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub deleted_at: Option<OffsetDateTime>,
    /// What happened, with system messages.
    pub system: Option<SystemNote>,
}

/// One emoji and how many chose it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// How many chose it.
    pub count: u32,
    /// Whether the caller did; absent in events.
    pub me: Option<bool>,
}

/// Answer of a reaction.
#[derive(Debug, Deserialize)]
pub(crate) struct Reactions {
    pub(crate) reactions: Vec<Reaction>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// As it was named by who sent it.
    pub name: String,
    /// As it was found to be.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels, of images.
    pub width: Option<u32>,
    /// Pixels, of images.
    pub height: Option<u32>,
    /// Works without a token for a while.
    pub url: String,
    /// A small picture of it.
    pub thumbnail_url: Option<String>,
}

/// What a system message tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SystemNote {
    /// `created`, `member_added`, `member_removed`, `member_left`, `role_changed`, `renamed`, `topic_changed`,
    /// `transferred`, `closed` or `reopened`.
    pub event: String,
    /// Who did it.
    pub actor: Option<UserLite>,
    /// To whom.
    pub user: Option<UserLite>,
    /// The new title.
    pub title: Option<String>,
    /// The new topic.
    pub topic: Option<String>,
    /// The new role.
    pub role: Option<String>,
}

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReplyTo {
    /// Its id.
    pub id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Who wrote it.
    pub sender_id: Option<UserId>,
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
    /// Uploads that were not used yet, at most 10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<AttachmentId>,
}

impl NewMessage {
    /// A message with a `client_id` of its own.
    #[expect(clippy::disallowed_methods, reason = "a client makes its ids from nothing but chance")]
    pub fn new(body: impl Into<String>) -> Self {
        Self { client_id: Uuid::new_v4(), body: body.into(), reply_to: None, attachment_ids: Vec::new() }
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
    /// Unread messages in it that mention the caller.
    pub mention_count: i64,
    /// Unread in all.
    pub total_unread: i64,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// The person.
    pub user: UserLite,
    /// `owner`, `admin` or `member`.
    pub role: String,
    /// The conversation's version of the last change of this member.
    pub version: i64,
}

/// A conversation to make.
#[derive(Debug, Clone, Serialize)]
pub struct NewConversation {
    /// `direct`, `group` or `room`.
    pub kind: &'static str,
    /// 1..80 characters; rooms need one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At most 250 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Connected people.
    pub member_ids: Vec<UserId>,
    /// Makes a repeat safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
}

impl NewConversation {
    /// A group of these people and the caller.
    #[must_use]
    pub const fn group(title: Option<String>, member_ids: Vec<UserId>) -> Self {
        Self { kind: "group", title, topic: None, member_ids, client_id: None }
    }

    /// A room that the caller owns.
    #[must_use]
    pub fn room(title: impl Into<String>) -> Self {
        Self { kind: "room", title: Some(title.into()), topic: None, member_ids: Vec::new(), client_id: None }
    }
}

/// Changes of a conversation; what is absent stays, an inner `None` clears.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ConversationChange {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<Option<String>>,
    /// Its picture: an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_attachment_id: Option<Option<AttachmentId>>,
}

/// Changes of what the caller chose; what is absent stays.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MembershipChange {
    /// RFC 3339; the inner `None` ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Option<String>>,
    /// Marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Out of the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// An earlier body of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Edit {
    /// What it said.
    pub body: String,
    /// The conversation's version at which that was written.
    pub version: i64,
}

/// Whether a message has reached somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MessageReceipt {
    /// The person.
    pub user: UserLite,
    /// It has arrived.
    pub delivered: bool,
    /// They have read it, as far as that is shown.
    pub read: bool,
}

/// How far a member has come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// The member.
    pub user_id: UserId,
    /// Everything up to here has arrived.
    pub delivered_seq: i64,
    /// Everything up to here is read, as far as that is shown.
    pub read_seq: i64,
}

/// What a client needs that opens a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Opened {
    /// Count of durable changes.
    pub version: i64,
    /// Position of the newest message.
    pub last_seq: i64,
    /// How many members are online, where that is told.
    pub online_count: Option<u32>,
    /// Who is typing.
    pub typing: Vec<UserId>,
    /// How far the others have come.
    pub receipts: Vec<Receipt>,
}
