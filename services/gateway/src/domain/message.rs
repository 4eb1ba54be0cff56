//! Messages (contract section 6).

use pulse_types::{AttachmentId, ConversationId, MessageId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::moment::Moment;
use crate::domain::user::UserLite;

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A person.
    Text,
    /// The service: a member came, a title changed.
    System,
}

/// One message as every member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// The message's id.
    #[schema(value_type = Uuid)]
    pub id: MessageId,
    /// Where it stands.
    #[schema(value_type = Uuid)]
    pub conversation_id: ConversationId,
    /// Position in the conversation: from 1, dense, never reused.
    #[schema(example = 1)]
    pub seq: i64,
    /// The conversation's version of the last change of this message.
    #[schema(example = 2)]
    pub version: i64,
    /// `null` for system messages and people who are gone.
    #[schema(required = true)]
    pub sender: Option<UserLite>,
    /// What the sender named it; `null` for system messages.
    #[schema(required = true)]
    pub client_id: Option<String>,
    /// Who wrote it.
    pub kind: MessageKind,
    /// Empty once deleted.
    #[schema(example = "Shall we meet at the station?")]
    pub body: String,
    /// The message it answers.
    #[schema(required = true)]
    pub reply_to: Option<ReplyTo>,
    /// The people it mentions.
    #[schema(value_type = Vec<Uuid>)]
    pub mentions: Vec<UserId>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// How people reacted.
    pub reactions: Vec<Reaction>,
    /// When it was accepted.
    pub created_at: Moment,
    /// `null` when never edited.
    #[schema(required = true)]
    pub edited_at: Option<Moment>,
    /// `null` unless deleted.
    #[schema(required = true)]
    pub deleted_at: Option<Moment>,
    /// What happened, with system messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub system: Option<SystemNote>,
}

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplyTo {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: MessageId,
    /// Its position.
    pub seq: i64,
    /// `null` when the sender is gone.
    #[schema(required = true, value_type = Option<Uuid>)]
    pub sender_id: Option<UserId>,
    /// The first 120 characters; empty once it is deleted.
    pub excerpt: String,
}

/// One emoji and how many chose it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reaction {
    /// One emoji.
    #[schema(example = "👍")]
    pub emoji: String,
    /// How many chose it.
    pub count: u32,
    /// Whether the caller did; absent in events, which are the same for every reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub me: Option<bool>,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attachment {
    /// The file's id.
    pub id: Uuid,
    /// As it was named by who sent it.
    pub name: String,
    /// As it was found to be, not as it was declared.
    #[schema(example = "image/png")]
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels; of images.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub width: Option<u32>,
    /// Pixels; of images.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub height: Option<u32>,
    /// Signed: works without a token until `url_expires_at`.
    pub url: String,
    /// A small picture of it, signed too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thumbnail_url: Option<String>,
    /// When the addresses end.
    pub url_expires_at: Moment,
}

/// What happened in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemEvent {
    /// A group was made.
    Created,
    /// `actor` added `user`.
    MemberAdded,
    /// `actor` removed `user`.
    MemberRemoved,
    /// `user` left.
    MemberLeft,
    /// `actor` gave `user` another role.
    RoleChanged,
    /// There is another title, or none.
    Renamed,
    /// There is another topic, or none.
    TopicChanged,
    /// `user` is the owner now; `actor` was.
    Transferred,
    /// Readable, not writable any more.
    Closed,
    /// Writable again.
    Reopened,
}

/// What a system message tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SystemNote {
    /// What happened.
    pub event: SystemEvent,
    /// Who did it; `null` when they are gone.
    #[schema(required = true)]
    pub actor: Option<UserLite>,
    /// To whom; `null` when to nobody, or they are gone.
    #[schema(required = true)]
    pub user: Option<UserLite>,
    /// The new title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// The new topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub topic: Option<String>,
    /// The new role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<String>,
}

/// A message to be sent, by REST or socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// Where to.
    pub conversation_id: ConversationId,
    /// Made by the client; makes a repeat safe.
    pub client_id: Uuid,
    /// As it was sent; message-store trims it and checks its length.
    pub body: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Uploads of the caller that were not used yet.
    pub attachment_ids: Vec<AttachmentId>,
}

/// An earlier body of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Edit {
    /// What it said.
    #[schema(example = "Shall we meet at the sation?")]
    pub body: String,
    /// The conversation's version at which that was written.
    #[schema(example = 2)]
    pub version: i64,
    /// When that was written.
    pub written_at: Moment,
}

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// As it is now.
    pub message: Message,
    /// It had been stored by an earlier request.
    pub replayed: bool,
}
