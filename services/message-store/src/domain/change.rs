//! What happened, for those who must hear of it. How it is written on the wire is in `events/`.

use std::sync::Arc;

use pulse_types::{ConversationId, MessageId, UserId};
use time::OffsetDateTime;

use crate::domain::conversation::{Conversation, Member};
use crate::domain::mark::Marks;
use crate::domain::message::Message;
use crate::domain::reaction::Reaction;

/// One change. What is told to every member is the same for each: without `my`, `peer` and what is one's own.
#[derive(Debug, Clone)]
pub enum Change {
    /// A message was stored; told to every member.
    MessageCreated(Arc<Message>),
    /// A message was edited; told to every member.
    MessageUpdated(Box<Message>),
    /// A message was deleted; told to every member.
    MessageDeleted(MessageDeleted),
    /// Somebody reacted to a message, or took it back; told to every member.
    ReactionUpdated(ReactionUpdated),
    /// Somebody was added, has another role, or is gone; told to every member.
    MemberChanged(MemberChanged),
    /// Somebody has become a member; told to that member, as that member sees the conversation.
    ConversationCreated(Box<Conversation>),
    /// Title, topic, picture, owner or state changed; told to every member. Or what one member chose; told to that one,
    /// complete.
    ConversationUpdated(Box<Conversation>),
    /// Somebody is not a member any more; told to that person.
    ConversationRemoved(ConversationRemoved),
    /// Somebody's marks moved; told to that person's devices, and to those who see how far others have come.
    MarksMoved(MarksMoved),
}

/// A message that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageDeleted {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which one.
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// The conversation's version of the deletion.
    pub version: i64,
    /// When.
    pub deleted_at: OffsetDateTime,
}

/// A reaction that was added or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionUpdated {
    /// Where.
    pub conversation_id: ConversationId,
    /// On which message.
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// The conversation's version of the change.
    pub version: i64,
    /// Whose.
    pub user_id: UserId,
    /// Which.
    pub emoji: String,
    /// Whether it stands now.
    pub is_active: bool,
    /// All that stand now, as nobody in particular sees them.
    pub reactions: Vec<Reaction>,
}

/// How a member changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    /// Is in now.
    Added,
    /// Has another role.
    Updated,
    /// Left, or was removed.
    Removed,
}

/// A member who changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChanged {
    /// Where.
    pub conversation_id: ConversationId,
    /// The member; of one who is gone as they were, with the version of the change.
    pub member: Member,
    /// How many members there are now.
    pub member_count: i32,
    /// What happened.
    pub change: MemberChange,
    /// It goes to the members' subjects and to the conversation's.
    pub is_on_both_planes: bool,
}

impl MemberChanged {
    /// How many members there were before.
    #[must_use]
    pub const fn count_before(&self) -> i32 {
        match self.change {
            MemberChange::Added => self.member_count - 1,
            MemberChange::Updated => self.member_count,
            MemberChange::Removed => self.member_count + 1,
        }
    }
}

/// Why somebody is not a member any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalReason {
    /// By themselves.
    Left,
    /// By owner or admin.
    Removed,
    /// The conversation is gone.
    Deleted,
}

/// Somebody who is not a member any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationRemoved {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
    /// The conversation's version then.
    pub version: i64,
    /// Why.
    pub reason: RemovalReason,
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
