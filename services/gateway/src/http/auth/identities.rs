//! Outside identities that are linked to an account: `/v1/auth/identities`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, FromRequestParts as _, Request, State as FromState};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::return_to;
use crate::clients::auth::Device;
use crate::clients::auth::identity::FlowStart;
use crate::domain::identity::Identity;
use crate::http::extract::{Body, Caller, NoFields, PathText};
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::{cookies, short_list};
use crate::limits::Limit;
use crate::state::State;

/// What is linked.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityPage {
    /// The identities, newest first.
    items: Vec<Identity>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// An identity to link.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `return_to::read` reads")]
pub struct LinkIdentityRequest {
    /// Where the browser comes back to: a path, or a URL on the public URL or an allowed origin.
    #[schema(nullable = false, default = "/", example = "/settings")]
    return_to: Option<String>,
}

/// Where the browser goes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkIdentityAnswer {
    /// At the provider.
    #[schema(example = "https://accounts.google.com/o/oauth2/v2/auth?client_id=…")]
    url: String,
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(link, unlink))
}

/// Linked identities
#[utoipa::path(get, path = "/v1/auth/identities", operation_id = "listIdentities", tag = "accounts", params(PageParams), responses((status = 200, body = IdentityPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<IdentityPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    let page = short_list::page(state.auth.identities(caller.principal).await?, &ask)?;
    Ok(Json(IdentityPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Link an identity
///
/// Binds the flow to the browser by the cookie `pulse_oauth`, and tells where the browser goes next.
#[utoipa::path(post, path = "/v1/auth/identities/{provider}", operation_id = "linkIdentity", tag = "accounts", request_body = Option<LinkIdentityRequest>,
    params(("provider" = String, Path, description = "Its id", example = "google")), responses(
    (status = 200, body = LinkIdentityAnswer),
    (status = 403, description = "`origin_not_allowed`", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`already_exists`: one of this provider is linked", content_type = "application/problem+json", body = Problem),
))]
async fn link(FromState(state): FromState<Arc<State>>, request: Request) -> Result<Response, Refusal> {
    cookies::require_own_origin(&state.settings, request.headers())?;
    let browser_token = cookies::flow_token(request.headers());
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &state).await?;
    let Ok(device) = Device::from_request_parts(&mut parts, &state).await;
    let Ok(path) = PathText::from_request_parts(&mut parts, &state).await;
    let body = Body::from_request(Request::from_parts(parts, body), &state).await?;
    let return_to = body.read_with(|fields| return_to::read(&state.settings, fields))?;
    let provider_id = path.text("provider")?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    let start = FlowStart { provider_id, return_to, browser_token };
    let flow = state.auth.start_flow(Some(caller.principal), start, device).await?;
    let life = Duration::seconds(flow.expires_in_seconds.into());
    let kept = cookies::keep_flow(&state, &flow.browser_token, life);
    let mut response = Json(LinkIdentityAnswer { url: flow.url }).into_response();
    cookies::set(response.headers_mut(), kept);
    Ok(response)
}

/// Unlink an identity
#[utoipa::path(delete, path = "/v1/auth/identities/{provider}", operation_id = "unlinkIdentity", tag = "accounts",
    params(("provider" = String, Path, description = "Its id", example = "google")), responses(
    (status = 204, description = "Nothing of this provider is linked"),
    (status = 409, description = "`conflict`: it is the last way in", content_type = "application/problem+json", body = Problem),
))]
async fn unlink(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    let provider_id = path.text("provider")?;
    state.auth.unlink_identity(caller.principal, provider_id, device).await?;
    Ok(StatusCode::NO_CONTENT)
}
