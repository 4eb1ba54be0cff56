//! Whom the sockets of this process watch. In parts that are locked one at a time, by the person watched and by the one who
//! watches.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pulse_types::{ConnectionId, UserId};
use tokio::sync::Notify;

use crate::domain::View;
use crate::presence::looks::SightChange;
use crate::presence::person::Person;
use crate::presence::watcher::Watcher;
use crate::ws::hub::Socket;

/// Parts; what is told of the people of one part is read again at a time.
pub const SHARDS: usize = 64;

/// How late a beat may come. Whoever stood still for longer may find events of before and after in any order.
const STANDSTILL: Duration = Duration::from_millis(750);

/// All lists of all sockets.
#[derive(Debug)]
pub struct Watches {
    hasher: RandomState,
    people: [Mutex<HashMap<UserId, Arc<Person>>>; SHARDS],
    viewers: [Mutex<HashMap<UserId, Vec<Arc<Watcher>>>>; SHARDS],
    /// Counts the moments at which something may have been missed of who may see whom.
    sight: AtomicU64,
    read_again: Notify,
    /// When the process was last known to run.
    beat_at: Mutex<Instant>,
}

impl Default for Watches {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            people: std::array::from_fn(|_| Mutex::default()),
            viewers: std::array::from_fn(|_| Mutex::default()),
            sight: AtomicU64::new(0),
            read_again: Notify::new(),
            beat_at: Mutex::new(Instant::now()),
        }
    }
}

impl Watches {
    /// The list of a socket, an empty one if it has none yet.
    #[must_use]
    pub fn watcher(&self, socket: &Arc<Socket>) -> Arc<Watcher> {
        let mut viewers = self.viewers(socket.principal.user_id);
        let watchers = viewers.entry(socket.principal.user_id).or_default();
        let found = watchers.iter().find(|watcher| watcher.socket.connection_id == socket.connection_id);
        if let Some(watcher) = found {
            return Arc::clone(watcher);
        }
        let watcher = Arc::new(Watcher::new(Arc::clone(socket)));
        watchers.push(Arc::clone(&watcher));
        watcher
    }

    /// The lists of a user's sockets here.
    #[must_use]
    pub fn watchers_of(&self, viewer_id: UserId) -> Vec<Arc<Watcher>> {
        self.viewers(viewer_id).get(&viewer_id).cloned().unwrap_or_default()
    }

    /// All who watch somebody here.
    #[must_use]
    pub fn viewer_ids(&self) -> Vec<UserId> {
        self.viewers.iter().flat_map(|shard| lock(shard).keys().copied().collect::<Vec<_>>()).collect()
    }

    /// Whether somebody's lists may have become untrue by a change. Lists that are about to be made are made to know of it.
    pub(super) fn is_concerned(&self, viewer_id: UserId, change: SightChange) -> bool {
        let watchers = self.watchers_of(viewer_id);
        watchers.iter().for_each(|watcher| watcher.note_change());
        watchers.iter().any(|watcher| watcher.is_concerned(change))
    }

    /// A socket watches people from now on; gives them, and those of whom nobody hears yet.
    pub(super) fn join(
        &self,
        watcher: &Arc<Watcher>,
        user_ids: &[UserId],
    ) -> (Vec<Arc<Person>>, Vec<Arc<Person>>) {
        let (mut all, mut unheard) = (Vec::with_capacity(user_ids.len()), Vec::new());
        for user_id in user_ids {
            let mut people = self.people(*user_id);
            let person = people.entry(*user_id).or_insert_with(|| {
                let person = Arc::new(Person::new(*user_id));
                unheard.push(Arc::clone(&person));
                person
            });
            // Under the lock of the part, so that nobody takes the person away meanwhile.
            person.add(watcher);
            all.push(Arc::clone(person));
        }
        (all, unheard)
    }

    /// A socket watches these people no more.
    pub(super) fn leave(&self, connection_id: ConnectionId, people: &[Arc<Person>]) {
        for person in people {
            let mut known = self.people(person.user_id);
            if person.remove(connection_id) {
                known.remove(&person.user_id);
            }
        }
    }

    /// A socket has ended.
    pub fn forget(&self, viewer_id: UserId, connection_id: ConnectionId) {
        let mut viewers = self.viewers(viewer_id);
        let Some(watchers) = viewers.get_mut(&viewer_id) else { return };
        let place = watchers.iter().position(|watcher| watcher.socket.connection_id == connection_id);
        let ended = place.map(|place| watchers.swap_remove(place));
        if watchers.is_empty() {
            viewers.remove(&viewer_id);
        }
        drop(viewers);
        if let Some(watcher) = ended {
            self.leave(connection_id, &watcher.end());
        }
    }

    /// Takes what was heard or read of a person, and lets those who watch them know.
    pub fn take(&self, view: View) {
        let person = self.people(view.presence.user_id).get(&view.presence.user_id).cloned();
        // After a standstill nothing goes out before it was looked at again who may see whom.
        if let Some(person) = person
            && person.take(view)
            && !self.has_stood_still()
        {
            person.tell(self.sight());
        }
    }

    /// Nothing is known of anybody any more.
    pub fn lose_views(&self) {
        let sight = self.sight();
        for shard in &self.people {
            let people: Vec<_> = lock(shard).values().cloned().collect();
            for person in people {
                person.forget();
                person.tell(sight);
            }
        }
    }

    /// The people of one part.
    #[must_use]
    pub fn user_ids(&self, shard: usize) -> Vec<UserId> {
        self.people.get(shard).map(|shard| lock(shard).keys().copied().collect()).unwrap_or_default()
    }

    /// What is told of everybody is to be read again.
    pub fn read_again(&self) {
        self.read_again.notify_one();
    }

    /// Waits until all is to be read again.
    pub(super) async fn reading_again(&self) {
        self.read_again.notified().await;
    }

    /// The process runs.
    pub(super) fn beat(&self) {
        *lock(&self.beat_at) = Instant::now();
    }

    /// Whether the process has stood still since it was last known to run.
    pub(super) fn has_stood_still(&self) -> bool {
        lock(&self.beat_at).elapsed() > STANDSTILL
    }

    /// The number from which on it counts what was found out of who may see whom.
    #[must_use]
    pub fn sight(&self) -> u64 {
        self.sight.load(Ordering::SeqCst)
    }

    /// Something may have been missed: what was found out so far of who may see whom counts no more.
    pub(super) fn lose_sight(&self) {
        self.sight.fetch_add(1, Ordering::SeqCst);
    }

    fn people(&self, user_id: UserId) -> MutexGuard<'_, HashMap<UserId, Arc<Person>>> {
        let [first, ..] = &self.people;
        lock(self.people.get(self.shard(user_id)).unwrap_or(first))
    }

    fn viewers(&self, user_id: UserId) -> MutexGuard<'_, HashMap<UserId, Vec<Arc<Watcher>>>> {
        let [first, ..] = &self.viewers;
        lock(self.viewers.get(self.shard(user_id)).unwrap_or(first))
    }

    fn shard(&self, user_id: UserId) -> usize {
        usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
