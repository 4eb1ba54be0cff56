//! Domain values as messages on the wire.

use prost_types::Timestamp;
use pulse_proto::common::v1 as common;
use pulse_proto::messages::v1 as proto;
use time::OffsetDateTime;

use crate::domain::conversation::{Conversation, Kind, Membership, Role};
use crate::domain::mark::Marks;
use crate::domain::message::{Message, MessageKind, ReplyTo};
use crate::domain::person::Person;
use crate::store::mark::Unread;

/// A moment.
#[must_use]
pub fn timestamp(moment: OffsetDateTime) -> Timestamp {
    let nanos = i32::try_from(moment.nanosecond()).unwrap_or_default();
    Timestamp { seconds: moment.unix_timestamp(), nanos }
}

/// What is shown of a person.
#[must_use]
pub fn person(person: &Person) -> common::Person {
    common::Person {
        user_id: person.user_id.to_string(),
        username: person.username.clone(),
        display_name: person.display_name.clone(),
        avatar_url: person.avatar_url.clone(),
    }
}

/// A message.
#[must_use]
pub fn message(message: &Message) -> proto::Message {
    let kind = match message.kind {
        MessageKind::Text => proto::MessageKind::Text,
        MessageKind::System => proto::MessageKind::System,
    };
    proto::Message {
        message_id: message.message_id.to_string(),
        conversation_id: message.conversation_id.to_string(),
        seq: message.seq,
        version: message.version,
        sender: message.sender.as_ref().map(person),
        client_id: message.client_id.map(|client_id| client_id.to_string()).unwrap_or_default(),
        kind: kind.into(),
        body: message.body.clone(),
        reply_to: message.reply_to.as_ref().map(reply_to),
        mentioned_user_ids: Vec::new(),
        created_at: Some(timestamp(message.created_at)),
        edited_at: message.edited_at.map(timestamp),
        deleted_at: message.deleted_at.map(timestamp),
    }
}

fn reply_to(reply: &ReplyTo) -> proto::ReplyTo {
    proto::ReplyTo {
        message_id: reply.message_id.to_string(),
        seq: reply.seq,
        sender_id: reply.sender_id.map(|sender_id| sender_id.to_string()).unwrap_or_default(),
        excerpt: reply.excerpt.clone(),
    }
}

/// A conversation as one user sees it.
#[must_use]
pub fn conversation(conversation: &Conversation) -> proto::Conversation {
    let kind = match conversation.kind {
        Kind::Direct => proto::ConversationKind::Direct,
        Kind::Group => proto::ConversationKind::Group,
        Kind::Room => proto::ConversationKind::Room,
    };
    let state = match conversation.is_closed {
        true => proto::ConversationState::Closed,
        false => proto::ConversationState::Open,
    };
    proto::Conversation {
        conversation_id: conversation.conversation_id.to_string(),
        kind: kind.into(),
        title: conversation.title.clone(),
        topic: conversation.topic.clone(),
        state: state.into(),
        owner_id: conversation.owner_id.map(|owner_id| owner_id.to_string()).unwrap_or_default(),
        member_count: u32::try_from(conversation.member_count).unwrap_or_default(),
        last_seq: conversation.last_seq,
        version: conversation.version,
        last_message: conversation.last_message.as_ref().map(message),
        my: conversation.my.as_ref().map(|my| membership(my, conversation.last_seq)),
        peer: conversation.peer.as_ref().map(person),
        created_at: Some(timestamp(conversation.created_at)),
        updated_at: Some(timestamp(conversation.updated_at)),
    }
}

fn membership(my: &Membership, last_seq: i64) -> proto::Membership {
    let role = match my.role {
        Role::Member => proto::MemberRole::Member,
        Role::Admin => proto::MemberRole::Admin,
        Role::Owner => proto::MemberRole::Owner,
    };
    proto::Membership {
        role: role.into(),
        joined_at: Some(timestamp(my.joined_at)),
        read_seq: my.marks.read_seq,
        delivered_seq: my.marks.delivered_seq,
        unread_count: my.marks.unread_count(last_seq),
        mention_count: 0,
        muted_until: my.muted_until.map(timestamp),
        pinned: my.is_pinned,
        archived: my.is_archived,
    }
}

/// A member's marks in a conversation that ends at `last_seq`.
#[must_use]
pub fn marks(marks: Marks, last_seq: i64, total_unread: i64) -> proto::Marks {
    proto::Marks {
        delivered_seq: marks.delivered_seq,
        read_seq: marks.read_seq,
        unread_count: marks.unread_count(last_seq),
        mention_count: 0,
        total_unread,
    }
}

/// The unread state of one member.
#[must_use]
pub fn unread(unread: &Unread) -> proto::Unread {
    let marks = Marks { read_seq: unread.read_seq, delivered_seq: unread.read_seq };
    proto::Unread {
        user_id: unread.user_id.to_string(),
        conversation_id: unread.conversation_id.to_string(),
        last_seq: unread.last_seq,
        version: unread.version,
        read_seq: unread.read_seq,
        unread_count: marks.unread_count(unread.last_seq),
        mention_count: 0,
        total_unread: unread.total_unread,
    }
}
