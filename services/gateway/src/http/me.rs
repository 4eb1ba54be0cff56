//! Oneself: `/v1/me`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as FromState;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::SessionId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::session::Account;
use crate::domain::user::{Me, Settings, User};
use crate::http::extract::{Caller, QueryText, page_ask};
use crate::http::openapi::PageParams;
use crate::http::problem::Refusal;
use crate::http::users::UserPage;
use crate::state::State;

/// How long a sign-in waits for the profile.
const PROFILE_TIMEOUT: Duration = Duration::from_secs(2);

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(me)).routes(routes!(connections))
}

/// Oneself
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "me", responses((status = 200, body = Me)))]
async fn me(FromState(state): FromState<Arc<State>>, caller: Caller) -> Result<Json<Me>, Refusal> {
    let account = state.auth.account(caller.principal.user_id);
    let (account, profile) = tokio::join!(account, profile(&state, caller.principal));
    Ok(Json(Me::compose(account?, profile?)))
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
    let profile = profile(state, caller).await.unwrap_or_else(|failure| {
        failure.log();
        None
    });
    Me::compose(account, profile)
}

/// `None` while the service is down or has not made the profile yet.
async fn profile(state: &State, caller: Principal) -> Result<Option<(User, Settings)>, Failure> {
    let Ok(found) = tokio::time::timeout(PROFILE_TIMEOUT, state.social_graph.own_profile(caller)).await
    else {
        return Ok(None);
    };
    match found {
        Err(failure) if matches!(failure.reason, Reason::Unavailable | Reason::NotFound) => Ok(None),
        found => found.map(Some),
    }
}
