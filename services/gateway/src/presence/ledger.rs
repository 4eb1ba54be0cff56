//! The live connections of this process, and what of all people Redis does not know yet. Whatever it does not know is written
//! by one task (`keeper.rs`), so that what is newer is never overwritten by what is older.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use pulse_types::{ConnectionId, SessionId, UserId};
use tokio::sync::Notify;

use crate::cache::presence::{Change, Choice, Gone};
use crate::domain::standing::Activity;

/// Parts that are locked, and renewed, one at a time.
pub const SHARDS: usize = 40;
/// Ended connections of one person that wait to be written; of more, those that ended first leave no grace of their own.
const GONE_MAX: usize = 64;

/// What is to be written of presence.
#[derive(Debug)]
pub struct Ledger {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    changed: Notify,
}

#[derive(Debug, Default)]
struct Shard {
    connections: HashMap<UserId, Vec<(ConnectionId, Activity)>>,
    /// Whoever stands here is written, with all their connections.
    pending: HashMap<UserId, Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    gone: Vec<Gone>,
    put: Option<(SessionId, Activity)>,
    choice: Option<Choice>,
}

impl Default for Ledger {
    fn default() -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        Self { hasher: RandomState::new(), shards, changed: Notify::new() }
    }
}

impl Ledger {
    /// A connection was opened; somebody sits before it.
    pub fn connect(&self, user_id: UserId, connection_id: ConnectionId) {
        self.change(user_id, |shard| {
            shard.connections.entry(user_id).or_default().push((connection_id, Activity::Online));
        });
    }

    /// A connection has ended.
    pub fn disconnect(&self, user_id: UserId, connection_id: ConnectionId) {
        self.change(user_id, |shard| shard.disconnect(user_id, connection_id, Instant::now()));
    }

    /// What a connection tells of the person from now on; nothing when it has ended.
    pub fn set(&self, user_id: UserId, connection_id: ConnectionId, activity: Activity) {
        self.change(user_id, |shard| {
            let connections = shard.connections.get_mut(&user_id).into_iter().flatten();
            for (_, told) in connections.filter(|(id, _)| *id == connection_id) {
                *told = activity;
            }
        });
    }

    /// Somebody without a connection says to be there.
    pub fn put(&self, user_id: UserId, session_id: SessionId, activity: Activity) {
        self.change(user_id, |shard| {
            shard.pending.entry(user_id).or_default().put = Some((session_id, activity));
        });
    }

    /// What a person chose was learnt.
    pub fn learn(&self, choice: Choice) {
        let user_id = choice.standing.user_id;
        self.change(user_id, |shard| shard.pending.entry(user_id).or_default().learn(choice));
    }

    /// A person is to be looked at again.
    pub fn look(&self, user_id: UserId) {
        self.change(user_id, |_| {});
    }

    /// Whether a person has connections here.
    #[must_use]
    pub fn has(&self, user_id: UserId) -> bool {
        self.shard(user_id).connections.contains_key(&user_id)
    }

    /// Whether nobody has connections here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| lock(shard).connections.is_empty())
    }

    /// Lets one part of the connections be written again.
    pub fn renew(&self, shard: usize) {
        if let Some(shard) = self.shards.get(shard) {
            lock(shard).renew();
            self.changed.notify_one();
        }
    }

    /// Lets all connections be written again.
    pub fn renew_all(&self) {
        self.shards.iter().for_each(|shard| lock(shard).renew());
        self.changed.notify_one();
    }

    /// Waits until there may be something to write.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Lets [`Ledger::changed`] return.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// What is to be written; it counts as written from now on.
    #[must_use]
    pub fn take(&self) -> Vec<Change> {
        self.shards.iter().flat_map(|shard| lock(shard).take()).collect()
    }

    /// What was taken could not be written.
    pub fn put_back(&self, changes: Vec<Change>) {
        for Change { user_id, live: _, gone, put, choice } in changes {
            let mut shard = self.shard(user_id);
            let pending = shard.pending.entry(user_id).or_default();
            let later = std::mem::replace(&mut pending.gone, gone);
            pending.gone.extend(later);
            pending.bound();
            pending.put = pending.put.or(put);
            if let Some(choice) = choice {
                pending.learn(choice);
            }
        }
    }

    fn change(&self, user_id: UserId, action: impl FnOnce(&mut Shard)) {
        let mut shard = self.shard(user_id);
        action(&mut shard);
        shard.pending.entry(user_id).or_default();
        drop(shard);
        self.changed.notify_one();
    }

    fn shard(&self, user_id: UserId) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.shards;
        lock(self.shards.get(index).unwrap_or(first))
    }
}

