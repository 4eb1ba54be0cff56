//! The inbox plane: events for one user, turned into the shapes of the public contract.

use pulse_events::{Event, EventType};
use pulse_proto::{graph::v1 as graph, messages::v1 as messages};
use pulse_rpc::Failure;
use pulse_types::{FollowRequestId, UserId};

use crate::clients::convert;
use crate::clients::convert::live;
use crate::clients::convert::message::for_everybody;
use crate::domain::live::{
    ConversationRemoved, MemberChanged, MessageDeleted, ReactionUpdated, ReceiptUpdated,
};
use crate::domain::{Conversation, Message, User};

/// What may happen to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxEvent {
    /// A message was accepted in one of their conversations.
    MessageCreated(Box<Message>),
    /// They have become a member.
    ConversationCreated(Box<Conversation>),
    /// A message was edited.
    MessageUpdated(Box<Message>),
    /// A message was deleted.
    MessageDeleted(MessageDeleted),
    /// Somebody reacted to a message, or took it back.
    ReactionUpdated(ReactionUpdated),
    /// Somebody was added to one of their conversations.
    MemberAdded(MemberChanged),
    /// Somebody has another role.
    MemberUpdated(MemberChanged),
    /// Somebody else is gone.
    MemberRemoved(MemberChanged),
    /// Title, topic, picture, owner or state changed; with `my`: what they chose for themselves.
    ConversationUpdated(Box<Conversation>),
    /// They are not a member any more.
    ConversationRemoved(ConversationRemoved),
    /// One of their own marks moved, or one of the other one's in a direct.
    MarksMoved(ReceiptUpdated),
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
    #[error("a {} event does not belong on this plane", _0.as_str())]
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
            Ok(InboxEvent::MessageCreated(Box::new(convert::event_message(payload.message)?)))
        }
        EventType::ConversationCreated => {
            let payload: messages::ConversationCreated = event.decode()?;
            Ok(InboxEvent::ConversationCreated(Box::new(convert::conversation(payload.conversation)?)))
        }
        EventType::MarksMoved => {
            Ok(InboxEvent::MarksMoved(live::marks_moved(&event.decode::<messages::MarksMoved>()?)?))
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
        EventType::MessageUpdated
        | EventType::MessageDeleted
        | EventType::ReactionUpdated
        | EventType::MemberChanged
        | EventType::ConversationUpdated
        | EventType::ConversationRemoved => read_change(event),
        other @ (EventType::AccountRegistered
        | EventType::Typing
        | EventType::PresenceChanged
        | EventType::AccountRenamed
        | EventType::SessionEnded
        | EventType::SigningKeyWithdrawn) => Err(UnusableEvent::Foreign(other)),
    }
}

/// Reads what became of something that stood already.
fn read_change(event: &Event) -> Result<InboxEvent, UnusableEvent> {
    match event.event_type {
        EventType::MessageUpdated => {
            let payload: messages::MessageUpdated = event.decode()?;
            Ok(InboxEvent::MessageUpdated(Box::new(convert::event_message(payload.message)?)))
        }
        EventType::MessageDeleted => Ok(InboxEvent::MessageDeleted(live::message_deleted(
            &event.decode::<messages::MessageDeleted>()?,
        )?)),
        EventType::ReactionUpdated => {
            Ok(InboxEvent::ReactionUpdated(live::reaction_updated(event.decode()?)?))
        }
        EventType::MemberChanged => {
            let payload: messages::MemberChanged = event.decode()?;
            let change = payload.change();
            let changed = live::member_changed(payload)?;
            match change {
                messages::MemberChange::Added => Ok(InboxEvent::MemberAdded(changed)),
                messages::MemberChange::Updated => Ok(InboxEvent::MemberUpdated(changed)),
                messages::MemberChange::Removed => Ok(InboxEvent::MemberRemoved(changed)),
                messages::MemberChange::Unspecified => Err(UnusableEvent::Foreign(event.event_type)),
            }
        }
        EventType::ConversationUpdated => {
            let payload: messages::ConversationUpdated = event.decode()?;
            let mut conversation = convert::conversation(payload.conversation)?;
            if conversation.my.is_none()
                && let Some(message) = &mut conversation.last_message
            {
                message.reactions = for_everybody(std::mem::take(&mut message.reactions));
            }
            Ok(InboxEvent::ConversationUpdated(Box::new(conversation)))
        }
        EventType::ConversationRemoved => {
            let payload: messages::ConversationRemoved = event.decode()?;
            Ok(InboxEvent::ConversationRemoved(live::conversation_removed(&payload)?))
        }
        other => Err(UnusableEvent::Foreign(other)),
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
        let expected = ReceiptUpdated {
            conversation_id: "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id"),
            user_id: "0190a5c6-7c1f-7000-8000-000000000002".parse().expect("an id"),
            delivered_seq: 3,
            read_seq: 2,
        };
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
