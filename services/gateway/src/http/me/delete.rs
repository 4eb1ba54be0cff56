//! The end of one's account.

use std::sync::Arc;

use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

use crate::clients::auth::privacy::Deletion;
use crate::clients::auth::{Device, Proof};
use crate::http::cookies;
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// The deletion of one's account.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `Deletion` is read from")]
pub struct DeleteMeRequest {
    /// Left out when the account has none: within 5 min of the sign-in nothing has to be shown.
    #[schema(nullable = false, example = "correct horse battery")]
    password: Option<String>,
    /// Of the authenticator, or a recovery code; with an active second factor.
    #[schema(nullable = false, example = "123456")]
    code: Option<String>,
    /// `keep` leaves one's messages without a sender, `erase` makes them deleted ones.
    #[schema(nullable = false, default = "keep", example = "erase")]
    messages: Option<String>,
}

impl RequestBody for Deletion {
    fn read(fields: &mut Fields) -> Option<Self> {
        let password = fields.optional_text("password");
        let code = fields.optional_text("code");
        let messages = fields.optional_text("messages");
        let erase_messages = match messages?.as_deref() {
            None | Some("keep") => false,
            Some("erase") => true,
            Some(_) => {
                fields.fault("messages", "invalid", "must be `keep` or `erase`");
                return None;
            }
        };
        Some(Self { proof: Proof { password: password?, code: code? }, erase_messages })
    }
}

/// Delete one's account
///
/// Signs out at once, everywhere. All data is erased soon after.
#[utoipa::path(delete, path = "/v1/me", operation_id = "deleteMe", tag = "me", request_body = Option<DeleteMeRequest>, responses(
    (status = 202, description = "Signed out; the data is being erased"),
    (status = 401, description = "`invalid_credentials`, `invalid_code`, `reauthentication_required`, and as everywhere",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn delete(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let deletion: Deletion = body.read()?;
    state.limits.account(Limit::Reauthentication, caller.principal.user_id).await?;
    state.auth.delete_account(caller.principal, deletion, device).await?;
    let mut response = StatusCode::ACCEPTED.into_response();
    cookies::forget(&state.settings, &headers, caller.principal.session_id, response.headers_mut());
    Ok(response)
}
