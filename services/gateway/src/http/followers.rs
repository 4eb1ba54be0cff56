//! Who follows whom: `/v1/users/{id}/followers` and `…/following` (contract section 4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::extract::{Caller, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::users::UserPage;
use crate::state::State;

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(followers)).routes(routes!(following))
}

/// Who follows a person
///
/// Newest first. One's own followers, or those of people one is connected with.
#[utoipa::path(get, path = "/v1/users/{id}/followers", operation_id = "listFollowers", tag = "people",
    params(("id" = uuid::Uuid, Path, description = "The person"), PageParams), responses(
    (status = 200, body = UserPage),
    (status = 403, description = "`not_connected`: the two do not follow one another", content_type = "application/problem+json", body = Problem),
))]
async fn followers(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    Ok(Json(state.people.followers(caller.principal, path.id("user")?, ask).await?.into()))
}

/// Whom a person follows
///
/// Newest first. Whom one follows oneself, or whom people follow whom one is connected with.
#[utoipa::path(get, path = "/v1/users/{id}/following", operation_id = "listFollowing", tag = "people",
    params(("id" = uuid::Uuid, Path, description = "The person"), PageParams), responses(
    (status = 200, body = UserPage),
    (status = 403, description = "`not_connected`: the two do not follow one another", content_type = "application/problem+json", body = Problem),
))]
async fn following(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    Ok(Json(state.people.following(caller.principal, path.id("user")?, ask).await?.into()))
}
