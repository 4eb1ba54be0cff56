//! Reports of people: `/v1/reports` (contract section 4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use pulse_rpc::{Failure, Principal};
use pulse_types::{MessageId, ReportId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::report::{NewReport, ReportReason, check_detail};
use crate::http::extract::{Body, Caller};
use crate::http::problem::{Problem, Refusal};
use crate::http::texts::trimmed;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// A report of a person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `read` reads")]
pub struct ReportRequest {
    /// Who is reported.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// A message of theirs that the caller sees. With one they stay reportable, whatever is between the two.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    message_id: Option<MessageId>,
    /// Why.
    reason: ReportReason,
    /// Trimmed.
    #[schema(max_length = 2000, nullable = false, example = "Sells things to everybody.")]
    detail: Option<String>,
}

/// A report that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportMade {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ReportId,
}

fn read(fields: &mut Fields, caller: UserId) -> Option<NewReport> {
    let user_id = fields.parsed::<UserId>("user_id", "a UUID");
    let message_id = fields.optional_parsed::<MessageId>("message_id", "a UUID");
    let reason = fields.parsed::<ReportReason>("reason", "one of the reasons");
    let detail = trimmed(fields, "detail", check_detail);
    if user_id == Some(caller) {
        fields.fault("user_id", "not_allowed", "nobody reports themselves");
        return None;
    }
    Some(NewReport { user_id: user_id?, message_id: message_id?, reason: reason?, detail: detail? })
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Report a person
///
/// Operators answer it.
#[utoipa::path(post, path = "/v1/reports", operation_id = "report", tag = "people", request_body = ReportRequest, responses(
    (status = 201, body = ReportMade),
    (status = 403, description = "`not_a_member` of the room of the message", content_type = "application/problem+json", body = Problem),
    (status = 404, description = "The person or the message does not exist, or the caller may not see it",
        content_type = "application/problem+json", body = Problem),
    (status = 422, description = "`validation_failed`: see `errors`; also oneself, and a message that the person did not write",
        content_type = "application/problem+json", body = Problem),
))]
async fn create(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<ReportMade>), Refusal> {
    let caller = caller.principal;
    let report = body.read_with(|fields| read(fields, caller.user_id))?;
    state.limits.account(Limit::Report, caller.user_id).await?;
    if let Some(message_id) = report.message_id {
        require_written_by(&state, caller, message_id, report.user_id).await?;
    }
    let id = state.people.report(caller, report).await?;
    Ok((StatusCode::CREATED, Json(ReportMade { id })))
}

/// That the caller sees the message, and the person wrote it.
async fn require_written_by(
    state: &State,
    caller: Principal,
    message_id: MessageId,
    user_id: UserId,
) -> Result<(), Failure> {
    let message = state.message_store.message(caller, message_id).await?;
    match message.sender {
        Some(sender) if sender.id == user_id => Ok(()),
        _ => Err(Failure::invalid_field("message_id", "invalid", "this person did not write the message")),
    }
}
