//! Changes as events on the wire.

use pulse_events::{Event, EventType};
use pulse_proto::messages::v1 as proto;
use pulse_types::Clock;

use crate::domain::change::Change;
use crate::grpc::convert;

/// Writes a change as an event with an id of its own.
#[must_use]
pub fn encode(change: &Change, clock: &dyn Clock) -> Event {
    match change {
        Change::MessageCreated(message) => {
            let payload = proto::MessageCreated { message: Some(convert::message(message)) };
            Event::new(EventType::MessageCreated, &payload, clock)
        }
        Change::ConversationCreated(conversation) => {
            let payload =
                proto::ConversationCreated { conversation: Some(convert::conversation(conversation)) };
            Event::new(EventType::ConversationCreated, &payload, clock)
        }
        Change::MarksMoved(moved) => {
            let payload = proto::MarksMoved {
                conversation_id: moved.conversation_id.to_string(),
                user_id: moved.user_id.to_string(),
                delivered_seq: moved.marks.delivered_seq,
                read_seq: moved.marks.read_seq,
            };
            Event::new(EventType::MarksMoved, &payload, clock)
        }
    }
}
