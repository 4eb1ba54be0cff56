//! Read and delivered marks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;

use super::order;
use crate::domain::Marks;
use crate::http::extract::{Body, Caller, NoFields, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::state::State;

/// Up to where.
#[derive(ToSchema)]
pub struct MarkRequest {
    /// A seq above the last one is taken as the last one.
    #[schema(minimum = 0, example = 1)]
    pub seq: i64,
}

impl RequestBody for MarkRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { seq: fields.seq("seq")? })
    }
}

/// Mark as read
///
/// Marks never move back; reading implies delivery.
#[utoipa::path(put, path = "/v1/conversations/{id}/read", operation_id = "markRead", tag = "messages", request_body = MarkRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Marks),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn read(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Marks>, Refusal> {
    let request: MarkRequest = body.read()?;
    let conversation_id = path.id("conversation")?;
    Ok(Json(state.commands.mark_read(order(&caller), conversation_id, request.seq).await?))
}

/// Mark as delivered
///
/// Marks never move back.
#[utoipa::path(put, path = "/v1/conversations/{id}/delivered", operation_id = "markDelivered", tag = "messages", request_body = MarkRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Marks),
    (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn delivered(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Marks>, Refusal> {
    let request: MarkRequest = body.read()?;
    let conversation_id = path.id("conversation")?;
    Ok(Json(state.commands.mark_delivered(order(&caller), conversation_id, request.seq).await?))
}

/// Mark everything as read
///
/// In every conversation of the caller. Idempotent.
#[utoipa::path(put, path = "/v1/conversations/read-all", operation_id = "markAllRead", tag = "messages",
    responses((status = 204, description = "Nothing is unread")))]
pub(super) async fn read_all(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    state.message_store.mark_all_read(caller.principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
