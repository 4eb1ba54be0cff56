//! Saying how one is there, and seeing how others are.

use pulse_rpc::{Failure, Principal};
use pulse_types::UserId;

use crate::domain::standing::{Activity, Availability};
use crate::domain::{OwnStatus, Presence};
use crate::limits::Limit;
use crate::presence::Place;
use crate::state::State;

/// What the caller says of themselves in a place: `online` and `away` are the place's, the others last. Who does not want to be
/// disturbed and has no connection is there for a minute.
///
/// # Errors
/// `rate_limited`; `unavailable` when it can't be kept: nothing has changed then.
pub async fn set(state: &State, caller: Principal, place: Place, status: OwnStatus) -> Result<(), Failure> {
    state.limits.account(Limit::Presence, caller.user_id).await?;
    let (availability, activity) = status.parts();
    let activity = match (place, status) {
        (Place::Session(_), OwnStatus::Dnd) => Some(Activity::Online),
        _ => activity,
    };
    if matches!(place, Place::Session(_)) && activity.is_some() && !state.presence.is_known() {
        return Err(Failure::unavailable("presence"));
    }
    // Who is told as they are already need not be asked for.
    let is_kept = availability == Availability::Free && state.presence.is_free(caller.user_id).await;
    let choice = match is_kept {
        true => None,
        false => Some(state.presence.keep(caller, availability).await?),
    };
    let told = activity.map(|activity| (place, activity));
    state.presence.set(caller.user_id, told, choice).await;
    Ok(())
}

/// What is told of people to the caller, in the order asked: offline of those whom they may not see, unknown what can't be known.
///
/// # Errors
/// `rate_limited`
pub async fn query(state: &State, caller: Principal, user_ids: &[UserId]) -> Result<Vec<Presence>, Failure> {
    state.limits.account(Limit::Presence, caller.user_id).await?;
    Ok(state.presence.of(caller, user_ids).await)
}
