//! What is down, told to every socket on each change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::state::State;
use crate::ws::frames::{self, Event};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often in a row something must be seen down until it is told, so that what flaps is told once it has settled: something
/// that is down is looked for again after a second, and may only have been late.
const SETTLED_DOWN: u32 = 6;
/// The same for something that has come back.
const SETTLED_UP: u32 = 2;

/// What sockets are told. `hello` says the same, so a socket that is opened while something flaps hears how it ended.
#[derive(Debug, Default)]
pub struct Degraded(Mutex<Told>);

/// What was seen last, and what sockets know; nothing before the first `hello`.
#[derive(Debug, Default)]
struct Told {
    /// Of each that was ever down. One that flaps does not keep back what the others do.
    seen: BTreeMap<&'static str, Seen>,
    told: Option<Vec<&'static str>>,
}

#[derive(Debug, Default)]
struct Seen {
    is_down: bool,
    /// How often in a row it was seen so.
    looks: u32,
}

impl Seen {
    fn look(&mut self, is_down: bool) {
        self.looks = if self.is_down == is_down { self.looks.saturating_add(1) } else { 1 };
        self.is_down = is_down;
    }

    const fn has_settled(&self) -> bool {
        self.looks >= if self.is_down { SETTLED_DOWN } else { SETTLED_UP }
    }
}

impl Degraded {
    /// What is down, as sockets know it. The first of them is told `now`.
    pub fn told(&self, now: impl FnOnce() -> Vec<&'static str>) -> Vec<&'static str> {
        self.lock().told.get_or_insert_with(now).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// What is to be told now, sorted; before the first `hello` there is nobody to tell.
    fn look(&mut self, now: &[&'static str]) -> Option<&[&'static str]> {
        for name in now.iter().chain(self.told.iter().flatten()) {
            self.seen.entry(name).or_default();
        }
        for (name, seen) in &mut self.seen {
            seen.look(now.contains(name));
        }
        let told = self.told.as_mut()?;
        let is_down = |(name, seen): (&&'static str, &Seen)| {
            let now_told = if seen.has_settled() { seen.is_down } else { told.contains(name) };
            now_told.then_some(*name)
        };
        let down: Vec<_> = self.seen.iter().filter_map(is_down).collect();
        if *told == down {
            return None;
        }
        *told = down;
        Some(told)
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
            .look(&now)
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
        (0..times).map(|_| told.look(now).map(<[_]>::to_vec)).collect()
    }

    #[test]
    fn each_change_is_told_once_it_has_settled() {
        let mut told = Told { told: Some(Vec::new()), ..Told::default() };
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

    #[test]
    fn what_the_first_hello_said_is_not_told_again() {
        let degraded = Degraded::default();
        assert_eq!(look(&mut degraded.lock(), &["redis"], 10), vec![None; 10], "there is nobody yet");
        assert_eq!(degraded.told(Vec::new), Vec::<&str>::new());
        assert_eq!(look(&mut degraded.lock(), &[], 10), vec![None; 10], "hello said so");
        assert_eq!(look(&mut degraded.lock(), &["redis"], 6).pop(), Some(Some(vec!["redis"])));
        assert_eq!(degraded.told(Vec::new), ["redis"], "the next hello says what the others were told");
    }

    #[test]
    fn what_flaps_does_not_keep_back_what_others_do() {
        let degraded = Degraded::default();
        assert_eq!(degraded.told(|| vec!["nats"]), ["nats"]);
        let mut told = degraded.lock();
        assert_eq!(look(&mut told, &["nats", "auth"], 1), [None]);
        assert_eq!(look(&mut told, &[], 1), [None]);
        assert_eq!(look(&mut told, &["auth"], 1), [Some(vec![])], "nats is back, auth was only late");
    }

    #[test]
    fn what_the_first_hello_called_down_is_told_when_it_is_up() {
        let degraded = Degraded::default();
        assert_eq!(degraded.told(|| vec!["redis"]), ["redis"]);
        assert_eq!(look(&mut degraded.lock(), &[], 3), [None, Some(vec![]), None]);
    }
}
