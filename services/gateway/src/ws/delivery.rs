//! From an event of the bus to the one frame that all sockets of this process share.

mod effect;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::Counter;
use pulse_events::Event;
use pulse_types::{ConversationId, EventId, UserId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::domain::live::ReceiptUpdated;
use crate::events::conversation::{self, ConversationEvent};
use crate::events::inbox::{self, InboxEvent, UnusableEvent};
use crate::ws::frames;
use crate::ws::order::Position;
use crate::ws::queue::{Class, Key};

pub use effect::Effect;

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
    /// The bytes; absent when clients are told in another way.
    pub frame: Option<Utf8Bytes>,
    /// The bytes for those who hide what they have read, when they are others.
    pub frame_for_hiding: Option<Utf8Bytes>,
    /// What may become of it when a socket reads slowly.
    pub class: Class,
    /// For whom what is unread in the conversation may have changed.
    pub changes_unread: Changed,
    /// What it does beside being told.
    pub effect: Effect,
    /// The trace of what caused it.
    pub traceparent: Option<String>,
}

/// The subject that an event came on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// The user's own: for all their sockets.
    Inbox,
    /// A conversation's: for sockets that have it open.
    Conversation,
}

/// For whom something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// For nobody.
    OfNobody,
    /// For one person.
    Of(UserId),
    /// For all who get the event.
    OfEverybody,
}

