//! Who is there, for clients without a socket: `/v1/presence` (contract section 7).

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use pulse_types::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::limits::PRESENCE_WATCH_MAX;
use crate::domain::{Presence, PresenceStatus};
use crate::http::extract::{Body, Caller, RequestBody};
use crate::http::problem::Refusal;
use crate::json::Fields;
use crate::json::ids::ids;
use crate::state::State;

/// Whose presence is asked for.
#[derive(ToSchema)]
pub struct PresenceQuery {
    /// At most 200.
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 200)]
    user_ids: Vec<UserId>,
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

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(query))
}

/// Who is there
///
/// Of people one is connected with; all others are told as `offline`. Without Redis all is `unknown`.
#[utoipa::path(post, path = "/v1/presence/query", operation_id = "queryPresence", tag = "presence", request_body = PresenceQuery,
    responses((status = 200, body = PresenceList)))]
async fn query(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    body: Body,
) -> Result<Json<PresenceList>, Refusal> {
    let request: PresenceQuery = body.read()?;
    let me = caller.principal.user_id;
    let others: HashSet<_> = request.user_ids.iter().copied().filter(|id| *id != me).collect();
    let visible = match others.is_empty() {
        true => HashSet::new(),
        false => state.social_graph.connected_among(caller.principal, &others).await?,
    };
    let known = state.presence.query(&request.user_ids).await;
    let may_see = |presence: &Presence| presence.user_id == me || visible.contains(&presence.user_id);
    let presences = known.into_iter().map(|presence| match presence.status {
        PresenceStatus::Unknown => presence,
        _ if may_see(&presence) => presence,
        _ => Presence::offline(presence.user_id),
    });
    let presences = presences.collect();
    Ok(Json(PresenceList { presences }))
}
