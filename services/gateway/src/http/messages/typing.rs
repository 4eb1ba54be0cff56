//! Who is typing, for clients without a socket.

use std::sync::Arc;

use axum::extract::State as FromState;
use http::StatusCode;
use utoipa::ToSchema;

use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::state::State;
use crate::ws::typing;

/// Whether one is typing.
#[derive(ToSchema)]
pub struct TypingRequest {
    /// A start fades after 6 s: repeat it every 3 s.
    active: bool,
}

impl RequestBody for TypingRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let Some(active) = fields.optional_switch("active")? else {
            fields.fault("active", "required", "must be given");
            return None;
        };
        Some(Self { active })
    }
}

/// Show that one is typing, or has stopped
///
/// To those who have the conversation open; to nobody by those who hide it.
#[utoipa::path(put, path = "/v1/conversations/{id}/typing", operation_id = "setTyping", tag = "messages", request_body = TypingRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 204, description = "Told"),
    (status = 403, description = "`not_connected`, `not_a_member`, `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn typing(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: TypingRequest = body.read()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    typing::set(&state, caller, None, conversation_id, request.active).await?;
    Ok(StatusCode::NO_CONTENT)
}
