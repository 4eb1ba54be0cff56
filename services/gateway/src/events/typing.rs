//! Signs of typing, on the conversation plane. They may be lost.

use pulse_events::{Bus, Event, EventType, Publisher, subjects};
use pulse_proto::gateway::v1 as proto;
use pulse_types::{Clock, ConversationId, UserId};

/// Tells all gateways that somebody has begun or stopped typing.
pub async fn tell(
    bus: &Bus,
    clock: &dyn Clock,
    conversation_id: ConversationId,
    user_id: UserId,
    active: bool,
) {
    let typing =
        proto::Typing { conversation_id: conversation_id.to_string(), user_id: user_id.to_string(), active };
    let event = Event::new(EventType::Typing, &typing, clock);
    let told = Publisher::new(bus.clone()).publish(subjects::conversation(conversation_id), &event).await;
    if let Err(error) = told {
        tracing::debug!(%error, "a sign of typing was lost");
    }
}
