//! The second factor of an account: `/v1/auth/totp`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{FactorProof, PasswordProof};
use crate::clients::auth::Device;
use crate::domain::factor::{RecoveryCodes, TotpSecret};
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// The first code.
#[derive(ToSchema)]
pub struct ActivateTotpRequest {
    /// Of the authenticator.
    #[schema(example = "123456")]
    code: String,
}

impl RequestBody for ActivateTotpRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { code: fields.text("code")? })
    }
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(start, disable))
        .routes(routes!(activate))
        .routes(routes!(replace_recovery_codes))
}

/// Set up a second factor
///
/// Gives a secret that waits for its first code; one that waited before is replaced.
#[utoipa::path(post, path = "/v1/auth/totp", operation_id = "startTotp", tag = "accounts", request_body = Option<PasswordProof>, responses(
    (status = 200, body = TotpSecret),
    (status = 401, description = "`invalid_credentials`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: a factor is active", content_type = "application/problem+json", body = Problem),
))]
async fn start(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<Json<TotpSecret>, Refusal> {
    let proof: PasswordProof = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    Ok(Json(state.auth.start_totp(caller.principal, proof.into(), device).await?))
}

/// Turn the second factor on
///
/// The code counts as used. The recovery codes are shown this once.
#[utoipa::path(post, path = "/v1/auth/totp/activate", operation_id = "activateTotp", tag = "accounts", request_body = ActivateTotpRequest, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "`invalid_code`, and as everywhere", content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: nothing is to be activated", content_type = "application/problem+json", body = Problem),
))]
async fn activate(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<Json<RecoveryCodes>, Refusal> {
    let request: ActivateTotpRequest = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    let recovery_codes = state.auth.activate_totp(caller.principal, request.code, device).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Get new recovery codes
///
/// The old ones are void.
#[utoipa::path(post, path = "/v1/auth/totp/recovery-codes", operation_id = "replaceRecoveryCodes", tag = "accounts", request_body = FactorProof, responses(
    (status = 200, body = RecoveryCodes),
    (status = 401, description = "`invalid_credentials`, `invalid_code`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: no factor is active", content_type = "application/problem+json", body = Problem),
))]
async fn replace_recovery_codes(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<Json<RecoveryCodes>, Refusal> {
    let proof: FactorProof = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    let recovery_codes = state.auth.replace_recovery_codes(caller.principal, proof.into(), device).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Turn the second factor off
#[utoipa::path(delete, path = "/v1/auth/totp", operation_id = "disableTotp", tag = "accounts", request_body = FactorProof, responses(
    (status = 204, description = "It is off; its recovery codes are void"),
    (status = 401, description = "`invalid_credentials`, `invalid_code`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
    (status = 409, description = "`conflict`: no factor is active", content_type = "application/problem+json", body = Problem),
))]
async fn disable(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let proof: FactorProof = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    state.auth.disable_totp(caller.principal, proof.into(), device).await?;
    Ok(StatusCode::NO_CONTENT)
}
