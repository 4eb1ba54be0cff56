//! The inbox plane: events for one user, turned into the shapes of the public contract.

use pulse_events::{Event, EventType};
use pulse_proto::{graph::v1 as graph, messages::v1 as messages};
use pulse_rpc::Failure;
use pulse_types::{ConversationId, FollowRequestId, UserId};

use crate::clients::convert;
use crate::domain::{Conversation, Message, User};

/// What may happen to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxEvent {
    /// A message was accepted in one of their conversations.
    MessageCreated(Box<Message>),
    /// They have become a member.
    ConversationCreated(Box<Conversation>),
    /// One of their own marks moved.
    MarksMoved(ConversationId),
    /// Somebody asks to follow them.
    FollowRequested(FollowRequestId, User),
    /// What is between them and a person changed; no user when that person is not visible any more.
    RelationshipUpdated(UserId, Option<User>),
    /// What they are shown of themselves changed.
    MeChanged,
}

/// An event that can't be told to clients.
#[derive(Debug, thiserror::Error)]
pub enum UnusableEvent {
    /// The payload is not what the type says.
    #[error("the payload of the event can't be read")]
    Payload(#[from] prost::DecodeError),
    /// A field is not as it must be.
    #[error("the event has a corrupt field")]
    Field(#[from] Failure),
    /// Not an event of this plane.
    #[error("a {} event does not belong on the inbox plane", _0.as_str())]
    Foreign(EventType),
}

/// Reads an event of the inbox plane.
///
/// # Errors
/// [`UnusableEvent`], each variant with its cause.
pub fn read(event: &Event) -> Result<InboxEvent, UnusableEvent> {
    match event.event_type {
        EventType::MessageCreated => {
            let payload: messages::MessageCreated = event.decode()?;
            let message = payload.message.ok_or_else(|| Failure::internal("the event carries no message"))?;
            Ok(InboxEvent::MessageCreated(Box::new(convert::message(message)?)))
        }
        EventType::ConversationCreated => {
            let payload: messages::ConversationCreated = event.decode()?;
            Ok(InboxEvent::ConversationCreated(Box::new(convert::conversation(payload.conversation)?)))
        }
        EventType::MarksMoved => {
            let payload: messages::MarksMoved = event.decode()?;
            Ok(InboxEvent::MarksMoved(convert::id("conversation_id", &payload.conversation_id)?))
        }
        EventType::FollowRequested => {
            let payload: graph::FollowRequested = event.decode()?;
            let request_id = convert::id("request_id", &payload.request_id)?;
            Ok(InboxEvent::FollowRequested(request_id, convert::user(payload.user)?))
        }
        EventType::RelationshipUpdated => {
            let payload: graph::RelationshipUpdated = event.decode()?;
            let user = payload.user.map(|user| convert::user(Some(user))).transpose()?;
            Ok(InboxEvent::RelationshipUpdated(convert::id("user_id", &payload.user_id)?, user))
        }
        EventType::MeChanged => Ok(InboxEvent::MeChanged),
        other @ (EventType::AccountRegistered
        | EventType::AccountRenamed
        | EventType::SessionEnded
        | EventType::SigningKeyWithdrawn) => Err(UnusableEvent::Foreign(other)),
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn events_are_read_or_refused() {
        let moved = messages::MarksMoved {
            conversation_id: "0190a5c6-7c1f-7000-8000-000000000001".into(),
            user_id: "0190a5c6-7c1f-7000-8000-000000000002".into(),
            delivered_seq: 3,
            read_seq: 2,
        };
        let event = Event::new(EventType::MarksMoved, &moved, &SystemClock);
        let expected = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        assert_eq!(read(&event).expect("usable"), InboxEvent::MarksMoved(expected));
        let garbled = Event { payload: vec![0xff].into(), ..event.clone() };
        assert!(matches!(read(&garbled), Err(UnusableEvent::Payload(_))));
        let empty =
            Event::new(EventType::MessageCreated, &messages::MessageCreated { message: None }, &SystemClock);
        assert!(matches!(read(&empty), Err(UnusableEvent::Field(_))));
        let foreign = Event { event_type: EventType::SessionEnded, ..event };
        assert!(matches!(read(&foreign), Err(UnusableEvent::Foreign(_))));
    }
}
