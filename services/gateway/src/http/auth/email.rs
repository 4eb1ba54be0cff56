//! The address of an account: `/v1/auth/email`.

use std::sync::Arc;

use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::auth::{Device, Proof};
use crate::http::extract::{Body, Caller, NoFields, RequestBody};
use crate::http::layers::ClientIp;
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Another address.
#[derive(ToSchema)]
pub struct ChangeEmailRequest {
    /// The new one.
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
    /// Left out when the account has none: within 5 min of the sign-in nothing has to be shown.
    #[schema(nullable = false, example = "correct horse battery")]
    password: Option<String>,
}

impl RequestBody for ChangeEmailRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let email = fields.text("email");
        let password = fields.optional_text("password");
        Some(Self { email: email?, password: password? })
    }
}

/// The link of a mail.
#[derive(ToSchema)]
pub struct VerifyEmailRequest {
    /// From the link.
    token: String,
}

impl RequestBody for VerifyEmailRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { token: fields.text("token")? })
    }
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(change)).routes(routes!(verify)).routes(routes!(resend))
}

/// Change one's address
///
/// The new one waits as `Me.pending_email` and takes the place of the old one once it is verified. The old one is told.
#[utoipa::path(post, path = "/v1/auth/email", operation_id = "changeEmail", tag = "accounts", request_body = ChangeEmailRequest, responses(
    (status = 202, description = "A mail is on its way"),
    (status = 401, description = "`invalid_credentials`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
))]
async fn change(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: ChangeEmailRequest = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    state.limits.account(Limit::OwnMail, caller.principal.user_id).await?;
    let proof = Proof { password: request.password, code: None };
    state.auth.change_email(caller.principal, request.email, proof, device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Verify an address by the link of a mail
#[utoipa::path(post, path = "/v1/auth/email/verify", operation_id = "verifyEmail", tag = "accounts", security(()), request_body = VerifyEmailRequest, responses(
    (status = 204, description = "Verified"),
    (status = 401, description = "`invalid_code`: used, unknown, voided or expired", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: another account has verified it meanwhile", content_type = "application/problem+json", body = Problem),
))]
async fn verify(
    FromState(state): FromState<Arc<State>>,
    ip: ClientIp,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: VerifyEmailRequest = body.read()?;
    state.limits.account(Limit::MailToken, ip).await?;
    state.auth.verify_email(request.token, device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for another link to verify one's address
#[utoipa::path(post, path = "/v1/auth/email/resend", operation_id = "resendVerification", tag = "accounts",
    responses((status = 202, description = "A mail is on its way, if something is left to verify")))]
async fn resend(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    body.read::<NoFields>()?;
    state.limits.account(Limit::OwnMail, caller.principal.user_id).await?;
    state.auth.resend_verification(caller.principal, device).await?;
    Ok(StatusCode::ACCEPTED)
}
