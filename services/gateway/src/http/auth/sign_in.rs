//! Registration, sign-in by password, and its second step.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LoginAnswer, answer, session};
use crate::clients::auth::factor::{MfaAnswer, MfaCode};
use crate::clients::auth::{Credentials, Device, Registration};
use crate::domain::session::Session;
use crate::http::cookies;
use crate::http::extract::{Body, RequestBody};
use crate::http::layers::ClientIp;
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
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
    /// Keep the refresh and the device token in cookies instead of the answer.
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
    /// Keep the refresh and the device token in cookies instead of the answer.
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

/// The second step of a sign-in: one of the two codes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `MfaStep` reads")]
pub struct MfaRequest {
    /// From the first step.
    mfa_token: String,
    /// Of the authenticator.
    #[schema(nullable = false, example = "123456")]
    code: Option<String>,
    /// One of those that were written down.
    #[schema(nullable = false)]
    recovery_code: Option<String>,
}

struct MfaStep {
    mfa_token: String,
    code: MfaCode,
}

impl RequestBody for MfaStep {
    fn read(fields: &mut Fields) -> Option<Self> {
        let mfa_token = fields.text("mfa_token");
        let code = fields.optional_text("code");
        let recovery_code = fields.optional_text("recovery_code");
        let code = match (code?, recovery_code?) {
            (Some(code), None) => MfaCode::Totp(code),
            (None, Some(code)) => MfaCode::Recovery(code),
            (None, None) => {
                fields.fault("code", "required", "must be given, or `recovery_code` in its place");
                return None;
            }
            (Some(_), Some(_)) => {
                fields.fault("recovery_code", "not_allowed", "give either this or `code`");
                return None;
            }
        };
        Some(Self { mfa_token: mfa_token?, code })
    }
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(register)).routes(routes!(login)).routes(routes!(mfa))
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
    ip: ClientIp,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if body.has_flag("cookie") {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: RegisterRequest = body.read()?;
    state.limits.passwords.enter(Instant::now())?;
    state.limits.account(Limit::Register, ip).await?;
    let cookie = request.cookie;
    let new = Registration {
        username: request.username,
        email: request.email,
        password: request.password,
        display_name: request.display_name,
        remember: request.remember,
        cookie,
        device_token: cookies::device_token(&state.settings, &headers),
    };
    let registered = state.auth.register(new, device).await;
    state.limits.passwords.learn(&registered, Instant::now());
    let grant = registered?;
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
    ip: ClientIp,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if body.has_flag("cookie") {
        cookies::require_own_origin(&state.settings, &headers)?;
    }
    let request: LoginRequest = body.read()?;
    state.limits.passwords.enter(Instant::now())?;
    state.limits.account(Limit::SignIn, ip).await?;
    let cookie = request.cookie;
    let device_token = request.device_token.or_else(|| cookies::device_token(&state.settings, &headers));
    let credentials = Credentials {
        identifier: request.identifier,
        password: request.password,
        remember: request.remember,
        cookie,
        device_token,
    };
    let sign_in = state.auth.login(credentials, device).await;
    state.limits.passwords.learn(&sign_in, Instant::now());
    Ok(answer(&state, sign_in?, cookie).await)
}

/// Sign in: the second step
///
/// Goes on as the first step asked for, with `remember` and `cookie`. Five wrong codes void the `mfa_token`.
#[utoipa::path(post, path = "/v1/auth/mfa", operation_id = "verifyMfa", tag = "accounts", security(()), request_body = MfaRequest, responses(
    (status = 200, body = Session),
    (status = 401, description = "Wrong code (`invalid_code`); bad, used or void `mfa_token` (`unauthenticated`)",
        content_type = "application/problem+json", body = Problem),
    (status = 403, description = "`origin_not_allowed`: the first step asked for cookies; nothing is used up",
        content_type = "application/problem+json", body = Problem),
))]
async fn mfa(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let step: MfaStep = body.read()?;
    state.limits.account(Limit::Mfa, ip).await?;
    let without_cookies = !cookies::is_own_origin(&state.settings, &headers);
    let answer = MfaAnswer { mfa_token: step.mfa_token, code: step.code, without_cookies };
    let (grant, cookie) = state.auth.verify_mfa(answer, device).await?;
    let (session, kept) = session(&state, grant, cookie).await;
    Ok((kept, Json(session)).into_response())
}
