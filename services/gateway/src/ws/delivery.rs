//! From an event of the bus to the one frame that all sockets of this process share.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::Counter;
use pulse_events::Event;
use pulse_types::{ConversationId, EventId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::events::inbox::{self, InboxEvent, UnusableEvent};
use crate::ws::frames;
use crate::ws::order::Position;

const SHARDS: usize = 16;
/// Frames that a shard remembers; the oldest goes first. One that went is encoded again.
const REMEMBERED: usize = 256;

/// An event, ready for any socket.
#[derive(Debug)]
pub struct Delivery {
    /// Where it stands.
    pub position: Position,
    /// Of which conversation it is; sockets of another one do not get it.
    pub conversation_id: Option<ConversationId>,
    /// The bytes; absent when it changes only what is unread.
    pub frame: Option<Utf8Bytes>,
    /// What is unread in the conversation may have changed.
    pub changes_unread: bool,
    /// What the user is shown of themselves has changed.
    pub changes_me: bool,
    /// The trace of what caused it.
    pub traceparent: Option<String>,
}

/// Encodes each event once.
#[derive(Debug)]
pub struct Encoder {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    encoded: Counter,
}

#[derive(Debug, Default)]
struct Shard {
    deliveries: HashMap<EventId, Arc<Delivery>>,
    oldest_first: VecDeque<EventId>,
}

impl Encoder {
    /// Nothing is remembered yet; `encoded` counts.
    #[must_use]
    pub fn new(encoded: Counter) -> Self {
        Self { hasher: RandomState::new(), shards: Default::default(), encoded }
    }

    /// The delivery of an event, the same one for all users of this process.
    ///
    /// # Errors
    /// [`UnusableEvent`]
    pub fn encode(&self, event: &Event) -> Result<Arc<Delivery>, UnusableEvent> {
        let index = usize::try_from(self.hasher.hash_one(event.event_id)).unwrap_or_default() % SHARDS;
        let Some(shard) = self.shards.get(index) else { return encode(event).map(Arc::new) };
        // Encoded under the lock, so that whoever comes second waits for the bytes instead of making them again.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(delivery) = shard.deliveries.get(&event.event_id) {
            return Ok(Arc::clone(delivery));
        }
        let delivery = Arc::new(encode(event)?);
        self.encoded.increment(1);
        shard.remember(Arc::clone(&delivery));
        Ok(delivery)
    }
}

impl Shard {
    fn remember(&mut self, delivery: Arc<Delivery>) {
        if self.oldest_first.len() >= REMEMBERED
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.deliveries.remove(&oldest);
        }
        self.oldest_first.push_back(delivery.position.event_id);
        self.deliveries.insert(delivery.position.event_id, delivery);
    }
}

fn encode(event: &Event) -> Result<Delivery, UnusableEvent> {
    let told = inbox::read(event)?;
    let (conversation_id, version) = match &told {
        InboxEvent::MessageCreated(message) => (Some(message.conversation_id), Some(message.version)),
        InboxEvent::ConversationCreated(conversation) => (Some(conversation.id), None),
        InboxEvent::MarksMoved(conversation_id) => (Some(*conversation_id), None),
        InboxEvent::FollowRequested(..) | InboxEvent::RelationshipUpdated(..) | InboxEvent::MeChanged => {
            (None, None)
        }
    };
    let changes_unread = matches!(told, InboxEvent::MessageCreated(_) | InboxEvent::MarksMoved(_));
    let frame = match &told {
        InboxEvent::MessageCreated(message) => Some(frames::Event::MessageCreated(message)),
        InboxEvent::ConversationCreated(conversation) => {
            Some(frames::Event::ConversationCreated(conversation))
        }
        InboxEvent::MarksMoved(_) | InboxEvent::MeChanged => None,
        InboxEvent::FollowRequested(request_id, user) => {
            Some(frames::Event::FollowRequested { request_id: *request_id, user })
        }
        InboxEvent::RelationshipUpdated(user_id, user) => {
            Some(frames::Event::RelationshipUpdated { user_id: *user_id, user: user.as_ref() })
        }
    };
    Ok(Delivery {
        position: Position { event_id: event.event_id, version: conversation_id.zip(version) },
        conversation_id,
        frame: frame.as_ref().map(frames::event),
        changes_unread,
        changes_me: told == InboxEvent::MeChanged,
        traceparent: event.traceparent.clone(),
    })
}

#[cfg(test)]
mod tests {
    use pulse_events::EventType;
    use pulse_proto::messages::v1 as messages;
    use pulse_types::SystemClock;

    use super::*;

    fn created(seq: i64) -> Event {
        let message = messages::Message {
            message_id: "0190a5c6-7c1f-7000-8000-000000000001".into(),
            conversation_id: "0190a5c6-7c1f-7000-8000-000000000002".into(),
            seq,
            version: seq,
            kind: messages::MessageKind::Text.into(),
            body: "hi".into(),
            created_at: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            ..Default::default()
        };
        Event::new(
            EventType::MessageCreated,
            &messages::MessageCreated { message: Some(message) },
            &SystemClock,
        )
    }

    #[test]
    fn two_users_share_the_bytes_of_one_event() {
        let encoder = Encoder::new(Counter::noop());
        let event = created(1);
        let (one, other) = (encoder.encode(&event).expect("usable"), encoder.encode(&event).expect("usable"));
        assert!(Arc::ptr_eq(&one, &other));
        assert!(one.frame.as_ref().expect("bytes").starts_with(r#"{"type":"message.created","data":{"id":"#));
        assert!(one.changes_unread);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let encoder = Encoder::new(Counter::noop());
        for seq in 0..10_000 {
            encoder.encode(&created(seq)).expect("usable");
        }
        for shard in &encoder.shards {
            let shard = shard.lock().expect("a lock");
            assert!(shard.deliveries.len() <= REMEMBERED);
            assert_eq!(shard.deliveries.len(), shard.oldest_first.len());
        }
    }
}
