//! Who is there, for clients without a socket: `/v1/presence` (contract section 7).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use http::StatusCode;
use pulse_types::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::limits::PRESENCE_WATCH_MAX;
use crate::domain::{OwnStatus, Presence};
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::problem::Refusal;
use crate::json::Fields;
use crate::json::ids::ids;
use crate::ops::presence;
use crate::presence::Place;
use crate::state::State;

/// Whose presence is asked for.
#[derive(ToSchema)]
pub struct PresenceQuery {
    /// At most 200.
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 200)]
    pub user_ids: Vec<UserId>,
}

impl RequestBody for PresenceQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let Some(user_ids) = ids(fields, "user_ids")? else {
            fields.fault("user_ids", "required", "must be given");
            return None;
        };
        if user_ids.len() > PRESENCE_WATCH_MAX {
            fields.fault("user_ids", "too_many", &format!("at most {PRESENCE_WATCH_MAX}"));
            return None;
        }
        Some(Self { user_ids })
    }
}

/// The presence of those that were asked for, in the same order.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresenceList {
    /// One for each id.
    presences: Vec<Presence>,
}

/// How one is there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `OwnStatus` is read from")]
pub struct SetPresenceRequest {
    /// The first two hold for 60 s, the others until another one is set.
    status: OwnStatus,
}

impl RequestBody for OwnStatus {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.parsed("status", "online, away, dnd or invisible")
    }
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(query)).routes(routes!(set))
}

/// Who is there
///
/// Of people one is connected with or in a group with; all others are told as `offline`. What can't be known just now is
/// `unknown`, without Redis all.
#[utoipa::path(post, path = "/v1/presence/query", operation_id = "queryPresence", tag = "presence", request_body = PresenceQuery,
    responses((status = 200, body = PresenceList)))]
async fn query(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<Json<PresenceList>, Refusal> {
    let request: PresenceQuery = body.read()?;
    let presences = presence::query(&state, caller.principal, &request.user_ids).await?;
    Ok(Json(PresenceList { presences }))
}

/// Say how one is there
///
/// For clients without a socket. `online` and `away` hold for 60 s; `dnd` and `invisible` until another status is set.
#[utoipa::path(put, path = "/v1/me/presence", operation_id = "setPresence", tag = "presence", request_body = SetPresenceRequest,
    responses((status = 204, description = "Told to those who may see it")))]
async fn set(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let status: OwnStatus = body.read()?;
    let place = Place::Session(caller.principal.session_id);
    presence::set(&state, caller.principal, place, status).await?;
    Ok(StatusCode::NO_CONTENT)
}
