//! What is down, told to every socket on each change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::state::State;
use crate::ws::frames::{self, Event};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often in a row the same must be seen until it is told, so that what flaps is told once it has settled: something that is
/// down is looked for again after a second, and may only have been late.
const SETTLED_DOWN: u32 = 6;
/// The same when something has come back and nothing more is down.
const SETTLED_UP: u32 = 2;

/// What sockets are told. `hello` says the same, so a socket that is opened while something flaps hears how it ended.
#[derive(Debug, Default)]
pub struct Degraded(Mutex<Told>);

/// What was seen last, and what was told; nothing was before the first look.
#[derive(Debug, Default)]
struct Told {
    seen: Vec<&'static str>,
    /// How often in a row that was seen.
    looks: u32,
    told: Option<Vec<&'static str>>,
}

impl Degraded {
    /// What is down, as sockets know it; `now` before they were told anything.
    pub fn told(&self, now: impl FnOnce() -> Vec<&'static str>) -> Vec<&'static str> {
        self.lock().told.clone().unwrap_or_else(now)
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// What is to be told now.
    fn look(&mut self, now: Vec<&'static str>) -> Option<&[&'static str]> {
        self.looks = if self.seen == now { self.looks.saturating_add(1) } else { 1 };
        self.seen = now;
        let is_worse = |told: &Vec<_>| self.seen.iter().any(|name| !told.contains(name));
        let settled = if self.told.as_ref().is_none_or(is_worse) { SETTLED_DOWN } else { SETTLED_UP };
        if self.looks < settled || self.told.as_ref() == Some(&self.seen) {
            return None;
        }
        self.told = Some(self.seen.clone());
        self.told.as_deref()
    }
}

/// Looks and tells until the last socket has gone.
pub async fn run(state: Arc<State>) {
    let drained = state.hub.drained();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = drained.cancelled() => return,
        }
        let now = state.readiness.report().degraded;
        let news = state
            .degraded
            .lock()
            .look(now)
            .map(|degraded| frames::event(&Event::ServerDegraded { degraded }));
        if let Some(frame) = news {
            for socket in state.hub.sockets() {
                socket.queue.push(frame.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told when this is seen so often.
    fn look(told: &mut Told, now: &[&'static str], times: u32) -> Vec<Option<Vec<&'static str>>> {
        (0..times).map(|_| told.look(now.to_vec()).map(<[_]>::to_vec)).collect()
    }

    #[test]
    fn each_change_is_told_once_it_has_settled() {
        let mut told = Told::default();
        let mut nothing = vec![None; 5];
        assert_eq!(look(&mut told, &["nats"], 5), nothing);
        assert_eq!(look(&mut told, &["nats"], 2), [Some(vec!["nats"]), None]);
        assert_eq!(look(&mut told, &[], 3), [None, Some(vec![]), None], "what comes back is told sooner");
        for _ in 0..3 {
            assert_eq!(look(&mut told, &["redis"], 5), nothing, "it was only late");
            assert_eq!(look(&mut told, &[], 1), [None]);
        }
        nothing.push(Some(vec!["redis"]));
        assert_eq!(look(&mut told, &["redis"], 6), nothing);
        nothing.pop();
        nothing.push(Some(vec!["nats", "redis"]));
        assert_eq!(look(&mut told, &["nats", "redis"], 6), nothing);
        assert_eq!(look(&mut told, &["nats"], 2), [None, Some(vec!["nats"])]);
    }
}
