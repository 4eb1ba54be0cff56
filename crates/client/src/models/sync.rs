//! What changed since one looked.

use pulse_types::{ConversationId, UserId};
use serde::Deserialize;

use super::chat::{Conversation, Member, Message};

/// What changed since a token.
#[derive(Debug, Clone, Deserialize)]
pub struct Sync {
    /// The conversations that changed.
    pub conversations: Vec<ConversationSync>,
    /// Those that the caller is not in any more.
    pub removed_conversation_ids: Vec<ConversationId>,
    /// Something between the caller and other people changed.
    pub relationships_changed: bool,
    /// Unread messages in all.
    pub total_unread: i64,
    /// Where the next sync goes on.
    pub token: String,
    /// There is more already.
    pub has_more: bool,
}

/// A conversation that changed.
#[derive(Debug, Clone, Deserialize)]
pub struct ConversationSync {
    /// As it is now.
    pub conversation: Conversation,
    /// The new and changed messages, the latest of them, by `seq`.
    pub messages: Vec<Message>,
    /// More changed than is shown.
    pub gap: bool,
}

/// What changed in one conversation.
#[derive(Debug, Clone, Deserialize)]
pub struct Changes {
    /// New or changed, as they are now, by `version`.
    pub messages: Vec<Message>,
    /// Added or changed.
    pub members: Vec<Member>,
    /// Who is not in it any more.
    pub removed_member_ids: Vec<UserId>,
    /// As it is now.
    pub conversation: Conversation,
    /// The page reaches up to this version.
    pub version: i64,
    /// There is more after `version`.
    pub has_more: bool,
}
