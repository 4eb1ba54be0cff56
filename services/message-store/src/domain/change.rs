//! What happened, for those who must hear of it. How it is written on the wire is in `events/`.

use std::sync::Arc;

use pulse_types::{ConversationId, UserId};

use crate::domain::conversation::Conversation;
use crate::domain::mark::Marks;
use crate::domain::message::Message;

/// One change.
#[derive(Debug, Clone)]
pub enum Change {
    /// A message was stored; told to every member.
    MessageCreated(Arc<Message>),
    /// Somebody has become a member; told to that member, as that member sees the conversation.
    ConversationCreated(Box<Conversation>),
    /// Somebody's marks moved; told to that person's devices.
    MarksMoved(MarksMoved),
}

/// Somebody's marks after they moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarksMoved {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose.
    pub user_id: UserId,
    /// The new marks.
    pub marks: Marks,
}
