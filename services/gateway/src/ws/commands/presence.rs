//! How one is there, and whose presence a socket is told.

use pulse_types::UserId;

use crate::domain::OwnStatus;
use crate::limits::Limit;
use crate::ops::presence;
use crate::presence::Place;
use crate::ws::commands::Asked;
use crate::ws::frames::Reply;

/// `presence.set`
pub fn set(asked: Asked, status: OwnStatus) {
    let (state, caller, socket) = (asked.state().clone(), asked.caller(), asked.socket().clone());
    asked.answer_later(async move {
        let place = Place::Connection(socket.connection_id);
        presence::set(&state, caller, place, status).await?;
        Ok(Reply::Done {})
    });
}

/// `presence.watch`: of lists that are asked for one after the other the last one holds, whatever is answered first.
pub fn watch(asked: Asked, user_ids: Vec<UserId>) {
    let (state, caller) = (asked.state().clone(), asked.caller());
    let turn = state.presence.begin_watch(asked.socket());
    let hub = state.hub.clone();
    hub.spawn(Box::pin(async move {
        if let Err(exceeded) = state.limits.account(Limit::Presence, caller.user_id).await {
            return asked.answer(Err(exceeded.into()));
        }
        let (presences, installed) = state.presence.watch(turn, &user_ids).await;
        asked.answer(Ok(Reply::Presences { presences }));
        // Only now, so that what has changed meanwhile comes after the answer.
        if let Some(installed) = installed {
            installed.answered();
        }
    }));
}
