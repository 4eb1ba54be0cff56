//! Who may see whom is looked at again when something has changed between two people: told by the events of those who watch.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pulse_types::UserId;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ws::delivery::Effect;

/// How long after a change between two people it is looked again: social-graph tells them a moment before it tells
/// message-store, which is asked.
const AGAIN: [Duration; 2] = [Duration::from_millis(600), Duration::from_secs(5)];
/// Changes that wait for their second and third look; of more there is one look.
const AGAIN_MAX: usize = 1 << 16;
/// People with single changes who wait; whoever comes then is looked at whole.
const ONES_MAX: usize = 64;

/// What an event changes of whom its receiver may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SightChange {
    /// Nothing.
    None,
    /// Perhaps whether they see one person.
    Of(UserId),
    /// The same, when something has changed between the two, and not where they are members.
    Between {
        /// The person.
        user_id: UserId,
        /// Whether they are connected now; absent when that is not told.
        is_connected: Option<bool>,
    },
    /// Perhaps whom they see at all.
    All,
}

impl SightChange {
    /// What an event changes that has this effect.
    #[must_use]
    pub const fn of(effect: Effect) -> Self {
        match effect {
            Effect::Relationship { user_id, is_connected } => Self::Between { user_id, is_connected },
            Effect::Member { user_id, .. } => Self::Of(user_id),
            Effect::Joined { .. } | Effect::Removed { .. } => Self::All,
            _ => Self::None,
        }
    }
}

/// What is to be looked at again.
#[derive(Debug, Default)]
pub struct Looks {
    waiting: Mutex<Waiting>,
    noted: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    now: HashMap<UserId, Look>,
    again: [VecDeque<(Instant, UserId, UserId)>; AGAIN.len()],
}

/// Whom of those that somebody watches to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Everybody.
    All,
    /// Some.
    Of(HashSet<UserId>),
}

impl Looks {
    /// Something has changed for a viewer.
    pub fn note(&self, viewer_id: UserId, change: SightChange) {
        let mut waiting = self.lock();
        match change {
            SightChange::None => return,
            SightChange::All => drop(waiting.now.insert(viewer_id, Look::All)),
            SightChange::Of(user_id) => waiting.add(viewer_id, user_id),
            SightChange::Between { user_id, .. } => {
                waiting.add(viewer_id, user_id);
                let now = Instant::now();
                for (later, after) in waiting.again.iter_mut().zip(AGAIN) {
                    if later.len() < AGAIN_MAX {
                        later.push_back((now + after, viewer_id, user_id));
                    }
                }
            }
        }
        drop(waiting);
        self.noted.notify_one();
    }

    /// Waits for what is to be looked at now, and gives it.
    pub(super) async fn next(&self) -> HashMap<UserId, Look> {
        loop {
            let next_at = {
                let mut waiting = self.lock();
                waiting.ripen(Instant::now());
                if !waiting.now.is_empty() {
                    return std::mem::take(&mut waiting.now);
                }
                waiting.again.iter().filter_map(|later| later.front()).map(|(at, ..)| *at).min()
            };
            let ripe = async {
                match next_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.noted.notified() => {}
                () = ripe => {}
            }
        }
    }

    /// It could not be found out: it is looked at again.
    pub(super) fn put_back(&self, viewer_id: UserId, look: Look) {
        let mut waiting = self.lock();
        match look {
            Look::All => drop(waiting.now.insert(viewer_id, Look::All)),
            Look::Of(user_ids) => user_ids.into_iter().for_each(|user_id| waiting.add(viewer_id, user_id)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, viewer_id: UserId, user_id: UserId) {
        let look = self.now.entry(viewer_id).or_insert_with(|| Look::Of(HashSet::new()));
        if let Look::Of(user_ids) = look {
            user_ids.insert(user_id);
            if user_ids.len() > ONES_MAX {
                *look = Look::All;
            }
        }
    }

    fn ripen(&mut self, now: Instant) {
        let mut ripe = Vec::new();
        for later in &mut self.again {
            while let Some((_, viewer_id, user_id)) = later.pop_front_if(|(at, ..)| *at <= now) {
                ripe.push((viewer_id, user_id));
            }
        }
        ripe.into_iter().for_each(|(viewer_id, user_id)| self.add(viewer_id, user_id));
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_change_between_two_people_is_looked_at_three_times() {
        let looks = Looks::default();
        let (ada, grace) = (UserId::new(&SystemClock), UserId::new(&SystemClock));
        let start = Instant::now();
        looks.note(ada, SightChange::Between { user_id: grace, is_connected: None });
        looks.note(ada, SightChange::None);
        for after in [Duration::ZERO, AGAIN[0], AGAIN[1]] {
            let look = looks.next().await;
            assert_eq!(look, HashMap::from([(ada, Look::Of(HashSet::from([grace])))]));
            assert!(start.elapsed() >= after && start.elapsed() <= after + Duration::from_millis(2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_changes_are_one_look_at_all() {
        let looks = Looks::default();
        let ada = UserId::new(&SystemClock);
        for _ in 0..=ONES_MAX {
            looks.note(ada, SightChange::Of(UserId::new(&SystemClock)));
        }
        assert_eq!(looks.next().await, HashMap::from([(ada, Look::All)]));
        looks.note(ada, SightChange::All);
        looks.note(ada, SightChange::Of(UserId::new(&SystemClock)));
        assert_eq!(looks.next().await, HashMap::from([(ada, Look::All)]));
    }
}
