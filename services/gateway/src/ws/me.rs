//! Oneself, told to one's sockets after each change. Changes that come while an answer is awaited are one entry of the next
//! question, so many changes cost few questions.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use pulse_rpc::{Kind, Principal};
use pulse_types::UserId;
use tokio::sync::Notify;

use crate::clients::me;
use crate::state::State;
use crate::ws::frames::{self, Event};

/// People who are asked about at once.
const AT_ONCE: usize = 16;
/// People who wait; one more is not told, and learns of the change with the next question.
const WAITING_MAX: usize = 1 << 16;
/// How soon a question that failed is asked again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Who is to be told.
#[derive(Debug, Default)]
pub struct Changes {
    waiting: Mutex<HashSet<UserId>>,
    noted: Notify,
}

impl Changes {
    /// Something changed for a person with sockets here.
    pub fn note(&self, user_id: UserId) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_MAX {
            waiting.insert(user_id);
        }
        drop(waiting);
        self.noted.notify_one();
    }

    fn take(&self) -> HashSet<UserId> {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Asks and tells until the last socket has gone.
pub async fn run(state: Arc<State>) {
    let drained = state.hub.drained();
    let changes = state.hub.me_changes();
    loop {
        tokio::select! {
            () = changes.noted.notified() => {}
            () = drained.cancelled() => return,
        }
        let failed = stream::iter(changes.take())
            .map(async |user_id| tell(&state, user_id).await.err())
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready);
        let failed: Vec<_> = failed.collect().await;
        if !failed.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(RETRY_AFTER) => {}
                () = drained.cancelled() => return,
            }
            failed.into_iter().for_each(|user_id| changes.note(user_id));
        }
    }
}

/// Gives the person back when they are to be asked about again.
async fn tell(state: &State, user_id: UserId) -> Result<(), UserId> {
    // Whoever has left is not told.
    let Some(session_id) = state.hub.session_of(user_id) else { return Ok(()) };
    let caller = Principal { user_id, session_id };
    match me::require(&state.auth, &state.social_graph, caller).await {
        Ok(me) => {
            state.verified.note(user_id, me.email_verified, Instant::now());
            state.hub.note_settings(user_id, &me.settings);
            state.hub.tell_user(user_id, &frames::event(&Event::MeUpdated(&me)));
            Ok(())
        }
        Err(failure) if failure.kind() == Kind::Unavailable => {
            tracing::debug!(error = %failure, "can't ask what has changed; asking again");
            Err(user_id)
        }
        Err(failure) => {
            failure.log();
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn changes_of_one_person_are_one_entry() {
        let changes = Changes::default();
        let user_id = UserId::new(&SystemClock);
        for _ in 0..100 {
            changes.note(user_id);
        }
        assert_eq!(changes.take(), HashSet::from([user_id]));
        assert!(changes.take().is_empty());
    }
}
