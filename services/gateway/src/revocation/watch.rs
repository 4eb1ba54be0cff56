//! What must be done for sockets and keys while the bus is away: they ask nothing by themselves.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use pulse_runtime::Shutdown;
use pulse_types::{SessionId, UserId};

use crate::domain::certainty::{Standing, Times};
use crate::revocation::Answer;
use crate::revocation::checker::BATCH;
use crate::state::State;
use crate::ws::Close;

/// Looks after the live sockets and the keys until the shutdown begins, as a task of it.
pub fn spawn(state: Arc<State>, times: Times, shutdown: &Shutdown) {
    let begun = shutdown.token();
    shutdown.spawn("revocation.watch", async move {
        tokio::select! {
            () = watch(&state, times) => {}
            () = begun.cancelled() => {}
        }
    });
}

async fn watch(state: &State, times: Times) {
    // Often enough that what is due is asked, and what is refused is closed, within a fifteenth of its time.
    let mut look = tokio::time::interval(times.check_every / 15);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut keys_at = Instant::now();
    loop {
        let is_recheck = tokio::select! {
            _ = look.tick() => false,
            () = state.revocation.recheck.notified() => true,
        };
        let is_heard = state.revocation.certainty(|certainty| certainty.is_bus_heard());
        if is_heard && !is_recheck {
            keys_at = Instant::now();
            continue;
        }
        check_sockets(state, is_recheck).await;
        if keys_at.elapsed() >= times.check_every {
            keys_at = Instant::now();
            if let Err(error) = state.verifier.keys().refresh().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "the keys can't be fetched now");
            }
        }
        state.revocation.change(|certainty| certainty.sweep(Instant::now()));
    }
}

/// Asks auth about the sessions of live sockets that are due, or about all, and closes those that may not stay.
async fn check_sockets(state: &State, all: bool) {
    let sessions: HashSet<_> = state.hub.sessions().into_iter().collect();
    let now = Instant::now();
    let due = sessions
        .into_iter()
        .filter(|(_, session_id)| all || standing(state, *session_id, now) != Standing::Certain);
    let due: Vec<_> = due.collect();
    for batch in due.chunks(BATCH) {
        join_all(batch.iter().map(|(user_id, session_id)| check(state, *user_id, *session_id))).await;
    }
}

async fn check(state: &State, user_id: UserId, session_id: SessionId) {
    match state.revocation.ask(session_id).await {
        Answer::Ended => state.hub.close_session(user_id, session_id, &Close::SessionRevoked),
        Answer::Lives => {}
        Answer::None => {
            if standing(state, session_id, Instant::now()) == Standing::Unknown {
                state.hub.close_session(user_id, session_id, &Close::Uncheckable);
            }
        }
    }
}

fn standing(state: &State, session_id: SessionId, now: Instant) -> Standing {
    state.revocation.certainty(|certainty| certainty.standing(session_id, now))
}
