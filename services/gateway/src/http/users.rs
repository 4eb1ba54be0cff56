//! People: `/v1/users` (contract section 4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::Page;
use crate::clients::social_graph::UserKey;
use crate::domain::user::{Relationship, User};
use crate::http::extract::{Body, Caller, NoFields, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::limits::Limit;
use crate::state::State;

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserPage {
    /// The people.
    items: Vec<User>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

impl From<Page<User>> for UserPage {
    fn from(page: Page<User>) -> Self {
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(user))
        .routes(routes!(by_username))
        .routes(routes!(follow, unfollow))
}

/// Find people
///
/// By username and display name, prefix first. Leaves out oneself and those who do not want to be found.
#[utoipa::path(get, path = "/v1/users", operation_id = "searchUsers", tag = "people",
    params(("q" = String, Query, description = "1..64 characters", example = "ada"), PageParams),
    responses((status = 200, body = UserPage)))]
async fn search(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["q", "limit", "cursor"]);
    let text = fields.text("q");
    if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        fields.fault("q", "too_short", "must have at least 1 character");
    }
    let ask = page_ask(&mut fields);
    let (text, ask) = fields.finish(|| Some((text?, ask?)))?;
    state.limits.account(Limit::Search, caller.principal.user_id).await?;
    Ok(Json(state.social_graph.search(caller.principal, text, ask).await?.into()))
}

/// One person
#[utoipa::path(get, path = "/v1/users/{id}", operation_id = "getUser", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")),
    responses((status = 200, body = User)))]
async fn user(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<User>, Refusal> {
    let key = UserKey::Id(path.id("user")?);
    Ok(Json(state.social_graph.user(caller.principal, key).await?))
}

/// One person by username
#[utoipa::path(get, path = "/v1/users/by-username/{username}", operation_id = "getUserByUsername", tag = "people",
    params(("username" = String, Path, description = "In any case", example = "ada")), responses((status = 200, body = User)))]
async fn by_username(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<User>, Refusal> {
    let key = UserKey::Username(path.text("user")?);
    Ok(Json(state.social_graph.user(caller.principal, key).await?))
}

/// Follow
///
/// Follows, or asks to. Whoever asks a person who already follows or asks them is accepted at once.
#[utoipa::path(post, path = "/v1/users/{id}/follow", operation_id = "follow", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 200, body = Relationship),
    (status = 403, description = "`forbidden`: the person does not want to be followed, or is blocked; \
        `email_unverified`",
        content_type = "application/problem+json", body = Problem),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn follow(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Relationship>, Refusal> {
    body.read::<NoFields>()?;
    let (caller, user_id) = (caller.principal, path.id("user")?);
    if let Err(unverified) = state.verified.require(caller.user_id).await {
        // Whom one may not see, and that it is oneself, is told first.
        if user_id != caller.user_id {
            state.social_graph.user(caller, UserKey::Id(user_id)).await?;
            return Err(unverified.into());
        }
    }
    state.limits.account(Limit::Follow, caller.user_id).await?;
    Ok(Json(state.social_graph.follow(caller, user_id).await?))
}

/// Unfollow
///
/// Ends a follow or takes a request back.
#[utoipa::path(delete, path = "/v1/users/{id}/follow", operation_id = "unfollow", tag = "people", params(("id" = uuid::Uuid, Path, description = "The person")), responses(
    (status = 200, body = Relationship),
    (status = 422, description = "Oneself", content_type = "application/problem+json", body = Problem),
))]
async fn unfollow(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Relationship>, Refusal> {
    let user_id = path.id("user")?;
    state.limits.account(Limit::Follow, caller.principal.user_id).await?;
    Ok(Json(state.social_graph.unfollow(caller.principal, user_id).await?))
}