impl Changed {
    /// Whether it did for this one.
    #[must_use]
    pub fn is_of(self, user_id: UserId) -> bool {
        match self {
            Self::OfNobody => false,
            Self::Of(one) => one == user_id,
            Self::OfEverybody => true,
        }
    }
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
    pub fn encode(&self, event: &Event, plane: Plane) -> Result<Arc<Delivery>, UnusableEvent> {
        let index = usize::try_from(self.hasher.hash_one(event.event_id)).unwrap_or_default() % SHARDS;
        let Some(shard) = self.shards.get(index) else { return encode(event, plane).map(Arc::new) };
        // Encoded under the lock, so that whoever comes second waits for the bytes instead of making them again.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(delivery) = shard.deliveries.get(&event.event_id) {
            return Ok(Arc::clone(delivery));
        }
        let delivery = Arc::new(encode(event, plane)?);
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

fn encode(event: &Event, plane: Plane) -> Result<Delivery, UnusableEvent> {
    let told = match plane {
        Plane::Inbox => inbox::read(event)?,
        Plane::Conversation => match conversation::read(event)? {
            ConversationEvent::Shared(told) => told,
            ConversationEvent::Typing { conversation_id, user_id, active } => {
                return Ok(of_typing(event, conversation_id, user_id, active));
            }
        },
    };
    let (conversation_id, version) = place(&told);
    Ok(Delivery {
        position: Position { event_id: event.event_id, version: conversation_id.zip(version) },
        conversation_id,
        frame: frame(&told).as_ref().map(frames::event),
        frame_for_hiding: frame_for_hiding(&told),
        class: class(&told),
        changes_unread: changes_unread(&told),
        effect: effect::of(&told),
        traceparent: event.traceparent.clone(),
    })
}

/// It is told, and told again when it fades, in `typing.rs`.
fn of_typing(event: &Event, conversation_id: ConversationId, user_id: UserId, active: bool) -> Delivery {
    Delivery {
        position: Position { event_id: event.event_id, version: None },
        conversation_id: Some(conversation_id),
        frame: None,
        frame_for_hiding: None,
        class: Class::Passing,
        changes_unread: Changed::OfNobody,
        effect: Effect::Typing { user_id, active },
        traceparent: event.traceparent.clone(),
    }
}

/// The conversation that an event is of, and its version, unless it takes none.
fn place(told: &InboxEvent) -> (Option<ConversationId>, Option<i64>) {
    match told {
        InboxEvent::MessageCreated(message) | InboxEvent::MessageUpdated(message) => {
            (Some(message.conversation_id), Some(message.version))
        }
        InboxEvent::MessageDeleted(deleted) => (Some(deleted.conversation_id), Some(deleted.version)),
        InboxEvent::ReactionUpdated(updated) => (Some(updated.conversation_id), Some(updated.version)),
        InboxEvent::MemberAdded(changed)
        | InboxEvent::MemberUpdated(changed)
        | InboxEvent::MemberRemoved(changed) => (Some(changed.conversation_id), Some(changed.version)),
        // A snapshot for one user takes no version.
        InboxEvent::ConversationUpdated(conversation) => {
            (Some(conversation.id), conversation.my.is_none().then_some(conversation.version))
        }
        InboxEvent::ConversationCreated(conversation) => (Some(conversation.id), None),
        InboxEvent::ConversationRemoved(removed) => (Some(removed.conversation_id), None),
        InboxEvent::MarksMoved(moved) => (Some(moved.conversation_id), None),
        InboxEvent::FollowRequested(..) | InboxEvent::RelationshipUpdated(..) | InboxEvent::MeChanged => {
            (None, None)
        }
    }
}

/// An edit or a deletion may take a mention away or bring one; what one chose decides what counts.
fn changes_unread(told: &InboxEvent) -> Changed {
    match told {
        InboxEvent::MessageCreated(_) | InboxEvent::MessageUpdated(_) | InboxEvent::MessageDeleted(_) => {
            Changed::OfEverybody
        }
        InboxEvent::ConversationUpdated(conversation) if conversation.my.is_some() => Changed::OfEverybody,
        InboxEvent::MarksMoved(moved) => Changed::Of(moved.user_id),
        _ => Changed::OfNobody,
    }
}

/// What moved of a mark, for somebody who shows nobody what they have read.
fn frame_for_hiding(told: &InboxEvent) -> Option<Utf8Bytes> {
    match told {
        InboxEvent::MarksMoved(moved) if moved.read_seq > 0 => {
            let hidden = ReceiptUpdated { read_seq: 0, ..*moved };
            Some(frames::event(&frames::Event::ReceiptUpdated(hidden)))
        }
        _ => None,
    }
}

const fn class(told: &InboxEvent) -> Class {
    match told {
        InboxEvent::MarksMoved(moved) => Class::Latest(Key::Receipt(moved.conversation_id, moved.user_id)),
        _ => Class::Durable,
    }
}

fn frame(told: &InboxEvent) -> Option<frames::Event<'_>> {
    Some(match told {
        InboxEvent::MessageCreated(message) => frames::Event::MessageCreated(message),
        InboxEvent::MessageUpdated(message) => frames::Event::MessageUpdated(message),
        InboxEvent::MessageDeleted(deleted) => frames::Event::MessageDeleted(deleted),
        InboxEvent::ReactionUpdated(updated) => frames::Event::ReactionUpdated(updated),
        InboxEvent::MemberAdded(changed) => frames::Event::MemberAdded(changed),
        InboxEvent::MemberUpdated(changed) => frames::Event::MemberUpdated(changed),
        InboxEvent::MemberRemoved(changed) => frames::Event::MemberRemoved(changed),
        InboxEvent::ConversationCreated(conversation) => frames::Event::ConversationCreated(conversation),
        InboxEvent::ConversationUpdated(conversation) if conversation.my.is_some() => {
            frames::Event::ConversationUpdated(conversation)
        }
        InboxEvent::ConversationUpdated(conversation) => {
            frames::Event::ConversationUpdatedForAll(Box::new(conversation.as_ref().into()))
        }
        InboxEvent::ConversationRemoved(removed) => frames::Event::ConversationRemoved(*removed),
        InboxEvent::MarksMoved(moved) => frames::Event::ReceiptUpdated(*moved),
        InboxEvent::MeChanged => return None,
        InboxEvent::FollowRequested(request_id, user) => {
            frames::Event::FollowRequested { request_id: *request_id, user }
        }
        InboxEvent::RelationshipUpdated(user_id, user) => {
            frames::Event::RelationshipUpdated { user_id: *user_id, user: user.as_ref() }
        }
    })
}

#[cfg(test)]
mod tests;
