//! Saying how one is there, and seeing how others are.

use pulse_rpc::{Failure, Principal};
use pulse_types::{ConnectionId, UserId};

use crate::domain::standing::{Activity, Availability};
use crate::domain::{OwnStatus, Presence};
use crate::limits::Limit;
use crate::state::State;

/// What the caller says of themselves on a connection: `online` and `away` are the connection's, the others last.
///
/// # Errors
/// `rate_limited`; `unavailable` when it can't be kept: nothing has changed then.
pub async fn set(
    state: &State,
    caller: Principal,
    connection_id: ConnectionId,
    status: OwnStatus,
) -> Result<(), Failure> {
    let activity = choose(state, caller, status).await?;
    if let Some(activity) = activity {
        state.presence.set(caller.user_id, connection_id, activity).await;
    }
    Ok(())
}

/// What the caller says of themselves without a connection: `online` and `away` hold for a minute, and so does it that somebody
/// who does not want to be disturbed is there.
///
/// # Errors
/// As told with [`set`].
pub async fn put(state: &State, caller: Principal, status: OwnStatus) -> Result<(), Failure> {
    if !state.presence.is_known() {
        return Err(Failure::unavailable("presence"));
    }
    let activity = choose(state, caller, status).await?;
    let activity = match status {
        OwnStatus::Dnd => Some(Activity::Online),
        OwnStatus::Online | OwnStatus::Away | OwnStatus::Invisible => activity,
    };
    if let Some(activity) = activity {
        state.presence.put(caller.user_id, caller.session_id, activity).await;
    }
    Ok(())
}

/// Keeps what lasts of a status; gives what does not. Who is told as they are already need not be asked for.
async fn choose(state: &State, caller: Principal, status: OwnStatus) -> Result<Option<Activity>, Failure> {
    state.limits.account(Limit::Presence, caller.user_id).await?;
    let (availability, activity) = status.parts();
    if availability != Availability::Free || !state.presence.is_free(caller.user_id).await {
        state.presence.choose(caller, availability).await?;
    }
    Ok(activity)
}

/// What is told of people to the caller, in the order asked: offline of those whom they may not see, unknown what can't be known.
///
/// # Errors
/// `rate_limited`
pub async fn query(state: &State, caller: Principal, user_ids: &[UserId]) -> Result<Vec<Presence>, Failure> {
    state.limits.account(Limit::Presence, caller.user_id).await?;
    Ok(state.presence.of(caller, user_ids).await)
}
