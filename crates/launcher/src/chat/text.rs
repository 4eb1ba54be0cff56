//! Conversations and messages as lines of text. What people wrote can't steer the terminal.

use pulse_client::{Conversation, Message, SystemNote, UserLite};

use crate::terminal;

/// Characters of the last message in a list: a line of 80 in all.
const LAST_WIDTH: usize = 40;

/// A text in one line.
pub(super) fn harmless(text: &str) -> String {
    terminal::harmless(&text.replace(['\n', '\r'], " "))
}

/// What a conversation is called.
pub(super) fn title(conversation: &Conversation) -> String {
    let peer = conversation.peer.as_ref().map(|peer| peer.display_name.as_str());
    match (&conversation.title, peer, conversation.kind.as_str()) {
        (Some(title), ..) => harmless(title),
        (None, Some(peer), _) => harmless(peer),
        (None, None, "direct") => "somebody who is gone".to_owned(),
        (None, None, _) => format!("a group of {}", conversation.member_count),
    }
}

/// A conversation in a list.
pub(super) fn line(number: usize, conversation: &Conversation) -> String {
    let unread = conversation.my.as_ref().map_or(0, |my| my.unread_count);
    let unread = if unread > 0 { format!("{unread} new") } else { String::new() };
    let last = conversation.last_message.as_ref().map(said).unwrap_or_default();
    let last: String = last.chars().take(LAST_WIDTH).collect();
    format!("{number:>3}  {:<24} {unread:<8} {last}", title(conversation)).trim_end().to_owned()
}

/// A message of the open conversation.
pub(super) fn message(message: &Message) -> String {
    let at = message.created_at;
    format!("{:02}:{:02} {}", at.hour(), at.minute(), said(message))
}

fn said(message: &Message) -> String {
    if let Some(note) = &message.system {
        return format!("* {}", happened(note));
    }
    let sender = name(message.sender.as_ref());
    if message.deleted_at.is_some() {
        return format!("{sender}: (deleted)");
    }
    let files: String =
        message.attachments.iter().map(|file| format!(" [{}]", harmless(&file.name))).collect();
    let edited = if message.edited_at.is_some() { " (edited)" } else { "" };
    let reactions: String = message
        .reactions
        .iter()
        .map(|reaction| format!(" {}{}", harmless(&reaction.emoji), reaction.count))
        .collect();
    format!("{sender}: {}{files}{edited}{reactions}", harmless(&message.body))
}

fn happened(note: &SystemNote) -> String {
    let (actor, user) = (name(note.actor.as_ref()), name(note.user.as_ref()));
    let title = || harmless(note.title.as_deref().unwrap_or("nothing"));
    match note.event.as_str() {
        "created" => format!("{actor} began this conversation"),
        "member_added" if note.actor == note.user => format!("{user} came in"),
        "member_added" => format!("{actor} added {user}"),
        "member_removed" => format!("{actor} removed {user}"),
        "member_left" => format!("{user} left"),
        "role_changed" => {
            format!("{actor} made {user} {}", harmless(note.role.as_deref().unwrap_or("member")))
        }
        "renamed" => format!("{actor} renamed it to {}", title()),
        "topic_changed" => format!("{actor} changed the topic"),
        "transferred" => format!("{user} is the owner now"),
        "closed" => format!("{actor} closed this conversation"),
        "reopened" => format!("{actor} opened this conversation again"),
        other => harmless(other),
    }
}

fn name(user: Option<&UserLite>) -> String {
    user.map_or_else(|| "somebody who is gone".to_owned(), |user| harmless(&user.display_name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn example(extra: serde_json::Value) -> Message {
        let mut message = json!({
            "id": "0190a5c6-7c1f-7000-8000-000000000001",
            "conversation_id": "0190a5c6-7c1f-7000-8000-000000000002",
            "seq": 1, "version": 1, "kind": "text", "body": "one\u{1b}[2J\ntwo", "client_id": null, "reply_to": null,
            "sender": {"id": "0190a5c6-7c1f-7000-8000-000000000003", "username": "ada", "display_name": "Ada",
                "avatar_url": null},
            "mentions": [], "attachments": [], "reactions": [{"emoji": "👍", "count": 2}],
            "created_at": "2026-01-31T09:05:00.123Z", "edited_at": null, "deleted_at": null
        });
        for (name, value) in extra.as_object().unwrap() {
            message[name] = value.clone();
        }
        serde_json::from_value(message).unwrap()
    }

    #[test]
    fn messages_are_lines_that_can_not_steer_the_terminal() {
        assert_eq!(message(&example(json!({}))), "09:05 Ada: one\u{fffd}[2J two 👍2");
        let gone = json!({"deleted_at": "2026-01-31T09:06:00Z", "body": "", "sender": null});
        assert_eq!(message(&example(gone)), "09:05 somebody who is gone: (deleted)");
        let note = json!({"kind": "system", "body": "", "system": {"event": "renamed", "title": "Engines",
            "actor": {"id": "0190a5c6-7c1f-7000-8000-000000000003", "username": "ada", "display_name": "Ada",
                "avatar_url": null}}});
        assert_eq!(message(&example(note)), "09:05 * Ada renamed it to Engines");
    }
}
