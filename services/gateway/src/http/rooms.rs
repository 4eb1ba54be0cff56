//! The directory of rooms: `/v1/rooms` (contract section 5).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::Conversation;
use crate::http::extract::Caller;
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::query::{QueryText, page_ask};
use crate::http::shown;
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Characters of a search, at most.
const QUERY_MAX: usize = 64;

/// A page of rooms.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomPage {
    /// The rooms, busiest first.
    items: Vec<Conversation>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Find rooms
///
/// Busiest first; by title and topic when `q` is given. Those that the caller is in come with `my` and `last_message`.
#[utoipa::path(get, path = "/v1/rooms", operation_id = "listRooms", tag = "conversations",
    params(("q" = Option<String>, Query, description = "At most 64 characters; empty means all", example = "engines"), PageParams),
    responses((status = 200, body = RoomPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<RoomPage>, Refusal> {
    let mut fields = query.fields(&["q", "limit", "cursor"]);
    let text = read_query(&mut fields);
    let ask = page_ask(&mut fields);
    let (text, ask) = fields.finish(|| Some((text?, ask?)))?;
    if !text.is_empty() {
        state.limits.account(Limit::Search, caller.principal.user_id).await?;
    }
    let page = state.conversations.rooms(caller.principal, text, ask).await?;
    Ok(Json(RoomPage {
        items: shown::rooms(&state, caller.principal, page.items).await,
        next_cursor: page.next_cursor,
    }))
}

fn read_query(fields: &mut Fields) -> Option<String> {
    let text = fields.optional_text("q")?.unwrap_or_default().trim().to_owned();
    if text.chars().count() > QUERY_MAX {
        fields.fault("q", "too_long", &format!("must have at most {QUERY_MAX} characters"));
        return None;
    }
    Some(text)
}
