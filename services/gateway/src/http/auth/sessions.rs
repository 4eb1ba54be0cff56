//! The signed-in devices: `/v1/auth/sessions`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::auth::Device;
use crate::domain::session::SessionInfo;
use crate::http::cookies;
use crate::http::extract::{Body, Caller, NoFields, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::query::{QueryText, page_ask};
use crate::state::State;

/// A page of signed-in devices.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionPage {
    /// The sessions, newest first.
    items: Vec<SessionInfo>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list, end_others)).routes(routes!(end))
}

/// Signed-in devices
///
/// Newest first.
#[utoipa::path(get, path = "/v1/auth/sessions", operation_id = "listSessions", tag = "accounts", params(PageParams), responses((status = 200, body = SessionPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<SessionPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    let page = state.auth.sessions(caller.principal, ask).await?;
    Ok(Json(SessionPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Sign a device out
///
/// Its access tokens are refused and its sockets closed within a second.
#[utoipa::path(delete, path = "/v1/auth/sessions/{id}", operation_id = "endSession", tag = "accounts",
    params(("id" = uuid::Uuid, Path, description = "The session")), responses((status = 204, description = "It has ended")))]
async fn end(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    (path, device): (PathText, Device),
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    body.read::<NoFields>()?;
    let session_id = path.id("session")?;
    state.auth.end_session(caller.principal, session_id, device).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::forget(&state.settings, &headers, session_id, response.headers_mut());
    Ok(response)
}

/// Sign all other devices out
#[utoipa::path(delete, path = "/v1/auth/sessions", operation_id = "endOtherSessions", tag = "accounts",
    responses((status = 204, description = "All sessions but this one have ended")))]
async fn end_others(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    state.auth.end_other_sessions(caller.principal, device).await?;
    Ok(StatusCode::NO_CONTENT)
}
