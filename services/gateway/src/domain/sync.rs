//! What changed for somebody since they last looked, and what a search found (contract section 6).

use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::{Conversation, Member};
use crate::domain::message::Message;

/// A conversation that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConversationSync {
    /// As it is now.
    pub conversation: Conversation,
    /// The new and changed messages, the latest 50 of them, by `seq`.
    pub messages: Vec<Message>,
    /// More changed than is shown: ask for the changes of the conversation.
    pub gap: bool,
}

/// What changed since a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sync {
    /// The conversations that changed.
    pub conversations: Vec<ConversationSync>,
    /// Those that the caller is not in any more.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub removed_conversation_ids: Vec<ConversationId>,
    /// Something between the caller and other people changed, or the profile of somebody they are connected with.
    pub relationships_changed: bool,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
    /// Where the next sync goes on.
    pub token: String,
    /// There is more already: ask again with `token`.
    pub has_more: bool,
}

impl Sync {
    /// Whether there is something to tell.
    #[must_use]
    pub const fn is_news(&self) -> bool {
        !self.conversations.is_empty()
            || !self.removed_conversation_ids.is_empty()
            || self.relationships_changed
            || self.has_more
    }
}

/// What changed in one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changes {
    /// New or changed, as they are now, by `version`.
    pub messages: Vec<Message>,
    /// Added or changed.
    pub members: Vec<Member>,
    /// Who is not in it any more.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub removed_member_ids: Vec<UserId>,
    /// Complete, as it is now.
    pub conversation: Conversation,
    /// The page reaches up to this version.
    pub version: i64,
    /// There is more after `version`: ask again after that.
    pub has_more: bool,
}

/// Where a body shows what was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlight {
    /// Offset in UTF-16 code units of `message.body`.
    pub start: u32,
    /// The same; excluded.
    pub end: u32,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// Ascending, without overlap.
    pub highlights: Vec<Highlight>,
}
