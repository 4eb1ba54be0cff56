//! Every frame that crosses a socket (contract section 7): requests as they are read, answers and events as they are
//! written. What a request does is in `connection.rs`.

use pulse_rpc::{Failure, Reason};
use pulse_token::Claims;
use pulse_types::{
    AttachmentId, ConnectionId, ConversationId, FollowRequestId, MessageId, SessionId, UserId,
};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

use crate::domain::conversation::Conversation;
use crate::domain::conversation_change::ATTACHMENTS_MAX;
use crate::domain::limits::Limits;
use crate::domain::live::{
    ConversationRemoved, MemberChanged, MessageDeleted, ReactionUpdated, ReceiptUpdated,
};
use crate::domain::marks::Marks;
use crate::domain::message::{Message, SendMessage};
use crate::domain::moment::Moment;
use crate::domain::unread::Unread;
use crate::domain::user::{Me, User};
use crate::json::ids::distinct_ids;
use crate::json::{Fields, parse_object};
use crate::ws::for_all::ForAll;

/// Longest reference of a client, in characters.
const ID_MAX: usize = 64;

/// What the contract names and this version does not answer yet.
const LATER: &[&str] = &[
    "sync",
    "conversation.changes",
    "conversation.open",
    "conversation.close",
    "message.edit",
    "message.delete",
    "reaction.add",
    "reaction.remove",
    "delivered.mark",
    "typing.start",
    "typing.stop",
    "presence.set",
    "presence.watch",
];

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
    /// `message.send`
    MessageSend(SendMessage),
    /// `read.mark`
    ReadMark {
        /// Where.
        conversation_id: ConversationId,
        /// Up to which position.
        seq: i64,
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
    let (kind, read) = reader(&kind);
    let left_over = Fields::new(frame).finish(|| Some(()));
    let command = left_over.and(data).and_then(read);
    Ok(Request { id, kind, command })
}

type Read = fn(Map<String, Value>) -> Result<Command, Failure>;

fn reader(kind: &str) -> (&'static str, Read) {
    match kind {
        "ping" => ("ping", |data| Fields::new(data).finish(|| Some(Command::Ping))),
        "auth.refresh" => ("auth.refresh", read_auth_refresh),
        "message.send" => ("message.send", read_message_send),
        "read.mark" => ("read.mark", read_read_mark),
        _ if LATER.contains(&kind) => {
            ("later", |_| Err(not_answered("this server does not answer this type yet")))
        }
        _ => ("unknown", |_| Err(not_answered("there is no such type"))),
    }
}

fn not_answered(detail: &str) -> Failure {
    Failure::invalid_field("type", "invalid", detail)
}

fn read_auth_refresh(data: Map<String, Value>) -> Result<Command, Failure> {
    let mut fields = Fields::new(data);
    let access_token = fields.text("access_token");
    fields.finish(|| Some(Command::AuthRefresh { access_token: access_token? }))
}

fn read_message_send(data: Map<String, Value>) -> Result<Command, Failure> {
    let mut fields = Fields::new(data);
    let conversation_id = fields.parsed::<ConversationId>("conversation_id", "a UUID");
    let client_id = fields.parsed::<Uuid>("client_id", "a UUID");
    let body = fields.optional_text("body");
    let reply_to = fields.optional_parsed::<MessageId>("reply_to", "the id of a message");
    let attachment_ids = distinct_ids::<AttachmentId>(&mut fields, "attachment_ids", ATTACHMENTS_MAX);
    fields.finish(|| {
        let body = body?.unwrap_or_default();
        Some(Command::MessageSend(SendMessage {
            conversation_id: conversation_id?,
            client_id: client_id?,
            body,
            reply_to: reply_to?,
            attachment_ids: attachment_ids?.unwrap_or_default(),
        }))
    })
}

fn read_read_mark(data: Map<String, Value>) -> Result<Command, Failure> {
    let mut fields = Fields::new(data);
    let conversation_id = fields.parsed::<ConversationId>("conversation_id", "a UUID");
    let seq = fields.seq("seq");
    fields.finish(|| Some(Command::ReadMark { conversation_id: conversation_id?, seq: seq? }))
}

/// What a request is answered with.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// To `ping`.
    Pong {
        /// The server's clock.
        server_time: Moment,
    },
    /// To `auth.refresh`.
    Refreshed {
        /// When the new token ends.
        access_token_expires_at: Moment,
    },
    /// To `message.send`.
    Message(Box<Message>),
    /// To `read.mark`.
    Marks(Marks),
}

