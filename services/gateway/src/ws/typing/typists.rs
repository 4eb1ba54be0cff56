//! Who is typing, by conversation, and when that fades.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pulse_types::{ConnectionId, ConversationId, UserId};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a start holds (contract section 7).
pub const HOLD: Duration = Duration::from_secs(6);
/// A repeat that comes sooner after the last one that viewers were told extends the start and is not told again.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(2);
const SHARDS: usize = 16;
/// Starts of a shard; one more is told and not remembered: it fades at the client alone.
const SHARD_MAX: usize = 8192;

/// Who is typing, as far as it is heard here, and what people with sockets here have begun.
#[derive(Debug, Default)]
pub struct Typists {
    hasher: RandomState,
    heard: [Mutex<Heard>; SHARDS],
    begun: [Mutex<HashMap<UserId, Vec<Begun>>>; SHARDS],
    /// How many are heard and begun: most of the time nobody, and then a message costs no lock.
    count: AtomicUsize,
    /// Wakes the task that lets starts fade.
    started: Notify,
}

/// Who is typing in the conversations of a shard.
#[derive(Debug, Default)]
struct Heard {
    typing: HashMap<(ConversationId, UserId), Typing>,
    fades: BTreeSet<(Instant, ConversationId, UserId)>,
}

#[derive(Debug, Clone, Copy)]
struct Typing {
    fades_at: Instant,
    told_at: Instant,
}

/// A start that was taken here.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    /// Where.
    pub conversation_id: ConversationId,
    /// By which socket; none without one.
    pub connection_id: Option<ConnectionId>,
    /// When it fades by itself.
    pub until: Instant,
}

impl Typists {
    /// A start was heard. True when viewers are to be told.
    pub fn start(&self, conversation_id: ConversationId, user_id: UserId, now: Instant) -> bool {
        let mut heard = self.heard(conversation_id);
        let known = heard.typing.get(&(conversation_id, user_id)).copied();
        let is_told = known.is_none_or(|known| now >= known.told_at + TELL_AGAIN_AFTER);
        if let Some(known) = known {
            heard.fades.remove(&(known.fades_at, conversation_id, user_id));
        } else {
            if heard.typing.len() >= SHARD_MAX {
                return true;
            }
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        let told_at = known.filter(|_| !is_told).map_or(now, |known| known.told_at);
        let fades_at = now + HOLD;
        heard.typing.insert((conversation_id, user_id), Typing { fades_at, told_at });
        heard.fades.insert((fades_at, conversation_id, user_id));
        drop(heard);
        self.started.notify_one();
        is_told
    }

    /// A stop was heard, or a message of theirs. True when they were typing, so viewers are to be told.
    pub fn stop(&self, conversation_id: ConversationId, user_id: UserId) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut heard = self.heard(conversation_id);
        let Some(known) = heard.typing.remove(&(conversation_id, user_id)) else { return false };
        heard.fades.remove(&(known.fades_at, conversation_id, user_id));
        self.count.fetch_sub(1, Ordering::Relaxed);
        true
    }

    /// Somebody who opens the conversation is told that these are typing, so they are to be told when it fades.
    pub fn shown(&self, conversation_id: ConversationId, typists: &[UserId], now: Instant) {
        for user_id in typists {
            let is_known = self.heard(conversation_id).typing.contains_key(&(conversation_id, *user_id));
            if !is_known {
                self.start(conversation_id, *user_id, now);
            }
        }
    }

    /// Waits until somebody types.
    pub async fn started(&self) {
        self.started.notified().await;
    }

    /// Whether nobody types.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Takes out whose start has faded.
    pub fn fade(&self, now: Instant) -> Vec<(ConversationId, UserId)> {
        let mut faded = Vec::new();
        for shard in &self.heard {
            let mut heard = lock(shard);
            while let Some((fades_at, conversation_id, user_id)) = heard.fades.first().copied()
                && fades_at <= now
            {
                heard.fades.pop_first();
                heard.typing.remove(&(conversation_id, user_id));
                self.count.fetch_sub(1, Ordering::Relaxed);
                faded.push((conversation_id, user_id));
            }
        }
        for shard in &self.begun {
            lock(shard).retain(|_, begun| {
                let before = begun.len();
                begun.retain(|start| now < start.until);
                self.count.fetch_sub(before - begun.len(), Ordering::Relaxed);
                !begun.is_empty()
            });
        }
        faded
    }

    /// A person has begun to type here.
    pub fn begin(&self, user_id: UserId, start: Begun) {
        let mut shard = self.begun(user_id);
        let begun = shard.entry(user_id).or_default();
        match begun.iter_mut().find(|known| known.conversation_id == start.conversation_id) {
            Some(known) => *known = start,
            None => {
                begun.push(start);
                self.count.fetch_add(1, Ordering::Relaxed);
            }
        }
        drop(shard);
        self.started.notify_one();
    }

    /// Takes out the starts that a person has made here, those that `is_over` says.
    pub fn end(&self, user_id: UserId, is_over: impl Fn(&Begun) -> bool) -> Vec<ConversationId> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut shard = self.begun(user_id);
        let Some(begun) = shard.get_mut(&user_id) else { return Vec::new() };
        let ended: Vec<_> = begun.extract_if(.., |start| is_over(start)).collect();
        if begun.is_empty() {
            shard.remove(&user_id);
        }
        self.count.fetch_sub(ended.len(), Ordering::Relaxed);
        ended.into_iter().map(|start| start.conversation_id).collect()
    }

    /// Whether a person has begun here what `is_it` says.
    pub fn has_begun(&self, user_id: UserId, is_it: impl Fn(&Begun) -> bool) -> bool {
        self.begun(user_id).get(&user_id).is_some_and(|begun| begun.iter().any(is_it))
    }

    fn heard(&self, conversation_id: ConversationId) -> MutexGuard<'_, Heard> {
        let [first, ..] = &self.heard;
        lock(self.heard.get(self.index(conversation_id)).unwrap_or(first))
    }

    fn begun(&self, user_id: UserId) -> MutexGuard<'_, HashMap<UserId, Vec<Begun>>> {
        let [first, ..] = &self.begun;
        lock(self.begun.get(self.index(user_id)).unwrap_or(first))
    }

    fn index(&self, id: impl Hash) -> usize {
        usize::try_from(self.hasher.hash_one(id)).unwrap_or_default() % SHARDS
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
