//! What an event does to what this process knows, beside being told.

use pulse_types::UserId;

use crate::domain::live::MemberChanged;
use crate::events::inbox::InboxEvent;

/// What an event does to what this process knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Somebody was added, has another role, or is gone.
    Member {
        /// Who.
        user_id: UserId,
        /// Whether they are gone.
        is_gone: bool,
        /// How many are left.
        member_count: u32,
        /// Whether every member hears it on the inbox plane too.
        on_both_planes: bool,
    },
    /// The user has become a member, at this version.
    Joined {
        /// How many there are.
        member_count: u32,
        /// Of the snapshot.
        version: i64,
    },
    /// The user is not a member any more, since this version.
    Removed {
        /// The head then.
        version: i64,
    },
    /// A mark of somebody moved.
    Marks {
        /// Whose.
        user_id: UserId,
    },
    /// Somebody types, or does not any more.
    Typing {
        /// Who.
        user_id: UserId,
        /// Whether they do.
        active: bool,
    },
    /// A message was accepted.
    Message {
        /// From whom; from nobody when it is a system message.
        sender_id: Option<UserId>,
    },
    /// Title, topic, picture, owner or state of the conversation changed.
    Conversation,
    /// What is between the user and a person changed.
    Relationship {
        /// The person.
        user_id: UserId,
        /// Whether the two may chat; absent when that is not told.
        is_connected: Option<bool>,
    },
    /// What the user is shown of themselves changed.
    Me,
}

impl Effect {
    /// Whether every member hears the event on the inbox plane, although the conversation plane has it too.
    #[must_use]
    pub const fn is_on_both_planes(self) -> bool {
        matches!(self, Self::Member { on_both_planes: true, .. })
    }
}

/// What an event does.
pub(super) fn of(told: &InboxEvent) -> Effect {
    match told {
        InboxEvent::MemberAdded(changed) | InboxEvent::MemberUpdated(changed) => member(changed, false),
        InboxEvent::MemberRemoved(changed) => member(changed, true),
        InboxEvent::ConversationCreated(conversation) => {
            Effect::Joined { member_count: conversation.member_count, version: conversation.version }
        }
        InboxEvent::ConversationRemoved(removed) => Effect::Removed { version: removed.version },
        InboxEvent::MarksMoved(moved) => Effect::Marks { user_id: moved.user_id },
        InboxEvent::RelationshipUpdated(user_id, user) => {
            let is_connected = match user {
                // Not visible any more, so nothing is between the two.
                None => Some(false),
                Some(user) => user.relationship.map(|relationship| relationship.connected),
            };
            Effect::Relationship { user_id: *user_id, is_connected }
        }
        InboxEvent::MeChanged => Effect::Me,
        InboxEvent::MessageCreated(message) => {
            Effect::Message { sender_id: message.sender.as_ref().map(|sender| sender.id) }
        }
        InboxEvent::ConversationUpdated(_) => Effect::Conversation,
        InboxEvent::MessageUpdated(_)
        | InboxEvent::MessageDeleted(_)
        | InboxEvent::ReactionUpdated(_)
        | InboxEvent::FollowRequested(..) => Effect::None,
    }
}

const fn member(changed: &MemberChanged, is_gone: bool) -> Effect {
    Effect::Member {
        user_id: changed.user_id,
        is_gone,
        member_count: changed.member_count,
        on_both_planes: changed.on_both_planes,
    }
}
