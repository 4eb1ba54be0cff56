//! Who comes and goes of their own accord, and what the owner alone does: transfer, close, reopen.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use pulse_types::UserId;
use utoipa::ToSchema;

use crate::domain::{Conversation, ConversationState};
use crate::http::extract::{Body, Caller, NoFields, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::http::shown;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Who is to own it.
#[derive(ToSchema)]
pub struct TransferRequest {
    /// A member.
    #[schema(value_type = Uuid)]
    user_id: UserId,
}

impl RequestBody for TransferRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { user_id: fields.parsed("user_id", "a UUID")? })
    }
}

/// Join a room
///
/// Idempotent.
#[utoipa::path(post, path = "/v1/conversations/{id}/join", operation_id = "joinRoom", tag = "conversations",
    params(("id" = Uuid, Path, description = "The room")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`forbidden`: no room, or an admin removed the caller from it; `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
    (status = 422, description = "`validation_failed`: a body with fields; the room is full (`conversation_id` `too_many`)",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn join(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    body.read::<NoFields>()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::Members, caller.user_id).await?;
    let joined = state.conversations.join(caller, conversation_id).await?;
    Ok(Json(shown::one(&state, caller, joined).await))
}

/// Leave a group or room
///
/// Idempotent. The last one out deletes it.
#[utoipa::path(post, path = "/v1/conversations/{id}/leave", operation_id = "leaveConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 204, description = "Left"),
    (status = 403, description = "`forbidden`: a direct", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: the owner can't leave while others are there",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn leave(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::Members, caller.user_id).await?;
    state.conversations.leave(caller, conversation_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make another member the owner
///
/// By the owner, who becomes admin.
#[utoipa::path(post, path = "/v1/conversations/{id}/transfer", operation_id = "transferConversation", tag = "conversations",
    request_body = TransferRequest, params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`forbidden`: a direct, or not the owner; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
    (status = 404, description = "No such conversation, or the person is not in it",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn transfer(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    let request: TransferRequest = body.read()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::ChangeConversation, caller.user_id).await?;
    let changed = state.conversations.transfer(caller, conversation_id, request.user_id).await?;
    Ok(Json(shown::one(&state, caller, changed).await))
}

/// Close a conversation
///
/// By the owner: it can be read, not written to. Idempotent.
#[utoipa::path(post, path = "/v1/conversations/{id}/close", operation_id = "closeConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`forbidden`: a direct, or not the owner; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn close(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    set_state(&state, &caller, &path, body, ConversationState::Closed).await
}

/// Open a closed conversation again
///
/// By the owner. Idempotent.
#[utoipa::path(post, path = "/v1/conversations/{id}/reopen", operation_id = "reopenConversation", tag = "conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 200, body = Conversation),
    (status = 403, description = "`forbidden`: a direct, or not the owner; `not_a_member`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn reopen(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Conversation>, Refusal> {
    set_state(&state, &caller, &path, body, ConversationState::Open).await
}

async fn set_state(
    state: &State,
    caller: &Caller,
    path: &PathText,
    body: Body,
    wanted: ConversationState,
) -> Result<Json<Conversation>, Refusal> {
    body.read::<NoFields>()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::ChangeConversation, caller.user_id).await?;
    let changed = state.conversations.set_state(caller, conversation_id, wanted).await?;
    Ok(Json(shown::one(state, caller, changed).await))
}
