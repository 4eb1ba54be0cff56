//! Reactions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Reaction;
use crate::http::extract::{Body, Caller, NoFields};
use crate::http::path::PathPair;
use crate::http::problem::{Problem, Refusal};
use crate::ops::message;
use crate::state::State;

/// All reactions on a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reactions {
    /// The first ones first.
    reactions: Vec<Reaction>,
}

/// React to a message
///
/// With one emoji, percent-encoded; variation selectors are put right. Idempotent.
#[utoipa::path(put, path = "/v1/messages/{id}/reactions/{emoji}", operation_id = "addReaction", tag = "messages",
    params(("id" = Uuid, Path, description = "The message"), ("emoji" = String, Path, description = "One emoji", example = "👍")), responses(
    (status = 200, body = Reactions),
    (status = 403, description = "`forbidden`: a system message; `not_connected`; `not_a_member`; `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: it is deleted", content_type = "application/problem+json", body = Problem),
    (status = 422, description = "`validation_failed`: not one emoji, or a 21st different one",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn add(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathPair,
    body: Body,
) -> Result<Json<Reactions>, Refusal> {
    body.read::<NoFields>()?;
    set(&state, &caller, &path, true).await
}

/// Take a reaction back
///
/// Idempotent.
#[utoipa::path(delete, path = "/v1/messages/{id}/reactions/{emoji}", operation_id = "removeReaction", tag = "messages",
    params(("id" = Uuid, Path, description = "The message"), ("emoji" = String, Path, description = "One emoji", example = "👍")), responses(
    (status = 200, body = Reactions),
    (status = 403, description = "`forbidden`: a system message; `not_connected`; `not_a_member`; `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: it is deleted", content_type = "application/problem+json", body = Problem),
    (status = 422, description = "`validation_failed`: not one emoji", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn remove(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathPair,
) -> Result<Json<Reactions>, Refusal> {
    set(&state, &caller, &path, false).await
}

async fn set(
    state: &State,
    caller: &Caller,
    path: &PathPair,
    active: bool,
) -> Result<Json<Reactions>, Refusal> {
    let emoji = path.second().filter(|text| !text.contains('\0'));
    let emoji = emoji.ok_or_else(|| Failure::invalid_field("emoji", "invalid", "must be one emoji"))?;
    let message_id = path.first_id("message")?;
    let reactions = message::react(state, caller.principal, message_id, emoji.to_owned(), active).await?;
    Ok(Json(Reactions { reactions }))
}
