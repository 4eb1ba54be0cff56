//! Passwords: `/v1/auth/password`.

use std::sync::Arc;

use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::auth::Device;
use crate::clients::auth::account::PasswordChange;
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::layers::ClientIp;
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// A change of one's password.
#[derive(ToSchema)]
pub struct ChangePasswordRequest {
    /// Left out when the account has none.
    #[schema(nullable = false, example = "correct horse battery")]
    current_password: Option<String>,
    /// Not trimmed; common ones are refused.
    #[schema(min_length = 10, max_length = 128, example = "correct horse battery staple")]
    new_password: String,
}

impl RequestBody for ChangePasswordRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let current_password = fields.optional_text("current_password");
        let new_password = fields.text("new_password");
        Some(Self { current_password: current_password?, new_password: new_password? })
    }
}

/// A password was forgotten.
#[derive(ToSchema)]
pub struct ForgotPasswordRequest {
    /// Of the account.
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
}

impl RequestBody for ForgotPasswordRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { email: fields.text("email")? })
    }
}

/// A new password by the link of a mail.
#[derive(ToSchema)]
pub struct ResetPasswordRequest {
    /// From the link.
    token: String,
    /// Not trimmed; common ones are refused.
    #[schema(min_length = 10, max_length = 128, example = "correct horse battery staple")]
    new_password: String,
}

impl RequestBody for ResetPasswordRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let token = fields.text("token");
        let new_password = fields.text("new_password");
        Some(Self { token: token?, new_password: new_password? })
    }
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(change)).routes(routes!(forgot)).routes(routes!(reset))
}

/// Change one's password
///
/// Ends the other sessions. An account without a password gets its first one.
#[utoipa::path(post, path = "/v1/auth/password", operation_id = "changePassword", tag = "accounts", request_body = ChangePasswordRequest, responses(
    (status = 204, description = "Changed"),
    (status = 401, description = "`invalid_credentials`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
))]
async fn change(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: ChangePasswordRequest = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    let change = PasswordChange { current: request.current_password, new: request.new_password };
    state.auth.change_password(caller.principal, change, device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a link to set a new password
///
/// The answer is the same whether the address is known or not.
#[utoipa::path(post, path = "/v1/auth/password/forgot", operation_id = "forgotPassword", tag = "accounts", security(()),
    request_body = ForgotPasswordRequest, responses((status = 202, description = "If there is such an account, a mail is on its way")))]
async fn forgot(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: ForgotPasswordRequest = body.read()?;
    state.limits.account(Limit::ForgotPassword, ip).await?;
    state.limits.account(Limit::ForgotPasswordTarget, request.email.as_str()).await?;
    state.auth.forgot_password(request.email, device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password by the link of a mail
///
/// Ends all sessions; the second factor stays.
#[utoipa::path(post, path = "/v1/auth/password/reset", operation_id = "resetPassword", tag = "accounts", security(()), request_body = ResetPasswordRequest, responses(
    (status = 204, description = "Set"),
    (status = 401, description = "`invalid_code`: used, unknown, voided or expired", content_type = "application/problem+json", body = Problem),
))]
async fn reset(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: ResetPasswordRequest = body.read()?;
    state.limits.account(Limit::MailToken, ip).await?;
    state.auth.reset_password(request.token, request.new_password, device).await?;
    Ok(StatusCode::NO_CONTENT)
}
