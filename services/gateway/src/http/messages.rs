//! Messages and read marks (contract section 6).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use pulse_runtime::trace_context;
use pulse_types::MessageId;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::clients::commands::Order;
use crate::clients::message_store::{History, Position};
use crate::domain::{Marks, Message, SendMessage};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, limit};
use crate::json::Fields;
use crate::state::State;

/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// Tells that a message had been stored before.
const REPLAYED: &str = "Idempotent-Replayed";

/// A page of a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// Ascending by `seq`.
    items: Vec<Message>,
    /// There are earlier ones.
    has_before: bool,
    /// There are later ones.
    has_after: bool,
}

impl From<History> for MessagePage {
    fn from(history: History) -> Self {
        Self { items: history.items, has_before: history.has_before, has_after: history.has_after }
    }
}

/// Which page of a history: at most one of the positions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `position` reads")]
struct HistoryParams {
    /// The page that ends before this seq.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// The page that begins after this seq.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// The page with this seq in its middle.
    #[param(minimum = 0)]
    around: Option<i64>,
    /// Messages wanted.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// A new message.
#[derive(ToSchema)]
#[schema(as = SendMessage)]
#[expect(dead_code, reason = "documents what `NewMessage` reads; no file can be sent yet")]
pub struct SendMessageRequest {
    /// Made by the client. A repeat with the same one answers 200 with the message that was stored.
    client_id: Uuid,
    /// Trimmed; not empty.
    #[schema(max_length = 4000, example = "Shall we meet at the station?", nullable = false)]
    body: Option<String>,
    /// The message it answers, in the same conversation.
    #[schema(value_type = Option<Uuid>, nullable = false)]
    reply_to: Option<MessageId>,
    /// Files that the caller has sent up before.
    #[schema(value_type = Option<Vec<Uuid>>, nullable = false)]
    attachment_ids: Option<Vec<Uuid>>,
}

struct NewMessage {
    client_id: Uuid,
    body: String,
    reply_to: Option<MessageId>,
}

impl RequestBody for NewMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let client_id = fields.parsed("client_id", "a UUID");
        let body = fields.optional_text("body");
        let reply_to = fields.optional_parsed("reply_to", "a UUID");
        match fields.take("attachment_ids") {
            None => {}
            Some(Value::Array(ids)) => {
                // Nobody has sent one up, so none is the caller's.
                for index in 0..ids.len() {
                    fields.fault(&format!("attachment_ids.{index}"), "invalid", "you have no such file");
                }
            }
            Some(_) => fields.fault("attachment_ids", "invalid", "must be a list of UUIDs"),
        }
        Some(Self { client_id: client_id?, body: body?.unwrap_or_default(), reply_to: reply_to? })
    }
}

/// Up to where the caller has read.
#[derive(ToSchema)]
pub struct ReadRequest {
    /// A seq above the last one is taken as the last one.
    #[schema(minimum = 0, example = 1)]
    seq: i64,
}

impl RequestBody for ReadRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { seq: fields.seq("seq")? })
    }
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(history, send)).routes(routes!(message)).routes(routes!(mark_read))
}

/// History
///
/// Without a position: the latest page.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", operation_id = "listMessages", tag = "messages",
    params(("id" = Uuid, Path, description = "The conversation"), HistoryParams), responses((status = 200, body = MessagePage)))]
async fn history(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<MessagePage>, Refusal> {
    let mut fields = query.fields(&["before", "after", "around", "at", "limit"]);
    let position = position(&mut fields);
    let limit = limit(&mut fields);
    let (position, limit) = fields.finish(|| Some((position?, limit?)))?;
    let found =
        state.message_store.history(caller.principal, path.id("conversation")?, position, limit).await?;
    Ok(Json(found.into()))
}

fn position(fields: &mut Fields) -> Option<Position> {
    if fields.take("at").is_some() {
        fields.fault("at", "not_allowed", "pages by time are to come; use before, after or around");
    }
    let mut found = Some(Position::Latest);
    for name in ["before", "after", "around"] {
        let Some(seq) = fields.optional_parsed::<i64>(name, "a whole number from 0") else {
            found = None;
            continue;
        };
        let Some(seq) = seq else { continue };
        if seq < 0 {
            fields.fault(name, "too_small", "must be at least 0");
        }
        match found {
            Some(Position::Latest) => {
                found = Some(match name {
                    "before" => Position::Before(seq),
                    "after" => Position::After(seq),
                    _ => Position::Around(seq),
                });
            }
            _ => fields.fault(name, "not_allowed", "give only one of before, after, around and at"),
        }
    }
    found
}

/// Send a message
///
/// 201 once it is durable. When it fails or times out, repeat it with the same `client_id`.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", operation_id = "sendMessage", tag = "messages", request_body = SendMessageRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 201, body = Message),
    (status = 200, description = "A repeat: the message as it is now", body = Message,
        headers(("Idempotent-Replayed" = bool, description = "Always `true`"))),
    (status = 403, description = "`not_connected`, `not_a_member`, `conversation_closed`, `email_unverified`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`idempotency_mismatch`: the `client_id` was used for something else",
        content_type = "application/problem+json", body = Problem),
))]
async fn send(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Response, Refusal> {
    let new: NewMessage = body.read()?;
    let conversation_id = path.id("conversation")?;
    if let Err(unverified) = state.verified.require(caller.principal.user_id).await {
        // What one may not see is told first.
        state.message_store.conversation(caller.principal, conversation_id).await?;
        return Err(unverified.into());
    }
    let send =
        SendMessage { conversation_id, client_id: new.client_id, body: new.body, reply_to: new.reply_to };
    state.limits.messages.ask_others(caller.principal.user_id).await;
    let taken = state.limits.messages.take(
        caller.principal.user_id,
        conversation_id,
        send.client_id,
        Instant::now(),
    )?;
    let outcome = state.commands.send_message(order(&caller), send).await;
    state.limits.messages.settle(&taken, &outcome);
    let sent = outcome?;
    Ok(match sent.replayed {
        true => ([(REPLAYED, "true")], Json(sent.message)).into_response(),
        false => (StatusCode::CREATED, Json(sent.message)).into_response(),
    })
}

/// One message
#[utoipa::path(get, path = "/v1/messages/{id}", operation_id = "getMessage", tag = "messages", params(("id" = Uuid, Path, description = "The message")),
    responses((status = 200, body = Message)))]
async fn message(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Message>, Refusal> {
    Ok(Json(state.message_store.message(caller.principal, path.id("message")?).await?))
}

/// Mark as read
///
/// Marks never move back; reading implies delivery.
#[utoipa::path(put, path = "/v1/conversations/{id}/read", operation_id = "markRead", tag = "messages", request_body = ReadRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Marks)))]
async fn mark_read(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Marks>, Refusal> {
    let request: ReadRequest = body.read()?;
    let conversation_id = path.id("conversation")?;
    Ok(Json(state.commands.mark_read(order(&caller), conversation_id, request.seq).await?))
}

fn order(caller: &Caller) -> Order {
    Order { principal: caller.principal, traceparent: trace_context::current(), timeout: COMMAND_TIMEOUT }
}
