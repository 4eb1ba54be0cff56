//! What clients ask, as it is read: bodies by the same readers as their REST twins.

use pulse_rpc::Failure;
use pulse_types::{ConversationId, MessageId, UserId};
use serde_json::{Map, Value};

use crate::domain::OwnStatus;
use crate::domain::message::SendMessage;
use crate::http::extract::RequestBody as _;
use crate::http::messages::change::EditMessageRequest;
use crate::http::messages::marks::MarkRequest;
use crate::http::messages::send::SendMessageRequest;
use crate::http::presence::PresenceQuery;
use crate::http::sync::since;
use crate::json::{Fields, parse_object};

/// Longest reference of a client, in characters.
const ID_MAX: usize = 64;

/// A frame of a client that can be answered.
#[derive(Debug)]
pub struct Request {
    /// The client's reference; comes back with the answer.
    pub id: String,
    /// For metrics: one of a closed list.
    pub kind: &'static str,
    /// What it asks for, or why that can't be told.
    pub command: Result<Command, Failure>,
}

/// What a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `ping`
    Ping,
    /// `auth.refresh`
    AuthRefresh {
        /// The new access token.
        access_token: String,
    },
    /// `sync`
    Sync {
        /// The client's token; absent for the first time.
        since: Option<String>,
    },
    /// `conversation.changes`
    ConversationChanges {
        /// Of which one.
        conversation_id: ConversationId,
        /// The version up to which all is known.
        after: i64,
    },
    /// `conversation.open`
    ConversationOpen {
        /// Which one.
        conversation_id: ConversationId,
    },
    /// `conversation.close`
    ConversationClose {
        /// Which one.
        conversation_id: ConversationId,
    },
    /// `message.send`
    MessageSend(SendMessage),
    /// `message.edit`
    MessageEdit {
        /// Which one.
        message_id: MessageId,
        /// What it says from now on.
        body: String,
    },
    /// `message.delete`
    MessageDelete {
        /// Which one.
        message_id: MessageId,
    },
    /// `reaction.add` and `reaction.remove`
    Reaction {
        /// On which message.
        message_id: MessageId,
        /// As it was sent.
        emoji: String,
        /// Whether it is to stand.
        active: bool,
    },
    /// `delivered.mark`
    DeliveredMark {
        /// Where.
        conversation_id: ConversationId,
        /// Up to which position.
        seq: i64,
    },
    /// `read.mark`
    ReadMark {
        /// Where.
        conversation_id: ConversationId,
        /// Up to which position.
        seq: i64,
    },
    /// `typing.start` and `typing.stop`
    Typing {
        /// Where.
        conversation_id: ConversationId,
        /// Whether they are typing.
        active: bool,
    },
    /// `presence.set`
    PresenceSet {
        /// What the person says of themselves.
        status: OwnStatus,
    },
    /// `presence.watch`
    PresenceWatch {
        /// Whose presence is to be told from now on, in the order asked; may repeat.
        user_ids: Vec<UserId>,
    },
}

/// Reads a text frame.
///
/// # Errors
/// What is wrong with a frame that can't be answered: the socket is to be closed with 4400.
pub fn parse(text: &str) -> Result<Request, String> {
    let mut frame = parse_object(text.as_bytes()).map_err(|malformed| malformed.to_string())?;
    let Some(Value::String(kind)) = frame.remove("type") else {
        return Err("a frame needs a type, a string".to_owned());
    };
    let id = match frame.remove("id") {
        Some(Value::String(id)) if (1..=ID_MAX).contains(&id.chars().count()) => id,
        _ => return Err("a frame needs an id, a string of 1 to 64 characters".to_owned()),
    };
    let data = match frame.remove("data") {
        None => Ok(Map::new()),
        Some(Value::Object(data)) => Ok(data),
        Some(_) => Err(Failure::invalid_field("data", "invalid", "must be an object")),
    };
    let left_over = Fields::new(frame).finish(|| Some(()));
    let (kind, read) = reader(&kind).map_or(("unknown", None), |(kind, read)| (kind, Some(read)));
    let command = left_over.and(data).and_then(|data| {
        let read = read.ok_or_else(|| Failure::invalid_field("type", "invalid", "there is no such type"))?;
        let mut fields = Fields::new(data);
        let command = read(&mut fields);
        fields.finish(|| command)
    });
    Ok(Request { id, kind, command })
}

