//! Refresh and sign-out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, Request, State as FromState};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use pulse_rpc::{Failure, Reason};
use pulse_types::SessionId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session;
use crate::clients::auth::{Device, LogoutTarget};
use crate::domain::session::Session;
use crate::http::cookies;
use crate::http::extract::{Body, RequestBody, authenticate, bearer, no_token};
use crate::http::layers::ClientIp;
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Which session is meant: by its refresh token, or by its id together with its cookie.
#[derive(ToSchema)]
pub struct RefreshRequest {
    /// From the answer before.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// The session whose cookie is sent.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    session_id: Option<SessionId>,
}

impl RequestBody for RefreshRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let refresh_token = fields.optional_text("refresh_token");
        let session_id = fields.optional_parsed("session_id", "a UUID");
        if matches!((&refresh_token, &session_id), (Some(None), Some(None))) {
            fields.fault(
                "refresh_token",
                "required",
                "must be given, or `session_id` together with its cookie",
            );
            return None;
        }
        Some(Self { refresh_token: refresh_token?, session_id: session_id? })
    }
}

impl RefreshRequest {
    /// The token, and whether it came by cookie.
    fn token(self, headers: &HeaderMap) -> Result<(String, Option<SessionId>, bool), Failure> {
        match (self.refresh_token, self.session_id) {
            (Some(token), session_id) => Ok((token, session_id, false)),
            (None, Some(session_id)) => {
                let token = cookies::refresh_token(headers, session_id);
                Ok((token.ok_or_else(no_cookie)?, Some(session_id), true))
            }
            (None, None) => Err(no_cookie()),
        }
    }
}

/// The body of a sign-out whose access token says all: it may name the session again.
struct SignedInLogout;

impl RequestBody for SignedInLogout {
    fn read(fields: &mut Fields) -> Option<Self> {
        let refresh_token = fields.optional_text("refresh_token");
        let session_id = fields.optional_parsed::<SessionId>("session_id", "a UUID");
        refresh_token.and(session_id).map(|_| Self)
    }
}

fn no_cookie() -> Failure {
    Failure::new(Reason::Unauthenticated, "there is no cookie of this session; sign in")
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(refresh)).routes(routes!(logout))
}

/// Refresh a session
///
/// Rotates the refresh token. The old one gives the same successor again for 30 s, while that is unused; any other use of an
/// old token ends the session.
#[utoipa::path(post, path = "/v1/auth/refresh", operation_id = "refresh", tag = "accounts", security(()), request_body = RefreshRequest, responses(
    (status = 200, body = Session),
    (status = 401, description = "Unknown token or no cookie (`unauthenticated`), ended session (`session_revoked`)",
        content_type = "application/problem+json", body = Problem),
    (status = 403, description = "`origin_not_allowed`", content_type = "application/problem+json", body = Problem),
))]
async fn refresh(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if uses_cookie(&body) {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: RefreshRequest = body.read()?;
    let (token, session_id, cookie) = request.token(&headers)?;
    state.limits.account(Limit::Refresh, ip).await?;
    let grant = state.auth.refresh(token, session_id, device).await?;
    let (session, kept) = session(&state, grant, cookie).await;
    Ok((kept, Json(session)).into_response())
}

/// Sign out
///
/// Ends this session and clears its cookie. With an expired access token or none, send a body as for refresh.
#[utoipa::path(post, path = "/v1/auth/logout", operation_id = "logout", tag = "accounts", security(("bearer" = []), ()), request_body = Option<RefreshRequest>, responses(
    (status = 204, description = "The session has ended"),
    (status = 401, description = "`unauthenticated`, `token_expired`", content_type = "application/problem+json", body = Problem),
    (status = 403, description = "`origin_not_allowed`", content_type = "application/problem+json", body = Problem),
))]
async fn logout(
    FromState(state): FromState<Arc<State>>,
    (ip, device): (ClientIp, Device),
    request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let signed_in = match bearer(&headers)? {
        Some(token) => match authenticate(&state, token).await {
            Err(failure) if failure.reason == Reason::TokenExpired => Err(failure),
            other => Ok(other?),
        },
        None => Err(no_token()),
    };
    let body = Body::from_request(request, &state).await?;
    let target = match signed_in {
        Ok(caller) => {
            body.read::<SignedInLogout>()?;
            LogoutTarget::Session(caller.principal.session_id)
        }
        Err(failure) => {
            if body.is_empty() {
                return Err(failure.into());
            }
            if uses_cookie(&body) {
                cookies::require_own_origin(&state.settings, &headers)?;
            }
            let (token, ..) = body.read::<RefreshRequest>()?.token(&headers)?;
            state.limits.account(Limit::Refresh, ip).await?;
            LogoutTarget::RefreshToken(token)
        }
    };
    let session_id = state.auth.logout(target, device).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::forget(&state.settings, &headers, session_id, response.headers_mut());
    Ok(response)
}

fn uses_cookie(body: &Body) -> bool {
    body.has("session_id") && !body.has("refresh_token")
}
