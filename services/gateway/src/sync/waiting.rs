//! Long polling: a sync that is answered once there is something to tell, or when its time is over.
//!
//! The user's events are listened to before the first look, so nothing falls between. An event only says that it is time to
//! look again. Large conversations tell their events elsewhere, and while the bus is away there are none: so it is looked
//! again in any case, every few seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pulse_events::{Subscription, subjects};
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::UserId;
use tokio::time::{Instant, sleep_until, timeout};

use crate::domain::Sync;
use crate::state::State;
use crate::sync::page;

/// Those of one user that wait here.
const OF_USER_MAX: usize = 16;
/// All that wait here.
const WAITING_MAX: usize = 20_000;
/// How long the bus may take to confirm a subscription; then it counts as away.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How long after a look the next one comes without an event.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The same while the bus is away.
const LOOK_AGAIN_DEAF: Duration = Duration::from_secs(2);
/// Shortest time between two looks: events come in flocks.
const PAUSE: Duration = Duration::from_millis(50);
/// How soon the end of a session is noticed.
const CHECK_AGAIN: Duration = Duration::from_millis(500);
/// How many wait, as operators see it.
const GAUGE: &str = "pulse_sync_waiting";

/// Counts those who wait. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of_users: HashMap<UserId, usize>,
}

/// A place among those who wait; dropping it gives it up.
#[derive(Debug)]
pub struct Place {
    waiting: Waiting,
    user_id: UserId,
}

impl Waiting {
    /// Takes a place.
    ///
    /// # Errors
    /// `rate_limited` when the user has all of theirs; `unavailable` when there is none left.
    pub fn enter(&self, user_id: UserId) -> Result<Place, Failure> {
        let mut counts = self.counts();
        if counts.all >= WAITING_MAX {
            return Err(Failure::unavailable("a place to wait"));
        }
        let of_user = counts.of_users.entry(user_id).or_default();
        if *of_user >= OF_USER_MAX {
            let detail = format!("{OF_USER_MAX} of your requests wait already; end one of them first");
            return Err(Failure::new(Reason::RateLimited, detail).with_retry_after(LOOK_AGAIN));
        }
        *of_user += 1;
        counts.all += 1;
        metrics::gauge!(GAUGE).increment(1.0);
        Ok(Place { waiting: self.clone(), user_id })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.waiting.counts();
        counts.all -= 1;
        metrics::gauge!(GAUGE).decrement(1.0);
        if let Some(of_user) = counts.of_users.get_mut(&self.user_id) {
            *of_user -= 1;
            if *of_user == 0 {
                counts.of_users.remove(&self.user_id);
            }
        }
    }
}

/// What changed since a token, as soon as something has; nothing, and a token, once `wait` is over or the process stops.
/// Dropping the future ends the work.
///
/// # Errors
/// As [`page`]; `rate_limited` and `unavailable` as [`Waiting::enter`]; `session_revoked` when the session ends meanwhile, and
/// `unavailable` when that can't be known.
pub async fn wait(state: &State, caller: Principal, since: &str, wait: Duration) -> Result<Sync, Failure> {
    let ends_at = Instant::now() + wait;
    let _place = state.waiting.enter(caller.user_id)?;
    let mut events = listen(state, caller.user_id).await;
    let stopping = state.shutdown.token();
    loop {
        let found = page(state, caller, since).await?;
        state.revocation.require_live(caller.session_id).await?;
        if found.is_news() || stopping.is_cancelled() || Instant::now() >= ends_at {
            return Ok(found);
        }
        let pause = if events.is_some() { LOOK_AGAIN } else { LOOK_AGAIN_DEAF };
        let look_at = (Instant::now() + pause).min(ends_at);
        tokio::select! {
            heard = next(&mut events) => {
                if !heard {
                    events = None;
                }
                sleep_until((Instant::now() + PAUSE).min(ends_at)).await;
            }
            ended = end_of_session(state, caller) => return Err(ended),
            () = stopping.cancelled() => {}
            () = sleep_until(look_at) => {}
        }
        // A bus that has come back is listened to again.
        if events.is_none() && state.bus.is_connected() {
            events = listen(state, caller.user_id).await;
        }
    }
}

async fn listen(state: &State, user_id: UserId) -> Option<Subscription> {
    if !state.bus.is_connected() {
        return None;
    }
    let subscribing = state.bus.subscribe(subjects::user(user_id));
    timeout(LISTEN_TIMEOUT, subscribing).await.ok()?.ok()
}

/// Waits for an event; false when there will be none any more. For ever while nothing is listened to.
async fn next(events: &mut Option<Subscription>) -> bool {
    match events {
        Some(events) => events.next().await.is_some(),
        None => std::future::pending().await,
    }
}

/// Waits for the end of the session. While the bus is away nobody tells it: then auth is asked, as often as it must be.
async fn end_of_session(state: &State, caller: Principal) -> Failure {
    loop {
        if let Err(ended) = state.revocation.require_live(caller.session_id).await {
            return ended;
        }
        tokio::time::sleep(CHECK_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn a_user_has_so_many_places_and_gets_them_back() {
        let waiting = Waiting::default();
        let (ada, bob) = (UserId::new(&SystemClock), UserId::new(&SystemClock));
        let mut places: Vec<Place> = (0..OF_USER_MAX).map(|_| waiting.enter(ada).expect("a place")).collect();
        assert_eq!(waiting.enter(ada).expect_err("full").reason, Reason::RateLimited);
        waiting.enter(bob).expect("others have their own");
        places.pop();
        places.push(waiting.enter(ada).expect("a place is free"));
        drop(places);
        assert!(waiting.counts().of_users.is_empty() && waiting.counts().all == 0);
    }
}
