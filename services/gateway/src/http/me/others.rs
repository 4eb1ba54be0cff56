//! Whom one blocks and mutes, and who follows one: `/v1/me/blocks`, `/v1/me/mutes`, `/v1/me/followers` (contract section 4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use pulse_types::UserId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::extract::{Body, Caller, NoFields, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::users::UserPage;
use crate::limits::Limit;
use crate::state::State;

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(blocks))
        .routes(routes!(block, unblock))
        .routes(routes!(mutes))
        .routes(routes!(mute, unmute))
        .routes(routes!(remove_follower))
}

/// The people whom one blocks
///
/// Newest first.
#[utoipa::path(get, path = "/v1/me/blocks", operation_id = "listBlocks", tag = "people", params(PageParams), responses((status = 200, body = UserPage)))]
async fn blocks(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    Ok(Json(state.people.blocked(caller.principal, ask).await?.into()))
}

/// Block
///
/// Ends both follows and requests. One does not exist for the person any more, but in groups and rooms where both are; nothing
/// that either sends to the other one is accepted once this is answered. 503 means that the block is on its way: repeat it.
#[utoipa::path(put, path = "/v1/me/blocks/{id}", operation_id = "block", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Blocked"),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn block(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    let user_id = path.id("user")?;
    count(&state, &caller).await?;
    state.people.block(caller.principal, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unblock
///
/// What the block ended stays ended.
#[utoipa::path(delete, path = "/v1/me/blocks/{id}", operation_id = "unblock", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Not blocked"),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn unblock(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<StatusCode, Refusal> {
    let user_id = path.id("user")?;
    count(&state, &caller).await?;
    state.people.unblock(caller.principal, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The people whom one mutes
///
/// Newest first.
#[utoipa::path(get, path = "/v1/me/mutes", operation_id = "listMutes", tag = "people", params(PageParams), responses((status = 200, body = UserPage)))]
async fn mutes(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    Ok(Json(state.people.muted(caller.principal, ask).await?.into()))
}

/// Mute
///
/// No notifications; nothing else changes, and nobody is told.
#[utoipa::path(put, path = "/v1/me/mutes/{id}", operation_id = "mute", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Muted"),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn mute(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    let user_id = path.id("user")?;
    count(&state, &caller).await?;
    state.people.mute(caller.principal, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unmute
#[utoipa::path(delete, path = "/v1/me/mutes/{id}", operation_id = "unmute", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Not muted"),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn unmute(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<StatusCode, Refusal> {
    let user_id = path.id("user")?;
    count(&state, &caller).await?;
    state.people.unmute(caller.principal, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a follower
///
/// Ends their follow, or declines their request.
#[utoipa::path(delete, path = "/v1/me/followers/{id}", operation_id = "removeFollower", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 204, description = "Does not follow"),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn remove_follower(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<StatusCode, Refusal> {
    let user_id: UserId = path.id("user")?;
    state.limits.account(Limit::Follow, caller.principal.user_id).await?;
    state.people.remove_follower(caller.principal, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn count(state: &State, caller: &Caller) -> Result<(), Refusal> {
    Ok(state.limits.account(Limit::Block, caller.principal.user_id).await?)
}