impl Shard {
    fn disconnect(&mut self, user_id: UserId, connection_id: ConnectionId, now: Instant) {
        let Some(connections) = self.connections.get_mut(&user_id) else { return };
        let Some(place) = connections.iter().position(|(id, _)| *id == connection_id) else { return };
        let (_, activity) = connections.swap_remove(place);
        if connections.is_empty() {
            self.connections.remove(&user_id);
        }
        let pending = self.pending.entry(user_id).or_default();
        pending.gone.push(Gone { id: connection_id.to_string(), activity, at: now });
        pending.bound();
    }

    fn renew(&mut self) {
        for user_id in self.connections.keys() {
            self.pending.entry(*user_id).or_default();
        }
    }

    fn take(&mut self) -> Vec<Change> {
        let pending = std::mem::take(&mut self.pending);
        let change = |(user_id, Pending { gone, put, choice }): (UserId, Pending)| {
            let connections = self.connections.get(&user_id).into_iter().flatten();
            let live = connections.map(|(id, activity)| (id.to_string(), *activity)).collect();
            Change { user_id, live, gone, put, choice }
        };
        pending.into_iter().map(change).collect()
    }
}

impl Pending {
    /// Of two standings the newer one stays; what was changed just now counts as that until it is written.
    fn learn(&mut self, choice: Choice) {
        match &mut self.choice {
            Some(known) if known.standing.version >= choice.standing.version => {
                known.was_made |= choice.was_made && known.standing.version == choice.standing.version;
            }
            known => *known = Some(choice),
        }
    }

    fn bound(&mut self) {
        let excess = self.gone.len().saturating_sub(GONE_MAX);
        self.gone.drain(..excess);
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;
    use crate::domain::standing::{Availability, Standing};

    fn ids() -> (UserId, ConnectionId, ConnectionId) {
        let clock = &SystemClock;
        (UserId::new(clock), ConnectionId::new(clock), ConnectionId::new(clock))
    }

    fn chosen(user_id: UserId, version: i64, was_made: bool) -> Choice {
        let standing = Standing {
            user_id,
            availability: Availability::Dnd,
            shows_presence: true,
            shows_last_seen: true,
            last_seen_at: None,
            version,
        };
        Choice { standing, was_made }
    }

    #[test]
    fn changes_are_told_once_and_all_on_demand() {
        let (ada, phone, laptop) = ids();
        let ledger = Ledger::default();
        ledger.connect(ada, phone);
        ledger.connect(ada, laptop);
        ledger.set(ada, laptop, Activity::Away);
        let both = vec![(phone.to_string(), Activity::Online), (laptop.to_string(), Activity::Away)];
        assert_eq!(ledger.take(), [Change { live: both, ..Change::none(ada) }]);
        assert!(ledger.take().is_empty());
        ledger.disconnect(ada, phone);
        ledger.disconnect(ada, phone);
        let changes = ledger.take();
        assert_eq!(changes[0].live, [(laptop.to_string(), Activity::Away)]);
        assert_eq!(changes[0].gone.iter().map(|gone| &gone.id).collect::<Vec<_>>(), [&phone.to_string()]);
        ledger.renew_all();
        assert_eq!(ledger.take()[0].live.len(), 1);
        assert!(ledger.has(ada) && !ledger.is_empty());
        ledger.disconnect(ada, laptop);
        assert!(!ledger.has(ada) && ledger.is_empty());
    }

    #[test]
    fn what_could_not_be_written_is_written_later_and_never_over_what_is_newer() {
        let (ada, phone, _) = ids();
        let ledger = Ledger::default();
        ledger.connect(ada, phone);
        ledger.disconnect(ada, phone);
        ledger.learn(chosen(ada, 3, false));
        let taken = ledger.take();
        ledger.learn(chosen(ada, 4, true));
        ledger.put_back(taken);
        let changes = ledger.take();
        assert_eq!(changes[0].gone.len(), 1);
        assert_eq!(changes[0].choice, Some(chosen(ada, 4, true)));
        ledger.learn(chosen(ada, 4, true));
        ledger.learn(chosen(ada, 4, false));
        ledger.learn(chosen(ada, 3, false));
        assert_eq!(ledger.take()[0].choice, Some(chosen(ada, 4, true)), "it was made just now");
    }

    #[test]
    fn who_comes_and_goes_while_nothing_is_written_leaves_little() {
        let (ada, ..) = ids();
        let ledger = Ledger::default();
        for _ in 0..1000 {
            let socket = ConnectionId::new(&SystemClock);
            ledger.connect(ada, socket);
            ledger.disconnect(ada, socket);
        }
        assert_eq!(ledger.take()[0].gone.len(), GONE_MAX);
    }
}
