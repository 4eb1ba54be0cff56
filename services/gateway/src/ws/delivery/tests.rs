//! What each event becomes.

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
    Event::new(EventType::MessageCreated, &messages::MessageCreated { message: Some(message) }, &SystemClock)
}

#[test]
fn two_users_share_the_bytes_of_one_event() {
    let encoder = Encoder::new(Counter::noop());
    let event = created(1);
    let (one, other) = (
        encoder.encode(&event, Plane::Inbox).expect("usable"),
        encoder.encode(&event, Plane::Inbox).expect("usable"),
    );
    assert!(Arc::ptr_eq(&one, &other));
    assert!(one.frame.as_ref().expect("bytes").starts_with(r#"{"type":"message.created","data":{"id":"#));
    assert_eq!(one.changes_unread, Changed::OfEverybody);
}

#[test]
fn what_is_remembered_is_bounded() {
    let encoder = Encoder::new(Counter::noop());
    for seq in 0..10_000 {
        encoder.encode(&created(seq), Plane::Inbox).expect("usable");
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
    encoder.encode(&Event::new(event_type, payload, &SystemClock), Plane::Inbox).expect("usable")
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
        on_both_planes: false,
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
    assert_eq!((for_all.changes_unread, for_one.changes_unread), (Changed::OfNobody, Changed::OfEverybody));
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
