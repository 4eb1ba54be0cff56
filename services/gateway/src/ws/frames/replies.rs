//! What requests are answered with.

use pulse_rpc::{Failure, Reason};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use utoipa::ToSchema;

use crate::domain::marks::Marks;
use crate::domain::message::{Message, Reaction};
use crate::domain::moment::Moment;
use crate::domain::presence::Presence;
use crate::domain::receipt::OpenConversation;
use crate::domain::sync::Changes;
use crate::http::sync::SyncAnswer;
use crate::ws::frames::write;

/// What a request is answered with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Reply {
    /// To `ping`.
    #[schema(title = "Pong")]
    Pong {
        /// The server's clock.
        server_time: Moment,
    },
    /// To `auth.refresh`.
    #[schema(title = "Refreshed")]
    Refreshed {
        /// When the new token ends.
        access_token_expires_at: Moment,
    },
    /// To `sync`.
    #[schema(title = "Sync")]
    Sync(Box<SyncAnswer>),
    /// To `conversation.changes`.
    #[schema(title = "Changes")]
    Changes(Box<Changes>),
    /// To `conversation.open`.
    #[schema(title = "Open")]
    Open(Box<OpenConversation>),
    /// To `message.send` and `message.edit`.
    #[schema(title = "Message")]
    Message(Box<Message>),
    /// To `reaction.add` and `reaction.remove`.
    #[schema(title = "Reactions")]
    Reactions {
        /// All that stand now, the first ones first.
        reactions: Vec<Reaction>,
    },
    /// To `delivered.mark` and `read.mark`.
    #[schema(title = "Marks")]
    Marks(Marks),
    /// To `presence.watch`.
    #[schema(title = "Presences")]
    Presences {
        /// One for each id, in the order asked.
        presences: Vec<Presence>,
    },
    /// To what has nothing to tell: `{}`.
    #[schema(title = "Done")]
    Done {},
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
