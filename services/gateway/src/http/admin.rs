//! For operators: `/v1/admin` (contract section 8).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::{Failure, Reason};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::connection::ConnectionCount;
use crate::events::connections;
use crate::http::extract::Caller;
use crate::http::openapi::PageParams;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::{QueryText, page_ask};
use crate::http::short_list;
use crate::state::State;

/// The role of an access token that this is for.
const OPERATOR: &str = "operator";

/// A page of live sockets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionPage {
    /// By pod, user and scope.
    items: Vec<ConnectionCount>,
    /// Where the list goes on; `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Live sockets
///
/// Of all gateways. For operators.
#[utoipa::path(get, path = "/v1/admin/connections", operation_id = "listLiveSockets", tag = "installation", params(PageParams), responses(
    (status = 200, body = ConnectionPage),
    (status = 403, description = "`forbidden`: not an operator", content_type = "application/problem+json", body = Problem),
))]
async fn list(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<ConnectionPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    if !caller.claims.roles.iter().any(|role| role == OPERATOR) {
        return Err(Failure::new(Reason::Forbidden, "this is for operators").into());
    }
    let page = short_list::page(connections::list(&state.bus).await?, &ask)?;
    Ok(Json(ConnectionPage { items: page.items, next_cursor: page.next_cursor }))
}
