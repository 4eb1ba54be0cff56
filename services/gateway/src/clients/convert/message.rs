//! Messages as message-store tells them, turned into the shapes of the public contract.

use pulse_proto::messages::v1 as messages;
use pulse_rpc::Failure;

use super::{corrupt, filled, id, moment, optional_id, optional_moment, person};
use crate::domain::message::{Attachment, Message, MessageKind, Reaction, ReplyTo, SystemEvent, SystemNote};

/// Reads a message as the caller sees it.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn message(message: messages::Message) -> Result<Message, Failure> {
    let kind = match message.kind() {
        messages::MessageKind::Text => MessageKind::Text,
        messages::MessageKind::System => MessageKind::System,
        messages::MessageKind::Unspecified => return Err(corrupt("message.kind")),
    };
    let mentions = message.mentioned_user_ids.iter().map(|text| id("mentioned_user_ids", text));
    let mentions = mentions.collect::<Result<_, _>>()?;
    Ok(Message {
        id: id("message_id", &message.message_id)?,
        conversation_id: id("conversation_id", &message.conversation_id)?,
        seq: message.seq,
        version: message.version,
        sender: message.sender.map(person).transpose()?,
        client_id: filled(message.client_id),
        kind,
        body: message.body,
        reply_to: message.reply_to.map(reply_to).transpose()?,
        mentions,
        attachments: message.attachments.into_iter().map(attachment).collect::<Result<_, _>>()?,
        reactions: reactions(message.reactions),
        created_at: moment("message.created_at", message.created_at)?,
        edited_at: optional_moment("message.edited_at", message.edited_at)?,
        deleted_at: optional_moment("message.deleted_at", message.deleted_at)?,
        system: message.system.map(system).transpose()?,
    })
}

/// Reads a message of an event, which is the same for every reader: its reactions come without `me`.
///
/// # Errors
/// `internal` when it is absent or a field is corrupt.
pub fn event_message(found: Option<messages::Message>) -> Result<Message, Failure> {
    let found = message(found.ok_or_else(|| corrupt("message"))?)?;
    Ok(Message { reactions: for_everybody(found.reactions), ..found })
}

/// Reads the reactions on a message as the caller sees them.
#[must_use]
pub fn reactions(found: Vec<messages::Reaction>) -> Vec<Reaction> {
    let read = |reaction: messages::Reaction| Reaction {
        emoji: reaction.emoji,
        count: reaction.count,
        me: Some(reaction.me),
    };
    found.into_iter().map(read).collect()
}

/// Reactions as every reader sees them.
#[must_use]
pub fn for_everybody(reactions: Vec<Reaction>) -> Vec<Reaction> {
    reactions.into_iter().map(|reaction| Reaction { me: None, ..reaction }).collect()
}

/// Reads a file.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn attachment(found: messages::Attachment) -> Result<Attachment, Failure> {
    Ok(Attachment {
        id: id("attachment_id", &found.attachment_id)?,
        name: found.name,
        media_type: found.media_type,
        size: found.size_bytes,
        width: (found.width > 0).then_some(found.width),
        height: (found.height > 0).then_some(found.height),
        url: found.url,
        thumbnail_url: filled(found.thumbnail_url),
        url_expires_at: moment("attachment.url_expires_at", found.url_expires_at)?,
    })
}

fn reply_to(reply: messages::ReplyTo) -> Result<ReplyTo, Failure> {
    Ok(ReplyTo {
        id: id("reply_to.message_id", &reply.message_id)?,
        seq: reply.seq,
        sender_id: optional_id("reply_to.sender_id", &reply.sender_id)?,
        excerpt: reply.excerpt,
    })
}

fn system(note: messages::SystemNote) -> Result<SystemNote, Failure> {
    let event = match note.event() {
        messages::SystemEvent::Created => SystemEvent::Created,
        messages::SystemEvent::MemberAdded => SystemEvent::MemberAdded,
        messages::SystemEvent::MemberRemoved => SystemEvent::MemberRemoved,
        messages::SystemEvent::MemberLeft => SystemEvent::MemberLeft,
        messages::SystemEvent::RoleChanged => SystemEvent::RoleChanged,
        messages::SystemEvent::Renamed => SystemEvent::Renamed,
        messages::SystemEvent::TopicChanged => SystemEvent::TopicChanged,
        messages::SystemEvent::Transferred => SystemEvent::Transferred,
        messages::SystemEvent::Closed => SystemEvent::Closed,
        messages::SystemEvent::Reopened => SystemEvent::Reopened,
        messages::SystemEvent::Unspecified => return Err(corrupt("system.event")),
    };
    Ok(SystemNote {
        event,
        actor: note.actor.map(person).transpose()?,
        user: note.user.map(person).transpose()?,
        title: note.title,
        topic: note.topic,
        role: filled(note.role),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a5c6-7c1f-7000-8000-000000000001";

    fn full() -> messages::Message {
        let at = prost_types::Timestamp { seconds: 1_769_851_800, nanos: 123_000_000 };
        messages::Message {
            message_id: ID.into(),
            conversation_id: ID.into(),
            seq: 3,
            version: 7,
            kind: messages::MessageKind::System.into(),
            mentioned_user_ids: vec![ID.into()],
            created_at: Some(at),
            edited_at: Some(at),
            attachments: vec![messages::Attachment {
                attachment_id: ID.into(),
                name: "a.png".into(),
                media_type: "image/png".into(),
                size_bytes: 9,
                width: 2,
                height: 1,
                url: "/u".into(),
                thumbnail_url: String::new(),
                url_expires_at: Some(at),
            }],
            reactions: vec![messages::Reaction { emoji: "👍".into(), count: 2, me: true }],
            system: Some(messages::SystemNote {
                event: messages::SystemEvent::Renamed.into(),
                title: Some("Engines".into()),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    #[test]
    fn all_that_a_message_has_is_told_and_what_it_has_not_is_absent() {
        let told = serde_json::to_string(&message(full()).expect("a message")).expect("JSON");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn what_is_for_everybody_tells_nothing_of_one_reader() {
        assert_eq!(message(full()).expect("a message").reactions[0].me, Some(true));
        assert_eq!(event_message(Some(full())).expect("a message").reactions[0].me, None);
        assert!(event_message(None).is_err());
    }
}
