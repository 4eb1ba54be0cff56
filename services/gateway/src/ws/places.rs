//! The conversations that somebody here looks at, or is a member of although their events do not reach every member: each with one
//! subscription that all of them share.

mod doubts;
mod listen;
mod place;
mod watcher;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::Gauge;
use pulse_types::{ConversationId, UserId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::ws::hub::{Hub, Socket, User};
use crate::ws::queue::Class;

pub use doubts::{Doubts, run as settle_doubts};
pub(in crate::ws) use place::{Admission, Place};

const SHARDS: usize = 64;

/// All places of this process.
pub(in crate::ws) struct Places {
    hasher: RandomState,
    shards: [Mutex<HashMap<ConversationId, Arc<Place>>>; SHARDS],
    gauge: Gauge,
}

impl Places {
    /// There are none yet; `gauge` counts them.
    pub(in crate::ws) fn new(gauge: Gauge) -> Self {
        Self { hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()), gauge }
    }

    /// A socket of a user looks on.
    pub(in crate::ws) fn watch(
        &self,
        hub: &Hub,
        user: &Arc<User>,
        socket: &Socket,
        conversation_id: ConversationId,
    ) -> Arc<Place> {
        let mut shard = self.shard(conversation_id);
        let place = self.place(&mut shard, hub, conversation_id);
        place.watch(user, socket.connection_id);
        place
    }

    /// A socket does not look on any more.
    pub(in crate::ws) fn unwatch(&self, conversation_id: ConversationId, socket: &Socket) {
        let user_id = socket.principal.user_id;
        self.change(conversation_id, |place| place.unwatch(user_id, socket.connection_id));
    }

    /// A user is a member of a conversation above the fan-out limit.
    pub(in crate::ws) fn join(
        &self,
        hub: &Hub,
        conversation_id: ConversationId,
        user_id: UserId,
    ) -> Arc<Place> {
        let mut shard = self.shard(conversation_id);
        let place = self.place(&mut shard, hub, conversation_id);
        place.join(user_id);
        place
    }

    /// A user is not any more, or has gone.
    pub(in crate::ws) fn leave(&self, conversation_id: ConversationId, user_id: UserId) {
        self.change(conversation_id, |place| place.leave(user_id));
    }

    /// A user is not a member since a version; whoever was let in after it stays.
    pub(in crate::ws) fn end(&self, conversation_id: ConversationId, user_id: UserId, version: i64) {
        self.change(conversation_id, |place| place.end(user_id, version));
    }

    /// Whether the two of a direct are connected, for one of them; true when that one looks on and they are not any more.
    pub(in crate::ws) fn note_connected(
        &self,
        conversation_id: ConversationId,
        user_id: UserId,
        peer_id: UserId,
        is_connected: bool,
    ) -> bool {
        let place = self.find(conversation_id);
        place.is_some_and(|place| place.note_connected(user_id, peer_id, is_connected))
    }

    /// Sends a frame to those who look on, but for one person.
    pub(in crate::ws) fn tell(
        &self,
        conversation_id: ConversationId,
        frame: &Utf8Bytes,
        class: Class,
        except: Option<UserId>,
    ) {
        if let Some(place) = self.find(conversation_id) {
            place.tell(frame, class, except);
        }
    }

    /// The conversations that somebody looks at.
    pub(in crate::ws) fn open(&self) -> Vec<ConversationId> {
        let places = self.all().into_iter().filter(|place| place.is_watched());
        places.map(|place| place.conversation_id).collect()
    }

    pub(in crate::ws) fn find(&self, conversation_id: ConversationId) -> Option<Arc<Place>> {
        self.shard(conversation_id).get(&conversation_id).cloned()
    }

    pub(in crate::ws) fn all(&self) -> Vec<Arc<Place>> {
        self.shards.iter().flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>()).collect()
    }

    fn place(
        &self,
        shard: &mut HashMap<ConversationId, Arc<Place>>,
        hub: &Hub,
        conversation_id: ConversationId,
    ) -> Arc<Place> {
        let place = shard.entry(conversation_id).or_insert_with(|| {
            self.gauge.increment(1);
            hub.begin_place(conversation_id)
        });
        Arc::clone(place)
    }

    /// Changes a place and gives it up when nobody is left there.
    fn change(&self, conversation_id: ConversationId, change: impl FnOnce(&Place)) {
        let mut shard = self.shard(conversation_id);
        let Some(place) = shard.get(&conversation_id) else { return };
        change(place);
        if place.is_deserted() {
            place.stop();
            shard.remove(&conversation_id);
            self.gauge.decrement(1);
        }
    }

    fn shard(&self, conversation_id: ConversationId) -> MutexGuard<'_, HashMap<ConversationId, Arc<Place>>> {
        let index = usize::try_from(self.hasher.hash_one(conversation_id)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.shards;
        lock(self.shards.get(index).unwrap_or(first))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
