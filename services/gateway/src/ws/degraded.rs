//! What is down, told to every socket on each change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::state::State;
use crate::ws::frames::{self, Event};

/// How often it is looked. What is seen twice the same is told, so what flaps is told once it has settled.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What sockets are told. `hello` says the same, so a socket that is opened while something flaps hears how it ended.
#[derive(Debug, Default)]
pub struct Degraded(Mutex<Told>);

/// What was seen last, and what was told; nothing was before the first look.
#[derive(Debug, Default)]
struct Told {
    seen: Option<Vec<&'static str>>,
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
        let has_settled = self.seen.as_ref() == Some(&now);
        if !has_settled {
            self.seen = Some(now);
            return None;
        }
        if self.told.as_ref() == Some(&now) {
            return None;
        }
        self.told = Some(now);
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

    #[test]
    fn each_change_is_told_once_it_has_settled() {
        let mut told = Told::default();
        let looks: [(&[&str], Option<&[&str]>); 11] = [
            (&["nats"], None),
            (&["nats"], Some(&["nats"])),
            (&[], None),
            (&[], Some(&[])),
            (&[], None),
            (&["redis"], None),
            (&[], None),
            (&["redis"], None),
            (&["redis"], Some(&["redis"])),
            (&["nats", "redis"], None),
            (&["nats", "redis"], Some(&["nats", "redis"])),
        ];
        for (number, (now, expected)) in looks.into_iter().enumerate() {
            assert_eq!(told.look(now.to_vec()), expected, "look {number}");
        }
    }
}