/// Takes the fields of one type; `None` after a fault.
type Read = fn(&mut Fields) -> Option<Command>;

/// How a type is read, and its name for metrics.
fn reader(kind: &str) -> Option<(&'static str, Read)> {
    let found: (_, Read) = match kind {
        "ping" => ("ping", |_| Some(Command::Ping)),
        "auth.refresh" => ("auth.refresh", |fields| {
            Some(Command::AuthRefresh { access_token: fields.text("access_token")? })
        }),
        "sync" => ("sync", |fields| Some(Command::Sync { since: since(fields)? })),
        "conversation.changes" => ("conversation.changes", changes),
        "conversation.open" => ("conversation.open", |fields| {
            Some(Command::ConversationOpen { conversation_id: conversation_id(fields)? })
        }),
        "conversation.close" => ("conversation.close", |fields| {
            Some(Command::ConversationClose { conversation_id: conversation_id(fields)? })
        }),
        "message.send" => ("message.send", send),
        "message.edit" => ("message.edit", edit),
        "message.delete" => {
            ("message.delete", |fields| Some(Command::MessageDelete { message_id: message_id(fields)? }))
        }
        "reaction.add" => ("reaction.add", |fields| reaction(fields, true)),
        "reaction.remove" => ("reaction.remove", |fields| reaction(fields, false)),
        "delivered.mark" => ("delivered.mark", |fields| {
            let (conversation_id, seq) = mark(fields)?;
            Some(Command::DeliveredMark { conversation_id, seq })
        }),
        "read.mark" => ("read.mark", |fields| {
            let (conversation_id, seq) = mark(fields)?;
            Some(Command::ReadMark { conversation_id, seq })
        }),
        "typing.start" => ("typing.start", |fields| typing(fields, true)),
        "typing.stop" => ("typing.stop", |fields| typing(fields, false)),
        "presence.set" => ("presence.set", |fields| {
            let status = fields.parsed("status", "online, away, dnd or invisible")?;
            Some(Command::PresenceSet { status })
        }),
        "presence.watch" => ("presence.watch", |fields| {
            Some(Command::PresenceWatch { user_ids: PresenceQuery::read(fields)?.user_ids })
        }),
        _ => return None,
    };
    Some(found)
}

fn conversation_id(fields: &mut Fields) -> Option<ConversationId> {
    fields.parsed("conversation_id", "a UUID")
}

fn message_id(fields: &mut Fields) -> Option<MessageId> {
    fields.parsed("message_id", "a UUID")
}

fn changes(fields: &mut Fields) -> Option<Command> {
    let (conversation_id, after) = (conversation_id(fields), fields.seq("after"));
    Some(Command::ConversationChanges { conversation_id: conversation_id?, after: after? })
}

fn send(fields: &mut Fields) -> Option<Command> {
    let (conversation_id, new) = (conversation_id(fields), SendMessageRequest::read(fields));
    Some(Command::MessageSend(new?.into_send(conversation_id?)))
}

fn edit(fields: &mut Fields) -> Option<Command> {
    let (message_id, edit) = (message_id(fields), EditMessageRequest::read(fields));
    Some(Command::MessageEdit { message_id: message_id?, body: edit?.body })
}

fn reaction(fields: &mut Fields, active: bool) -> Option<Command> {
    let (message_id, emoji) = (message_id(fields), fields.text("emoji"));
    Some(Command::Reaction { message_id: message_id?, emoji: emoji?, active })
}

fn mark(fields: &mut Fields) -> Option<(ConversationId, i64)> {
    let (conversation_id, mark) = (conversation_id(fields), MarkRequest::read(fields));
    Some((conversation_id?, mark?.seq))
}

fn typing(fields: &mut Fields, active: bool) -> Option<Command> {
    Some(Command::Typing { conversation_id: conversation_id(fields)?, active })
}