/// What the server says unasked.
#[derive(Debug, Serialize)]
#[serde(tag = "type", content = "data")]
pub enum Event<'a> {
    /// The first frame of a socket.
    #[serde(rename = "hello")]
    Hello(&'a Hello),
    /// A message was accepted.
    #[serde(rename = "message.created")]
    MessageCreated(&'a Message),
    /// The user has become a member.
    #[serde(rename = "conversation.created")]
    ConversationCreated(&'a Conversation),
    /// A message was edited.
    #[serde(rename = "message.updated")]
    MessageUpdated(&'a Message),
    /// A message was deleted.
    #[serde(rename = "message.deleted")]
    MessageDeleted(&'a MessageDeleted),
    /// Somebody reacted to a message, or took it back.
    #[serde(rename = "reaction.updated")]
    ReactionUpdated(&'a ReactionUpdated),
    /// Somebody was added.
    #[serde(rename = "member.added")]
    MemberAdded(&'a MemberChanged),
    /// Somebody has another role.
    #[serde(rename = "member.updated")]
    MemberUpdated(&'a MemberChanged),
    /// Somebody is gone.
    #[serde(rename = "member.removed")]
    MemberRemoved(&'a MemberChanged),
    /// What the user chose for themselves changed: complete.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(&'a Conversation),
    /// Title, topic, picture, owner or state changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdatedForAll(Box<ForAll<'a>>),
    /// The user is not in it any more.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved(ConversationRemoved),
    /// A mark moved.
    #[serde(rename = "receipt.updated")]
    ReceiptUpdated(ReceiptUpdated),
    /// What is unread in a conversation changed.
    #[serde(rename = "unread.updated")]
    UnreadUpdated(&'a Unread),
    /// Somebody asks to follow.
    #[serde(rename = "follow.requested")]
    FollowRequested {
        /// The request.
        request_id: FollowRequestId,
        /// Who asks.
        user: &'a User,
    },
    /// What is between the user and a person changed.
    #[serde(rename = "relationship.updated")]
    RelationshipUpdated {
        /// The person.
        user_id: UserId,
        /// `null` when they are not visible any more.
        user: Option<&'a User>,
    },
    /// Own profile, settings, address or second factor changed.
    #[serde(rename = "me.updated")]
    MeUpdated(&'a Me),
    /// The access token is about to end.
    #[serde(rename = "auth.expiring")]
    AuthExpiring {
        /// When it does.
        access_token_expires_at: Moment,
    },
    /// The process is about to stop.
    #[serde(rename = "server.draining")]
    ServerDraining {
        /// When to come back, from now.
        reconnect_after_ms: u64,
    },
}

/// Data of `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// This socket.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Of which device.
    pub session_id: SessionId,
    /// The server's clock.
    pub server_time: Moment,
    /// How often the server pings.
    pub heartbeat_interval_ms: u64,
    /// From before the first event.
    pub sync_token: String,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
    /// What is down.
    pub degraded: Vec<&'static str>,
    /// As in GET /v1/config.
    pub limits: Limits,
    /// When the access token ends.
    pub access_token_expires_at: Moment,
}

/// The end of an access token.
#[must_use]
pub fn expires_at(claims: &Claims) -> Moment {
    time::OffsetDateTime::from_unix_timestamp(claims.exp).unwrap_or(time::OffsetDateTime::UNIX_EPOCH).into()
}

/// An answer on the wire. A repeat of what was done before says so.
#[must_use]
pub fn reply(id: &str, data: &Reply, replayed: bool) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        id: &'a str,
        data: &'a Reply,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        replayed: bool,
    }
    write(&Frame { r#type: "reply", id, data, replayed })
}

/// A refusal on the wire.
#[must_use]
pub fn error(id: &str, failure: &Failure) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Fault<'a> {
        field: &'a str,
        code: &'a str,
        detail: &'a str,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        code: &'static str,
        detail: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        errors: Option<Vec<Fault<'a>>>,
    }
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        id: &'a str,
        error: Body<'a>,
    }
    let faults = failure.fields.iter();
    let errors: Vec<_> =
        faults.map(|fault| Fault { field: &fault.field, code: &fault.code, detail: &fault.detail }).collect();
    let body = Body {
        code: failure.reason.as_str(),
        detail: &failure.detail,
        retry_after_ms: failure.retry_after.map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
        errors: (failure.reason == Reason::ValidationFailed).then_some(errors),
    };
    write(&Frame { r#type: "error", id, error: body })
}

/// An event on the wire.
#[must_use]
pub fn event(event: &Event<'_>) -> Utf8Bytes {
    write(event)
}

/// Our shapes have only string keys and finite numbers, so writing them can't fail.
fn write(frame: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(frame).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
