//! Accounts and sessions: `/v1/auth` (contract section 3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, Request, State as FromState};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use pulse_rpc::{Failure, Reason};
use pulse_types::SessionId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::auth::{Credentials, Device, LogoutTarget, Registration};
use crate::domain::session::{Grant, MfaChallenge, Session, SignIn, TOKEN_TYPE};
use crate::http::extract::{Body, RequestBody, authenticate, bearer, no_token};
use crate::http::problem::{Problem, Refusal};
use crate::http::{cookies, me};
use crate::json::Fields;
use crate::state::State;

/// A new account.
#[derive(ToSchema)]
pub struct RegisterRequest {
    /// Lower-cased, then `^[a-z0-9_](\.?[a-z0-9_])*$`.
    #[schema(min_length = 3, max_length = 32, example = "ada")]
    username: String,
    /// Nobody is told whether it is known.
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
    /// Not trimmed; common ones are refused.
    #[schema(min_length = 10, max_length = 128, example = "correct horse battery")]
    password: String,
    /// By default the username.
    #[schema(min_length = 1, max_length = 64, example = "Ada Lovelace", nullable = false)]
    display_name: Option<String>,
    /// Stay signed in for 30 days.
    #[schema(required = false, default = false)]
    remember: bool,
    /// Keep the refresh token in a cookie instead of the answer.
    #[schema(required = false, default = false)]
    cookie: bool,
}

impl RequestBody for RegisterRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let username = fields.text("username");
        let email = fields.text("email");
        let password = fields.text("password");
        let display_name = fields.optional_text("display_name");
        let remember = fields.switch("remember", false);
        let cookie = fields.switch("cookie", false);
        Some(Self {
            username: username?,
            email: email?,
            password: password?,
            display_name: display_name?,
            remember: remember?,
            cookie: cookie?,
        })
    }
}

/// A sign-in by password.
#[derive(ToSchema)]
pub struct LoginRequest {
    /// Username or address, in any case.
    #[schema(example = "ada")]
    identifier: String,
    /// Not trimmed.
    #[schema(example = "correct horse battery")]
    password: String,
    /// Stay signed in for 30 days.
    #[schema(required = false, default = false)]
    remember: bool,
    /// Keep the refresh token in a cookie instead of the answer.
    #[schema(required = false, default = false)]
    cookie: bool,
    /// What an earlier sign-in on this device gave.
    #[schema(nullable = false)]
    device_token: Option<String>,
}

impl RequestBody for LoginRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let identifier = fields.text("identifier");
        let password = fields.text("password");
        let remember = fields.switch("remember", false);
        let cookie = fields.switch("cookie", false);
        let device_token = fields.optional_text("device_token");
        Some(Self {
            identifier: identifier?,
            password: password?,
            remember: remember?,
            cookie: cookie?,
            device_token: device_token?,
        })
    }
}

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

fn no_cookie() -> Failure {
    Failure::new(Reason::Unauthenticated, "there is no cookie of this session; sign in")
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
}

/// Make an account
///
/// Signs in at once. With `cookie` the refresh token is kept in the cookie `pulse_rt_<session_id>`.
#[utoipa::path(post, path = "/v1/auth/register", operation_id = "register", tag = "accounts", security(()), request_body = RegisterRequest, responses(
    (status = 201, body = Session),
    (status = 403, description = "Sign-up is closed (`forbidden`), or a cookie was asked for by a page of another origin \
        (`origin_not_allowed`)", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`username_taken`", content_type = "application/problem+json", body = Problem),
))]
async fn register(
    FromState(state): FromState<Arc<State>>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if body.has_flag("cookie") {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: RegisterRequest = body.read()?;
    let cookie = request.cookie;
    let new = Registration {
        username: request.username,
        email: request.email,
        password: request.password,
        display_name: request.display_name,
        remember: request.remember,
        cookie,
    };
    let grant = state.auth.register(new, device).await?;
    let (session, kept) = session(&state, grant, cookie).await;
    Ok((StatusCode::CREATED, kept, Json(session)).into_response())
}

/// Sign in
///
/// Answers with a session, or asks for the second factor.
#[utoipa::path(post, path = "/v1/auth/login", operation_id = "login", tag = "accounts", security(()), request_body = LoginRequest, responses(
    (status = 200, body = inline(LoginAnswer)),
    (status = 401, description = "`invalid_credentials`", content_type = "application/problem+json", body = Problem),
    (status = 403, description = "`origin_not_allowed`", content_type = "application/problem+json", body = Problem),
))]
async fn login(
    FromState(state): FromState<Arc<State>>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if body.has_flag("cookie") {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: LoginRequest = body.read()?;
    let cookie = request.cookie;
    let credentials = Credentials {
        identifier: request.identifier,
        password: request.password,
        remember: request.remember,
        cookie,
        device_token: request.device_token,
    };
    match state.auth.login(credentials, device).await? {
        SignIn::Granted(grant) => {
            let (session, kept) = session(&state, grant, cookie).await;
            Ok((kept, Json(LoginAnswer::Session(Box::new(session)))).into_response())
        }
        SignIn::Mfa(challenge) => Ok(Json(LoginAnswer::Mfa(challenge)).into_response()),
    }
}

/// What a sign-in answers.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum LoginAnswer {
    /// Signed in.
    Session(Box<Session>),
    /// The second factor is still to come.
    Mfa(MfaChallenge),
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
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if uses_cookie(&body) {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: RefreshRequest = body.read()?;
    let (token, session_id, cookie) = request.token(&headers)?;
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
async fn logout(FromState(state): FromState<Arc<State>>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let signed_in = match bearer(&headers)? {
        Some(token) => match authenticate(&state, token).await {
            Err(failure) if failure.reason == Reason::TokenExpired => Err(failure),
            other => Ok(other?),
        },
        None => Err(no_token()),
    };
    let target = match signed_in {
        Ok(caller) => LogoutTarget::Session(caller.principal.session_id),
        Err(failure) => {
            let body = Body::from_request(request, &state).await?;
            if body.is_empty() {
                return Err(failure.into());
            }
            if uses_cookie(&body) {
                cookies::require_own_origin(&state.settings, &headers)?;
            }
            let (token, ..) = body.read::<RefreshRequest>()?.token(&headers)?;
            LogoutTarget::RefreshToken(token)
        }
    };
    let session_id = state.auth.logout(target).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if cookies::is_own_origin(&state.settings, &headers) {
        cookies::set(response.headers_mut(), cookies::forget(&state.settings, session_id));
    }
    Ok(response)
}

fn uses_cookie(body: &Body) -> bool {
    body.has("session_id") && !body.has("refresh_token")
}

/// The answer to a sign-in; with `cookie` its refresh token travels in the headers alone.
async fn session(state: &State, grant: Grant, cookie: bool) -> (Session, HeaderMap) {
    let mut kept = HeaderMap::new();
    if cookie {
        cookies::set(
            &mut kept,
            cookies::keep(state, grant.session_id, &grant.refresh_token, grant.session_expires_at),
        );
    }
    let session = Session {
        session_id: grant.session_id,
        user: me::of_grant(state, grant.account, grant.session_id).await,
        access_token: grant.access_token,
        token_type: TOKEN_TYPE,
        expires_in: grant.expires_in,
        session_expires_at: grant.session_expires_at,
        refresh_token: (!cookie).then_some(grant.refresh_token),
        device_token: grant.device_token.filter(|_| !cookie),
    };
    (session, kept)
}
