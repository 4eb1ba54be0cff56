//! From an event of the bus to the one frame that all sockets of this process share.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::Counter;
use pulse_events::Event;
use pulse_types::{ConversationId, EventId, UserId};
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
    /// For whom what is unread in the conversation may have changed.
    pub changes_unread: Changed,
    /// What the user is shown of themselves has changed.
    pub changes_me: bool,
    /// The trace of what caused it.
    pub traceparent: Option<String>,
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
    let (conversation_id, version) = place(&told);
    Ok(Delivery {
        position: Position { event_id: event.event_id, version: conversation_id.zip(version) },
        conversation_id,
        frame: frame(&told).as_ref().map(frames::event),
        changes_unread: changes_unread(&told),
        changes_me: told == InboxEvent::MeChanged,
        traceparent: event.traceparent.clone(),
    })
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
mod tests {
    use pulse_events::EventType;
    use pulse_proto::common::v1::Person;
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
        assert_eq!(one.changes_unread, Changed::OfEverybody);
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

    const ID: &str = "0190a5c6-7c1f-7000-8000-000000000001";
    const ADA: &str = "0190a5c6-7c1f-7000-8000-000000000003";
    const AT: prost_types::Timestamp = prost_types::Timestamp { seconds: 1_700_000_000, nanos: 5_000_000 };

    fn told(event_type: EventType, payload: &impl prost::Message) -> Arc<Delivery> {
        let encoder = Encoder::new(Counter::noop());
        encoder.encode(&Event::new(event_type, payload, &SystemClock)).expect("usable")
    }

    fn ada() -> Person {
        Person {
            user_id: ADA.into(),
            username: "ada".into(),
            display_name: "Ada".into(),
            avatar_url: String::new(),
        }
    }

    fn message() -> messages::Message {
        messages::Message {
            message_id: ID.into(),
            conversation_id: ID.into(),
            seq: 3,
            version: 7,
            kind: messages::MessageKind::Text.into(),
            body: "hi".into(),
            created_at: Some(AT),
            edited_at: Some(AT),
            reactions: vec![messages::Reaction { emoji: "👍".into(), count: 2, me: true }],
            ..Default::default()
        }
    }

    fn group(my: Option<messages::Membership>) -> messages::ConversationUpdated {
        let conversation = messages::Conversation {
            conversation_id: ID.into(),
            kind: messages::ConversationKind::Group.into(),
            title: "Engines".into(),
            state: messages::ConversationState::Closed.into(),
            owner_id: ADA.into(),
            member_count: 2,
            last_seq: 3,
            version: 9,
            last_message: Some(message()),
            my,
            created_at: Some(AT),
            updated_at: Some(AT),
            ..Default::default()
        };
        messages::ConversationUpdated { conversation: Some(conversation) }
    }

    #[test]
    fn what_happens_to_messages_has_one_encoding() {
        let updated = told(EventType::MessageUpdated, &messages::MessageUpdated { message: Some(message()) });
        let deleted = messages::MessageDeleted {
            conversation_id: ID.into(),
            message_id: ID.into(),
            seq: 3,
            version: 8,
            deleted_at: Some(AT),
        };
        let deleted = told(EventType::MessageDeleted, &deleted);
        let reacted = messages::ReactionUpdated {
            conversation_id: ID.into(),
            message_id: ID.into(),
            seq: 3,
            version: 9,
            user_id: ADA.into(),
            emoji: "👍".into(),
            active: true,
            reactions: message().reactions,
        };
        let reacted = told(EventType::ReactionUpdated, &reacted);
        assert_eq!(
            [&updated, &deleted, &reacted].map(|told| told.position.version.map(|at| at.1)),
            [Some(7), Some(8), Some(9)]
        );
        assert_eq!(
            (updated.changes_unread, deleted.changes_unread),
            (Changed::OfEverybody, Changed::OfEverybody)
        );
        assert_eq!(reacted.changes_unread, Changed::OfNobody);
        insta::assert_snapshot!(frames_of(&[updated, deleted, reacted]));
    }

    #[test]
    fn what_happens_to_conversations_has_one_encoding() {
        let member = |change: messages::MemberChange, user| messages::MemberChanged {
            conversation_id: ID.into(),
            version: 4,
            user_id: ADA.into(),
            user,
            role: messages::MemberRole::Admin.into(),
            joined_at: Some(AT),
            member_count: 2,
            change: change.into(),
        };
        let added = told(EventType::MemberChanged, &member(messages::MemberChange::Added, Some(ada())));
        let changed = told(EventType::MemberChanged, &member(messages::MemberChange::Updated, Some(ada())));
        let gone = told(EventType::MemberChanged, &member(messages::MemberChange::Removed, None));
        let for_all = told(EventType::ConversationUpdated, &group(None));
        let my = messages::Membership {
            role: messages::MemberRole::Owner.into(),
            joined_at: Some(AT),
            ..Default::default()
        };
        let for_one = told(EventType::ConversationUpdated, &group(Some(my)));
        let removed = messages::ConversationRemoved {
            conversation_id: ID.into(),
            version: 5,
            reason: messages::RemovalReason::Removed.into(),
            user_id: ADA.into(),
        };
        let removed = told(EventType::ConversationRemoved, &removed);
        let versions =
            [&added, &gone, &for_all, &for_one, &removed].map(|told| told.position.version.map(|at| at.1));
        assert_eq!(versions, [Some(4), Some(4), Some(9), None, None]);
        assert_eq!(
            (for_all.changes_unread, for_one.changes_unread),
            (Changed::OfNobody, Changed::OfEverybody)
        );
        insta::assert_snapshot!(frames_of(&[added, changed, gone, for_all, for_one, removed]));
    }

    #[test]
    fn a_mark_is_told_and_changes_what_is_unread_for_its_owner_alone() {
        let moved = messages::MarksMoved {
            conversation_id: ID.into(),
            user_id: ADA.into(),
            delivered_seq: 3,
            read_seq: 0,
        };
        let moved = told(EventType::MarksMoved, &moved);
        let (ada, grace) = (ADA.parse().expect("an id"), ID.parse().expect("an id"));
        assert!(moved.changes_unread.is_of(ada) && !moved.changes_unread.is_of(grace));
        insta::assert_snapshot!(frames_of(&[moved]));
    }

    fn frames_of(told: &[Arc<Delivery>]) -> String {
        told.iter().map(|told| told.frame.as_ref().expect("bytes").to_string()).collect::<Vec<_>>().join("\n")
    }
}
