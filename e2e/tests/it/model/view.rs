//! What the public API must show of the model, as JSON that the answer must contain.

use serde_json::{Value, json};

use super::world::{Conversation, Kind, Message, Who, World};

/// In an expected value: any text.
pub(super) const ANY_TEXT: &str = "(any text)";

pub(super) struct View<'a> {
    pub(super) world: &'a World,
    /// Ids of the people.
    pub(super) ids: &'a [String],
}

impl View<'_> {
    fn lite(&self, who: Who) -> Value {
        json!({"id": self.ids[who]})
    }

    /// `Relationship` of `viewer` to `who`.
    pub(super) fn relationship(&self, viewer: Who, who: Who) -> Value {
        json!({
            "following": self.world.follows[viewer][who].text(),
            "followed_by": self.world.follows[who][viewer].text(),
            "connected": self.world.connected(viewer, who),
            "blocking": self.world.blocks[viewer][who],
            "muting": self.world.mutes[viewer][who],
        })
    }

    /// `Conversation` as `viewer` sees it.
    pub(super) fn conversation(&self, it: &Conversation, viewer: Who) -> Value {
        let my = it.members.get(&viewer);
        let last = it.messages.last().filter(|_| my.is_some());
        let peer = it.peer(viewer).filter(|peer| my.is_some() && !self.world.hidden(*peer, viewer));
        json!({
            "id": it.id,
            "kind": it.kind.text(),
            "title": it.title,
            "topic": it.topic,
            "avatar_url": null,
            "state": if it.is_closed { "closed" } else { "open" },
            "owner_id": it.owner().map(|owner| &self.ids[owner]),
            "member_count": it.members.len(),
            "last_seq": it.last_seq(),
            "version": it.version,
            "last_message": last.map(|last| self.message(it, last, it.last_seq(), viewer)),
            "my": my.map(|my| json!({
                "role": my.role.text(),
                "read_seq": my.read,
                "delivered_seq": my.delivered,
                "unread_count": it.last_seq() - my.read,
                "mention_count": it.mention_count(viewer),
                "muted_until": my.muted.then_some(ANY_TEXT),
                "pinned": my.pinned,
                "archived": my.archived,
            })),
            "peer": peer.map(|peer| self.lite(peer)),
        })
    }

    /// `Member`.
    pub(super) fn member(&self, it: &Conversation, who: Who) -> Value {
        let mut expected = json!({"user": self.lite(who)});
        if let Some(member) = it.members.get(&who) {
            expected["role"] = json!(member.role.text());
            if let Some(version) = member.version {
                expected["version"] = json!(version);
            }
        }
        expected
    }

    /// `Marks`.
    pub(super) fn marks(&self, it: &Conversation, viewer: Who) -> Value {
        let read = it.members.get(&viewer).map_or(0, |my| my.read);
        json!({
            "delivered_seq": it.members.get(&viewer).map(|my| my.delivered),
            "read_seq": read,
            "unread_count": it.last_seq() - read,
            "mention_count": it.mention_count(viewer),
            "total_unread": self.world.total_unread(viewer),
        })
    }

    /// `Message` as `viewer` sees it; lists without an order are sorted.
    pub(super) fn message(&self, it: &Conversation, message: &Message, seq: i64, viewer: Who) -> Value {
        let mut mentions: Vec<_> = message.mentions.iter().map(|who| &self.ids[*who]).collect();
        mentions.sort();
        let mut expected = json!({
            "conversation_id": it.id,
            "seq": seq,
            "version": message.version,
            "kind": if message.system.is_some() { "system" } else { "text" },
            "body": message.body,
            "mentions": mentions,
            "attachments": [],
            "reactions": reactions(message, viewer),
            "deleted_at": message.deleted.then_some(ANY_TEXT),
        });
        if !message.id.is_empty() {
            expected["id"] = json!(message.id);
        }
        if !message.deleted {
            expected["edited_at"] = json!((!message.edits.is_empty()).then_some(ANY_TEXT));
        }
        match message.sender {
            Some(sender) => {
                expected["client_id"] = json!(message.client_id);
                // Whether the name of a person who may not be seen stands at what they wrote in a direct is left open.
                if it.kind != Kind::Direct || !self.world.hidden(sender, viewer) {
                    expected["sender"] = self.lite(sender);
                }
            }
            None => expected["sender"] = Value::Null,
        }
        if let Some(system) = &message.system {
            expected["body"] = Value::String(message.body.clone());
            expected["system"] = json!({
                "event": system.event,
                "actor": self.lite(system.actor),
                "user": system.user.map(|user| self.lite(user)),
            });
            let texts = [("title", &system.title), ("topic", &system.topic)];
            for (name, text) in texts.into_iter().filter(|(_, text)| text.is_some()) {
                expected["system"][name] = json!(text);
            }
            if let Some(role) = system.role {
                expected["system"]["role"] = json!(role);
            }
        }
        expected["reply_to"] = message.reply_to.map_or(Value::Null, |at| self.reply_to(it, at));
        expected
    }

    fn reply_to(&self, it: &Conversation, at: usize) -> Value {
        let message = &it.messages[at];
        let mut expected = json!({
            "id": message.id,
            "seq": at + 1,
            "sender_id": message.sender.map(|sender| &self.ids[sender]),
        });
        // Whether it follows later edits is left open.
        if message.edits.is_empty() && message.system.is_none() {
            expected["excerpt"] = json!(message.body);
        }
        expected
    }
}

/// Sorted by emoji.
pub(super) fn reactions(message: &Message, viewer: Who) -> Vec<Value> {
    let reactions = message.reactions.iter();
    reactions
        .map(|(emoji, people)| json!({"emoji": emoji, "count": people.len(), "me": people.contains(&viewer)}))
        .collect()
}

/// What is expected, but for what has arrived: connected clients say that of themselves.
pub(super) fn without_deliveries(mut value: Value) -> Value {
    forget_deliveries(&mut value);
    value
}

fn forget_deliveries(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["delivered", "delivered_seq"].contains(&name.as_str()));
            fields.values_mut().for_each(forget_deliveries);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_deliveries),
        _ => {}
    }
}

/// Where an answer lacks what is expected: path, what stands there, what should.
pub(super) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::String(text), Value::String(_)) if text == ANY_TEXT => None,
        (Value::Object(expected), Value::Object(actual)) => expected.iter().find_map(|(name, value)| {
            let actual = actual.get(name).unwrap_or(&Value::Null);
            difference(value, actual).map(|difference| format!(".{name}{difference}"))
        }),
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            expected.iter().zip(actual).enumerate().find_map(|(index, (expected, actual))| {
                difference(expected, actual).map(|difference| format!("[{index}]{difference}"))
            })
        }
        (expected, actual) if expected == actual => None,
        (expected, actual) => Some(format!(" is {actual}, not {expected}")),
    }
}

/// Sorts the lists of a message (or of what holds one) that have no order.
pub(super) fn sorted(mut value: Value) -> Value {
    sort(&mut value);
    value
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("mentions", Value::Array(ids)) => ids.sort_by_key(ToString::to_string),
                    ("reactions", Value::Array(items)) => items.sort_by_key(|item| item["emoji"].to_string()),
                    (_, field) => sort(field),
                }
            }
        }
        _ => {}
    }
}
