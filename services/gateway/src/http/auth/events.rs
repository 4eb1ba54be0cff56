//! The security history of an account: `/v1/auth/events`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::session::SecurityEvent;
use crate::http::extract::Caller;
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::query::{QueryText, page_ask};
use crate::state::State;

/// A page of a security history.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecurityEventPage {
    /// The events, newest first.
    items: Vec<SecurityEvent>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Routes of this file.
pub(super) fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Security history
///
/// Sign-ins, failures and changes of one's account, newest first.
#[utoipa::path(get, path = "/v1/auth/events", operation_id = "listSecurityEvents", tag = "accounts", params(PageParams), responses((status = 200, body = SecurityEventPage)))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<SecurityEventPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    let page = state.auth.security_events(caller.principal, ask).await?;
    Ok(Json(SecurityEventPage { items: page.items, next_cursor: page.next_cursor }))
}
