//! Domain values as messages on the wire.

use prost_types::Timestamp;
use pulse_proto::common::v1 as common;
use pulse_proto::messages::v1 as proto;
use time::OffsetDateTime;

use crate::domain::address::Signer;
use crate::domain::attachment::Attachment;
use crate::domain::conversation::{Conversation, Kind, Member, Membership, Role};
use crate::domain::mark::Marks;
use crate::domain::message::{Message, MessageKind, ReplyTo};
use crate::domain::person::Person;
use crate::domain::reaction::Reaction;
use crate::domain::system::{SystemEvent, SystemNote};
use crate::store::mark::{Counts, Unread};

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
pub fn message(message: &Message, signer: &Signer) -> proto::Message {
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
        mentioned_user_ids: message.mentions.iter().map(ToString::to_string).collect(),
        attachments: message.attachments.iter().map(|file| attachment(file, signer)).collect(),
        reactions: reactions(&message.reactions),
        system: message.system.as_ref().map(system),
        created_at: Some(timestamp(message.created_at)),
        edited_at: message.edited_at.map(timestamp),
        deleted_at: message.deleted_at.map(timestamp),
    }
}

/// A file.
#[must_use]
pub fn attachment(attachment: &Attachment, signer: &Signer) -> proto::Attachment {
    let (width, height) = attachment.dimensions.unwrap_or_default();
    let address = signer.sign(attachment);
    proto::Attachment {
        attachment_id: attachment.attachment_id.to_string(),
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        size_bytes: attachment.size_bytes,
        width,
        height,
        url: address.url,
        thumbnail_url: address.thumbnail_url,
        url_expires_at: Some(timestamp(address.expires_at)),
    }
}

/// Reactions.
#[must_use]
pub fn reactions(reactions: &[Reaction]) -> Vec<proto::Reaction> {
    let reactions = reactions.iter().map(|reaction| proto::Reaction {
        emoji: reaction.emoji.clone(),
        count: reaction.count,
        me: reaction.is_mine,
    });
    reactions.collect()
}

fn system(note: &SystemNote) -> proto::SystemNote {
    let event = match note.event {
        SystemEvent::Created => proto::SystemEvent::Created,
        SystemEvent::MemberAdded => proto::SystemEvent::MemberAdded,
        SystemEvent::MemberRemoved => proto::SystemEvent::MemberRemoved,
        SystemEvent::MemberLeft => proto::SystemEvent::MemberLeft,
        SystemEvent::RoleChanged => proto::SystemEvent::RoleChanged,
        SystemEvent::Renamed => proto::SystemEvent::Renamed,
        SystemEvent::TopicChanged => proto::SystemEvent::TopicChanged,
        SystemEvent::Transferred => proto::SystemEvent::Transferred,
        SystemEvent::Closed => proto::SystemEvent::Closed,
        SystemEvent::Reopened => proto::SystemEvent::Reopened,
    };
    proto::SystemNote {
        event: event.into(),
        actor: note.actor.as_ref().map(person),
        user: note.user.as_ref().map(person),
        title: note.title.clone(),
        topic: note.topic.clone(),
        role: note.role.map(|role| role.as_str().to_owned()).unwrap_or_default(),
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
pub fn conversation(conversation: &Conversation, signer: &Signer) -> proto::Conversation {
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
        avatar_url: conversation.avatar_url.clone(),
        state: state.into(),
        owner_id: conversation.owner_id.map(|owner_id| owner_id.to_string()).unwrap_or_default(),
        member_count: u32::try_from(conversation.member_count).unwrap_or_default(),
        last_seq: conversation.last_seq,
        version: conversation.version,
        last_message: conversation.last_message.as_ref().map(|last| message(last, signer)),
        my: conversation.my.as_ref().map(|my| membership(my, conversation.last_seq)),
        peer: conversation.peer.as_ref().map(person),
        created_at: Some(timestamp(conversation.created_at)),
        updated_at: Some(timestamp(conversation.updated_at)),
    }
}

fn membership(my: &Membership, last_seq: i64) -> proto::Membership {
    proto::Membership {
        role: role(my.role).into(),
        joined_at: Some(timestamp(my.joined_at)),
        read_seq: my.marks.read_seq,
        delivered_seq: my.marks.delivered_seq,
        unread_count: my.marks.unread_count(last_seq),
        mention_count: my.mention_count,
        muted_until: my.muted_until.map(timestamp),
        pinned: my.is_pinned,
        archived: my.is_archived,
    }
}

/// What a member may do.
#[must_use]
pub const fn role(role: Role) -> proto::MemberRole {
    match role {
        Role::Member => proto::MemberRole::Member,
        Role::Admin => proto::MemberRole::Admin,
        Role::Owner => proto::MemberRole::Owner,
    }
}

/// Somebody in a conversation.
#[must_use]
pub fn member(member: &Member) -> proto::Member {
    proto::Member {
        user: member.person.as_ref().map(person),
        role: role(member.role).into(),
        joined_at: Some(timestamp(member.joined_at)),
        version: member.version,
    }
}

/// A member's marks in a conversation that ends at `last_seq`.
#[must_use]
pub fn marks(marks: Marks, last_seq: i64, counts: Counts) -> proto::Marks {
    proto::Marks {
        delivered_seq: marks.delivered_seq,
        read_seq: marks.read_seq,
        unread_count: marks.unread_count(last_seq),
        mention_count: counts.mention_count,
        total_unread: counts.total_unread,
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
        mention_count: unread.mention_count,
        total_unread: unread.total_unread,
    }
}
