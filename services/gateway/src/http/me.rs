//! Oneself: `/v1/me`.

pub mod delete;
pub mod export;
pub mod others;
pub mod update;

use std::sync::Arc;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::Principal;
use pulse_types::SessionId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::me;
use crate::domain::session::Account;
use crate::domain::user::Me;
use crate::http::extract::Caller;
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::query::{QueryText, page_ask};
use crate::http::users::UserPage;
use crate::state::State;

/// Routes of this file and those beneath it.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(own, update::update, delete::delete))
        .routes(routes!(connections))
        .merge(others::routes())
        .merge(export::routes())
}

/// Oneself
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "me", responses((status = 200, body = Me)))]
async fn own(FromState(state): FromState<Arc<State>>, caller: Caller) -> Result<Json<Me>, Refusal> {
    Ok(Json(me::find(&state.auth, &state.social_graph, caller.principal).await?))
}

/// The people one is connected with
///
/// Newest connection first.
#[utoipa::path(get, path = "/v1/me/connections", operation_id = "listConnections", tag = "me", params(PageParams), responses((status = 200, body = UserPage)))]
async fn connections(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
) -> Result<Json<UserPage>, Refusal> {
    let mut fields = query.fields(&["limit", "cursor"]);
    let ask = page_ask(&mut fields);
    let ask = fields.finish(|| ask)?;
    Ok(Json(state.social_graph.connections(caller.principal, ask).await?.into()))
}

/// Whoever has just signed in. A sign-in does not fail because the profile can't be had.
pub(super) async fn of_grant(state: &State, account: Account, session_id: SessionId) -> Me {
    let caller = Principal { user_id: account.user_id, session_id };
    let profile = me::profile(&state.social_graph, caller).await.unwrap_or_else(|failure| {
        failure.log();
        None
    });
    Me::compose(account, profile)
}
