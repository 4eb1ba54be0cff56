//! A copy of all data that is held on oneself.

use std::sync::Arc;

use axum::Json;
use axum::body::Body as ResponseBody;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::clients::auth::Device;
use crate::http::extract::{Body, Caller, NoFields, PathText};
use crate::http::problem::Refusal;
use crate::limits::Limit;
use crate::state::State;

/// An export that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportStarted {
    /// Ask for it by this.
    export_id: Uuid,
}

/// An export that is not finished.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportPending {
    /// The export.
    export_id: Uuid,
    /// Always `pending`.
    #[schema(value_type = String, example = "pending")]
    status: &'static str,
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(start)).routes(routes!(read))
}

/// Ask for a copy of all one's data
#[utoipa::path(post, path = "/v1/me/export", operation_id = "startExport", tag = "me", responses((status = 202, description = "It has begun", body = ExportStarted)))]
async fn start(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    device: Device,
    body: Body,
) -> Result<Response, Refusal> {
    body.read::<NoFields>()?;
    state.limits.account(Limit::Export, caller.principal.user_id).await?;
    let export_id = state.auth.start_export(caller.principal, device).await?;
    Ok((StatusCode::ACCEPTED, Json(ExportStarted { export_id })).into_response())
}

/// Get the copy
///
/// A ZIP of JSON documents, for 24 h.
#[utoipa::path(get, path = "/v1/me/export/{id}", operation_id = "getExport", tag = "me", params(("id" = Uuid, Path, description = "The export")), responses(
    (status = 200, description = "The archive", content_type = "application/zip", body = Vec<u8>),
    (status = 202, description = "It is being made", body = ExportPending),
))]
async fn read(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Response, Refusal> {
    let export_id: Uuid = path.id("export")?;
    let Some(size) = state.auth.export_size(caller.principal, export_id).await? else {
        let pending = ExportPending { export_id, status: "pending" };
        return Ok((StatusCode::ACCEPTED, Json(pending)).into_response());
    };
    let pieces = state.auth.read_export(caller.principal, export_id).await?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"pulsechat-export-{export_id}.zip\"")),
        (CONTENT_LENGTH, size.to_string()),
    ];
    Ok((headers, ResponseBody::from_stream(pieces)).into_response())
}
