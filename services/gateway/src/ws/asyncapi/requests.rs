//! What clients may ask, with the shapes of its data. The types here document what `frames/requests.rs` reads; a test holds the two
//! together.
#![expect(dead_code, reason = "fields document what is read elsewhere")]

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::reference;
use crate::http::messages::change::EditMessageRequest;
use crate::http::messages::marks::MarkRequest;
use crate::http::messages::send::SendMessageRequest;
use crate::http::presence::PresenceQuery;

/// A type of a client's frames.
pub(super) struct RequestType {
    /// `type` of the frame.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) summary: &'static str,
    /// Shapes of `data`: the fields of all of them together.
    data: &'static [fn() -> RefOr<Schema>],
    /// The variant of [`crate::ws::frames::Reply`] that answers it.
    pub(super) reply: &'static str,
}

/// All of them.
pub(super) const REQUESTS: &[RequestType] = &[
    RequestType { name: "ping", summary: "Whether the server is there", data: &[], reply: "Pong" },
    RequestType {
        name: "auth.refresh",
        summary: "Go on with another access token of the same session",
        data: &[AccessToken::schema],
        reply: "Refreshed",
    },
    RequestType {
        name: "sync",
        summary: "What changed since a token",
        data: &[Since::schema],
        reply: "Sync",
    },
    RequestType {
        name: "conversation.changes",
        summary: "What changed in a conversation since a version",
        data: &[InConversation::schema, After::schema],
        reply: "Changes",
    },
    RequestType {
        name: "conversation.open",
        summary: "Get its plane too: typing, online counts, receipts, and the messages of a large one",
        data: &[InConversation::schema],
        reply: "Open",
    },
    RequestType {
        name: "conversation.close",
        summary: "Get its plane no more",
        data: &[InConversation::schema],
        reply: "Done",
    },
    RequestType {
        name: "message.send",
        summary: "Send a message; it is durable once this is answered. Repeat it with the same `client_id`",
        data: &[InConversation::schema, SendMessageRequest::schema],
        reply: "Message",
    },
    RequestType {
        name: "message.edit",
        summary: "Give a message of one's own another body",
        data: &[OfMessage::schema, EditMessageRequest::schema],
        reply: "Message",
    },
    RequestType {
        name: "message.delete",
        summary: "Delete a message",
        data: &[OfMessage::schema],
        reply: "Done",
    },
    RequestType {
        name: "reaction.add",
        summary: "React to a message",
        data: &[OfMessage::schema, Emoji::schema],
        reply: "Reactions",
    },
    RequestType {
        name: "reaction.remove",
        summary: "Take a reaction back",
        data: &[OfMessage::schema, Emoji::schema],
        reply: "Reactions",
    },
    RequestType {
        name: "delivered.mark",
        summary: "Everything up to a position has arrived",
        data: &[InConversation::schema, MarkRequest::schema],
        reply: "Marks",
    },
    RequestType {
        name: "read.mark",
        summary: "Everything up to a position is read",
        data: &[InConversation::schema, MarkRequest::schema],
        reply: "Marks",
    },
    RequestType {
        name: "typing.start",
        summary: "Typing; fades after 6 seconds, so repeat it every 3",
        data: &[InConversation::schema],
        reply: "Done",
    },
    RequestType {
        name: "typing.stop",
        summary: "Not typing any more",
        data: &[InConversation::schema],
        reply: "Done",
    },
    RequestType {
        name: "presence.set",
        summary: "How one is there: `online` and `away` belong to this socket, `dnd` and `invisible` to the person",
        data: &[Status::schema],
        reply: "Done",
    },
    RequestType {
        name: "presence.watch",
        summary: "Be told how these people are there; replaces the list before",
        data: &[PresenceQuery::schema],
        reply: "Presences",
    },
];

/// Another access token.
#[derive(ToSchema)]
struct AccessToken {
    /// Of the same session.
    access_token: String,
}

/// From where on.
#[derive(ToSchema)]
struct Since {
    /// `token` of an earlier answer, or the `sync_token` of a `hello`; absent for the first time.
    #[schema(nullable = false)]
    since: Option<String>,
}

/// In a conversation.
#[derive(ToSchema)]
struct InConversation {
    /// Which one.
    conversation_id: Uuid,
}

/// Up to where a conversation is known.
#[derive(ToSchema)]
struct After {
    /// The version up to which all is known.
    #[schema(minimum = 0)]
    after: i64,
}

/// Of a message.
#[derive(ToSchema)]
struct OfMessage {
    /// Which one.
    message_id: Uuid,
}

/// With what.
#[derive(ToSchema)]
struct Emoji {
    /// One emoji.
    #[schema(example = "👍")]
    emoji: String,
}

/// How one is there.
#[derive(ToSchema)]
struct Status {
    /// `online`, `away`, `dnd` or `invisible`.
    #[schema(pattern = "^(online|away|dnd|invisible)$", example = "away")]
    status: String,
}

impl RequestType {
    /// Its message in the document.
    pub(super) fn message(&self) -> Value {
        let data = self.data_schema();
        let needs_data =
            data.get("required").and_then(Value::as_array).is_some_and(|required| !required.is_empty());
        let required = if needs_data { json!(["type", "id", "data"]) } else { json!(["type", "id"]) };
        json!({
            "name": self.name,
            "title": self.name,
            "summary": self.summary,
            "correlationId": {"location": "$message.payload#/id"},
            "payload": {"type": "object", "required": required, "additionalProperties": false, "properties": {
                "type": {"type": "string", "const": self.name},
                "id": reference(),
                "data": data,
            }},
        })
    }

    /// One shape with the fields of all.
    fn data_schema(&self) -> Value {
        let mut properties = serde_json::Map::new();
        let mut required = Vec::new();
        for shape in self.data {
            let mut schema = serde_json::to_value(shape()).unwrap_or_default();
            if let Some(Value::Object(fields)) = schema.get_mut("properties").map(Value::take) {
                properties.extend(fields);
            }
            if let Some(Value::Array(names)) = schema.get_mut("required").map(Value::take) {
                required.extend(names);
            }
        }
        let mut data = json!({"type": "object", "additionalProperties": false, "properties": properties});
        // draft-07 allows an empty list, its predecessors do not.
        if let Some(data) = data.as_object_mut().filter(|_| !required.is_empty()) {
            data.insert("required".to_owned(), required.into());
        }
        data
    }
}
