//! The conversation plane: what reaches those who look at a conversation, and everything that happens in a large one.

use pulse_events::{Event, EventType};
use pulse_proto::gateway::v1 as gateway;
use pulse_types::{ConversationId, UserId};

use crate::clients::convert;
use crate::events::inbox::{self, InboxEvent, UnusableEvent};

/// What may happen in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationEvent {
    /// What members of a small one hear on the inbox plane.
    Shared(InboxEvent),
    /// Somebody has begun or stopped typing.
    Typing {
        /// Where.
        conversation_id: ConversationId,
        /// Who.
        user_id: UserId,
        /// Whether they are typing now.
        active: bool,
    },
}

/// Reads an event of the conversation plane.
///
/// # Errors
/// [`UnusableEvent`], each variant with its cause.
pub fn read(event: &Event) -> Result<ConversationEvent, UnusableEvent> {
    match event.event_type {
        EventType::Typing => {
            let payload: gateway::Typing = event.decode()?;
            Ok(ConversationEvent::Typing {
                conversation_id: convert::id("conversation_id", &payload.conversation_id)?,
                user_id: convert::id("user_id", &payload.user_id)?,
                active: payload.active,
            })
        }
        EventType::MessageCreated
        | EventType::MessageUpdated
        | EventType::MessageDeleted
        | EventType::ReactionUpdated
        | EventType::MemberChanged
        | EventType::ConversationUpdated
        | EventType::MarksMoved => Ok(ConversationEvent::Shared(inbox::read(event)?)),
        other => Err(UnusableEvent::Foreign(other)),
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn signs_of_typing_are_read_and_what_is_for_one_person_is_refused() {
        let (conversation_id, user_id) = (ConversationId::new(&SystemClock), UserId::new(&SystemClock));
        let typing = gateway::Typing {
            conversation_id: conversation_id.to_string(),
            user_id: user_id.to_string(),
            active: true,
        };
        let event = Event::new(EventType::Typing, &typing, &SystemClock);
        assert_eq!(
            read(&event).expect("usable"),
            ConversationEvent::Typing { conversation_id, user_id, active: true }
        );
        for event_type in [EventType::ConversationRemoved, EventType::MeChanged, EventType::FollowRequested] {
            let foreign = Event { event_type, ..event.clone() };
            assert!(matches!(read(&foreign), Err(UnusableEvent::Foreign(_))));
        }
    }
}
