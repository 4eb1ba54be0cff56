//! Changes as events on the wire.

use pulse_events::{Event, EventType};
use pulse_proto::messages::v1 as proto;
use pulse_types::Clock;

use crate::domain::address::Signer;
use crate::domain::change::{
    Change, ConversationRemoved, MarksMoved, MemberChange, MemberChanged, MessageDeleted, ReactionUpdated,
    RemovalReason,
};
use crate::grpc::convert;

/// Writes a change as an event with an id of its own.
#[must_use]
pub fn encode(change: &Change, signer: &Signer, clock: &dyn Clock) -> Event {
    match change {
        Change::MessageCreated(message) => {
            let payload = proto::MessageCreated { message: Some(convert::message(message, signer)) };
            Event::new(EventType::MessageCreated, &payload, clock)
        }
        Change::MessageUpdated(message) => {
            let payload = proto::MessageUpdated { message: Some(convert::message(message, signer)) };
            Event::new(EventType::MessageUpdated, &payload, clock)
        }
        Change::MessageDeleted(deleted) => {
            Event::new(EventType::MessageDeleted, &message_deleted(deleted), clock)
        }
        Change::ReactionUpdated(updated) => {
            Event::new(EventType::ReactionUpdated, &reaction_updated(updated), clock)
        }
        Change::MemberChanged(changed) => {
            Event::new(EventType::MemberChanged, &member_changed(changed), clock)
        }
        Change::ConversationCreated(conversation) => {
            let payload = proto::ConversationCreated {
                conversation: Some(convert::conversation(conversation, signer)),
            };
            Event::new(EventType::ConversationCreated, &payload, clock)
        }
        Change::ConversationUpdated(conversation) => {
            let payload = proto::ConversationUpdated {
                conversation: Some(convert::conversation(conversation, signer)),
            };
            Event::new(EventType::ConversationUpdated, &payload, clock)
        }
        Change::ConversationRemoved(removed) => {
            Event::new(EventType::ConversationRemoved, &conversation_removed(removed), clock)
        }
        Change::MarksMoved(moved) => Event::new(EventType::MarksMoved, &marks_moved(moved), clock),
    }
}

fn message_deleted(deleted: &MessageDeleted) -> proto::MessageDeleted {
    proto::MessageDeleted {
        conversation_id: deleted.conversation_id.to_string(),
        message_id: deleted.message_id.to_string(),
        seq: deleted.seq,
        version: deleted.version,
        deleted_at: Some(convert::timestamp(deleted.deleted_at)),
    }
}

fn reaction_updated(updated: &ReactionUpdated) -> proto::ReactionUpdated {
    proto::ReactionUpdated {
        conversation_id: updated.conversation_id.to_string(),
        message_id: updated.message_id.to_string(),
        seq: updated.seq,
        version: updated.version,
        user_id: updated.user_id.to_string(),
        emoji: updated.emoji.clone(),
        active: updated.is_active,
        reactions: convert::reactions(&updated.reactions),
    }
}

fn member_changed(changed: &MemberChanged) -> proto::MemberChanged {
    let change = match changed.change {
        MemberChange::Added => proto::MemberChange::Added,
        MemberChange::Updated => proto::MemberChange::Updated,
        MemberChange::Removed => proto::MemberChange::Removed,
    };
    proto::MemberChanged {
        conversation_id: changed.conversation_id.to_string(),
        version: changed.member.version,
        user_id: changed.member.user_id.to_string(),
        user: changed.member.person.as_ref().map(convert::person),
        role: convert::role(changed.member.role).into(),
        joined_at: Some(convert::timestamp(changed.member.joined_at)),
        member_count: u32::try_from(changed.member_count).unwrap_or_default(),
        change: change.into(),
        on_both_planes: changed.is_on_both_planes,
    }
}

fn conversation_removed(removed: &ConversationRemoved) -> proto::ConversationRemoved {
    let reason = match removed.reason {
        RemovalReason::Left => proto::RemovalReason::Left,
        RemovalReason::Removed => proto::RemovalReason::Removed,
        RemovalReason::Deleted => proto::RemovalReason::Deleted,
    };
    proto::ConversationRemoved {
        conversation_id: removed.conversation_id.to_string(),
        version: removed.version,
        reason: reason.into(),
        user_id: removed.user_id.to_string(),
    }
}

fn marks_moved(moved: &MarksMoved) -> proto::MarksMoved {
    proto::MarksMoved {
        conversation_id: moved.conversation_id.to_string(),
        user_id: moved.user_id.to_string(),
        delivered_seq: moved.marks.delivered_seq,
        read_seq: moved.marks.read_seq,
    }
}
