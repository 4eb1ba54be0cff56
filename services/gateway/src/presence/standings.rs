//! What lasts of people's presence is kept by social-graph: whose it is not known here is asked for, many at once, and when
//! people were last there is told, many at once. While social-graph is away both wait; of whom nothing is known nothing is said.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use crate::cache::presence::Choice;
use crate::clients::standings::PEOPLE_MAX;
use crate::presence::Presence;

/// How soon it is asked again after a failure, or for somebody whose profile is still being made.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long moments are gathered before they are told.
const GATHER: Duration = Duration::from_secs(1);
/// People who wait; one more is asked for when they are next looked at, and is last told of when they leave again.
const WAITING_MAX: usize = 1 << 16;

/// Whose standing is to be asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    waiting: Mutex<HashSet<UserId>>,
    noted: Notify,
}

/// When people were last there, as it is still to be told.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashMap<UserId, i64>>);

impl Wanted {
    /// Somebody's standing is not known, or has changed.
    pub fn note(&self, user_id: UserId) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() < WAITING_MAX {
            waiting.insert(user_id);
        }
        drop(waiting);
        self.noted.notify_one();
    }

    fn take(&self) -> Vec<UserId> {
        let mut waiting = lock(&self.waiting);
        let taken: Vec<UserId> = waiting.iter().take(PEOPLE_MAX).copied().collect();
        for user_id in &taken {
            waiting.remove(user_id);
        }
        taken
    }
}

impl Seen {
    /// Somebody was last there at this Unix time in ms.
    pub fn note(&self, user_id: UserId, unix_ms: i64) {
        let mut waiting = lock(&self.0);
        if waiting.len() < WAITING_MAX || waiting.contains_key(&user_id) {
            let known = waiting.entry(user_id).or_insert(unix_ms);
            *known = unix_ms.max(*known);
        }
    }

    fn take(&self) -> Vec<(UserId, i64)> {
        let mut waiting = lock(&self.0);
        let taken: Vec<UserId> = waiting.keys().take(PEOPLE_MAX).copied().collect();
        taken.into_iter().filter_map(|user_id| waiting.remove_entry(&user_id)).collect()
    }
}

/// Asks for standings until the process stops.
pub(super) async fn learn(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    let wanted = &presence.0.wanted;
    let mut retry = tokio::time::interval(RETRY_AFTER);
    retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut later = HashSet::new();
    loop {
        tokio::select! {
            () = wanted.noted.notified() => {}
            _ = retry.tick() => later.drain().for_each(|user_id| wanted.note(user_id)),
            () = begun.cancelled() => return,
        }
        loop {
            let asked = wanted.take();
            if asked.is_empty() {
                break;
            }
            match ask(&presence, &asked).await {
                Some(found) => {
                    // Whose profile is still being made is asked for again; who was erased has no connections.
                    let is_unmade =
                        |user_id: &UserId| !found.contains(user_id) && presence.0.ledger.has(*user_id);
                    later.extend(asked.into_iter().filter(is_unmade));
                }
                None => {
                    later.extend(asked);
                    break;
                }
            }
        }
    }
}

/// Lets the ledger learn the standings of some people; gives whose were found, and `None` when they can't be had now.
pub(super) async fn ask(presence: &Presence, user_ids: &[UserId]) -> Option<HashSet<UserId>> {
    match presence.0.standings.list(user_ids).await {
        Ok(standings) => {
            let found = standings.iter().map(|standing| standing.user_id).collect();
            for standing in standings {
                presence.0.ledger.learn(Choice { standing, was_made: false });
            }
            Some(found)
        }
        Err(failure) => {
            tracing::debug!(error = %failure, "what people chose of their presence can't be asked now");
            None
        }
    }
}

/// Tells when people were last there, until the process stops; then a last time.
pub(super) async fn tell(presence: Presence, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        let is_last = begun.is_cancelled();
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            () = begun.cancelled(), if !is_last => {}
            () = std::future::ready(()), if is_last => {}
        }
        loop {
            let seen = presence.0.seen.take();
            if seen.is_empty() {
                break;
            }
            if let Err(failure) = presence.0.standings.note_last_seen(&seen).await {
                tracing::debug!(error = %failure, "when people were last there is told later");
                seen.into_iter().for_each(|(user_id, unix_ms)| presence.0.seen.note(user_id, unix_ms));
                break;
            }
        }
        if is_last {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn of_several_moments_the_last_one_is_told_and_of_many_people_some_at_once() {
        let seen = Seen::default();
        let ada = UserId::new(&SystemClock);
        for unix_ms in [5, 9, 7] {
            seen.note(ada, unix_ms);
        }
        assert_eq!(seen.take(), [(ada, 9)]);
        assert!(seen.take().is_empty());
        let wanted = Wanted::default();
        (0..PEOPLE_MAX + 1).for_each(|_| wanted.note(UserId::new(&SystemClock)));
        assert_eq!([wanted.take().len(), wanted.take().len(), wanted.take().len()], [PEOPLE_MAX, 1, 0]);
    }
}
