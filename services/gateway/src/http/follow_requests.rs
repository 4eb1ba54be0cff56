//! Requests to follow: `/v1/follow-requests` (contract section 4).

use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::social_graph::Direction;
use crate::domain::user::{FollowRequest, Relationship};
use crate::http::extract::{Body, Caller, NoFields, PathText, RequestBody};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::json::Fields;
use crate::state::State;

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowRequestPage {
    /// The requests, newest first.
    items: Vec<FollowRequest>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// How a request is accepted.
#[derive(ToSchema)]
pub struct AcceptRequest {
    /// Also follow the one who asked: both directions are accepted, the two are connected.
    #[schema(required = false, default = false)]
    follow_back: bool,
}

impl RequestBody for AcceptRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { follow_back: fields.switch("follow_back", false)? })
    }
}

struct Wanted(Direction);

impl FromStr for Wanted {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "incoming" => Ok(Self(Direction::Incoming)),
            "outgoing" => Ok(Self(Direction::Outgoing)),
            _ => Err(()),
        }
    }
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(accept)).routes(routes!(decline))
}

/// Requests that wait for an answer
#[utoipa::path(get, path = "/v1/follow-requests", operation_id = "listFollowRequests", tag = "people",
    params(("direction" = Option<String>, Query, description = "`incoming` (default) or `outgoing`", example = "incoming"), PageParams),
    responses((status = 200, body = FollowRequestPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<FollowRequestPage>, Refusal> {
    let mut fields = query.fields(&["direction", "limit", "cursor"]);
    let direction = fields.optional_parsed::<Wanted>("direction", "`incoming` or `outgoing`");
    let ask = page_ask(&mut fields);
    let (direction, ask) = fields.finish(|| Some((direction?, ask?)))?;
    let direction = direction.map_or(Direction::Incoming, |wanted| wanted.0);
    let page = state.social_graph.follow_requests(caller.principal, direction, ask).await?;
    Ok(Json(FollowRequestPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Accept
#[utoipa::path(post, path = "/v1/follow-requests/{id}/accept", operation_id = "acceptFollowRequest", tag = "people", request_body = Option<AcceptRequest>,
    params(("id" = uuid::Uuid, Path, description = "The request")), responses(
    (status = 200, body = Relationship),
    (status = 403, description = "`email_unverified`, with `follow_back`", content_type = "application/problem+json", body = Problem),
))]
async fn accept(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<Json<Relationship>, Refusal> {
    let request: AcceptRequest = body.read()?;
    let request_id = path.id("request")?;
    if request.follow_back {
        state.verified.require(caller.principal.user_id).await?;
    }
    Ok(Json(state.social_graph.accept(caller.principal, request_id, request.follow_back).await?))
}

/// Decline
#[utoipa::path(post, path = "/v1/follow-requests/{id}/decline", operation_id = "declineFollowRequest", tag = "people",
    params(("id" = uuid::Uuid, Path, description = "The request")), responses((status = 204, description = "Declined")))]
async fn decline(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    state.social_graph.decline(caller.principal, path.id("request")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
