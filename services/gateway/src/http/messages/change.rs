//! Edits and deletions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation_change::check_body;
use crate::domain::{Edit, Message};
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::short_list;
use crate::json::Fields;
use crate::ops::message;
use crate::state::State;

/// Another body.
#[derive(ToSchema)]
pub struct EditMessageRequest {
    /// Trimmed; not empty unless the message has attachments.
    #[schema(max_length = 4000, example = "Shall we meet at the harbour?")]
    pub body: String,
}

impl RequestBody for EditMessageRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let body = fields.text("body")?;
        // Whether it may be empty depends on the message.
        if let Err(fault) = check_body(&body, true) {
            fields.fault("body", fault.code, &fault.detail);
        }
        Some(Self { body })
    }
}

/// The earlier bodies of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditPage {
    /// Oldest first; none once the message is deleted.
    items: Vec<Edit>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Edit a message
///
/// By its sender. The same body changes nothing.
#[utoipa::path(patch, path = "/v1/messages/{id}", operation_id = "editMessage", tag = "messages", request_body = EditMessageRequest,
    params(("id" = Uuid, Path, description = "The message")), responses(
    (status = 200, body = Message),
    (status = 403, description = "`forbidden`: somebody else's, or a system message; `not_connected`; `not_a_member`; \
        `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: it is deleted", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn edit(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Message>, Refusal> {
    let request: EditMessageRequest = body.read()?;
    let message_id = path.id("message")?;
    Ok(Json(message::edit(&state, caller.principal, message_id, request.body).await?))
}

/// Delete a message
///
/// By its sender, or by owner or admin. It keeps its place. Idempotent.
#[utoipa::path(delete, path = "/v1/messages/{id}", operation_id = "deleteMessage", tag = "messages",
    params(("id" = Uuid, Path, description = "The message")), responses(
    (status = 204, description = "Deleted"),
    (status = 403, description = "`forbidden`: somebody else's, or a system message; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn delete(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<StatusCode, Refusal> {
    message::delete(&state, caller.principal, path.id("message")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a message said before
///
/// To members of its conversation; oldest first.
#[utoipa::path(get, path = "/v1/messages/{id}/edits", operation_id = "listEdits", tag = "messages",
    params(("id" = Uuid, Path, description = "The message"), PageParams), responses(
    (status = 200, body = EditPage),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn edits(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<EditPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    short_list::require_cursor(&ask)?;
    let edits = state.messages.edits(caller.principal, path.id("message")?).await?;
    let page = short_list::page(edits, &ask)?;
    Ok(Json(EditPage { items: page.items, next_cursor: page.next_cursor }))
}
