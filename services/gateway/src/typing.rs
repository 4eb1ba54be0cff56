//! The right to type: whether somebody may show that they type in a conversation, and whether they want to.
//!
//! Clients repeat a start every 3 s, and to ask message-store and social-graph each time would cost more than a message. So an
//! answer counts for [`KEEP`], and ends sooner when anything is heard that may change it: what lies between the user and
//! others, their settings, the conversation or their place in it. All of that comes over the user's own events, which are
//! listened to while they have a socket here. So a block or removal ends the right as soon as it is told, far within a
//! second. Without a socket here, or while the bus is away, nothing is heard, and each start is asked for.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pulse_types::{ConversationId, UserId};

/// How long an answer counts while all that may change it is heard.
const KEEP: Duration = Duration::from_secs(10);
const SHARDS: usize = 16;
/// Users of a shard; with one more those whose answers are too old are forgotten, and if none are, all.
const SHARD_MAX: usize = 4096;

/// What is known of who may type.
#[derive(Debug, Default)]
pub struct Rights {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    /// Counts what was forgotten: an answer that was asked for before is not kept after.
    epoch: u64,
    users: HashMap<UserId, HashMap<ConversationId, Right>>,
}

/// What was answered.
#[derive(Debug, Clone, Copy)]
struct Right {
    /// Whether the person shows that they type.
    shows: bool,
    until: Instant,
}

/// A question under way.
#[derive(Debug, Clone, Copy)]
pub struct Asking(u64);

impl Rights {
    /// Whether somebody who may type here shows it.
    ///
    /// # Errors
    /// [`Asking`] when that must be asked; it is given back with the answer.
    pub fn look_up(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        now: Instant,
    ) -> Result<bool, Asking> {
        let shard = self.shard(user_id);
        let right = shard.users.get(&user_id).and_then(|rights| rights.get(&conversation_id));
        right.filter(|right| now < right.until).map(|right| right.shows).ok_or(Asking(shard.epoch))
    }

    /// Keeps the answer whether somebody who may type here shows it, unless something was heard since it was asked for. Only for
    /// users of whom all that changes it is heard.
    pub fn keep(
        &self,
        asking: Asking,
        (user_id, conversation_id): (UserId, ConversationId),
        shows: bool,
        now: Instant,
    ) {
        let mut shard = self.shard(user_id);
        if shard.epoch != asking.0 {
            return;
        }
        if shard.users.len() >= SHARD_MAX {
            shard.users.retain(|_, rights| rights.values().any(|right| now < right.until));
            if shard.users.len() >= SHARD_MAX {
                shard.users.clear();
            }
        }
        let rights = shard.users.entry(user_id).or_default();
        rights.retain(|_, right| now < right.until);
        rights.insert(conversation_id, Right { shows, until: now + KEEP });
    }

    /// Something changed for a user, in all conversations.
    pub fn forget(&self, user_id: UserId) {
        let mut shard = self.shard(user_id);
        shard.epoch += 1;
        shard.users.remove(&user_id);
    }

    /// Something changed for a user in one conversation.
    pub fn forget_in(&self, user_id: UserId, conversation_id: ConversationId) {
        let mut shard = self.shard(user_id);
        shard.epoch += 1;
        if let Some(rights) = shard.users.get_mut(&user_id) {
            rights.remove(&conversation_id);
        }
    }

    fn shard(&self, user_id: UserId) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let [first, ..] = &self.shards;
        self.shards.get(index).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ids() -> (UserId, ConversationId) {
        (UserId::new(&SystemClock), ConversationId::new(&SystemClock))
    }

    #[test]
    fn an_answer_counts_for_a_while() {
        let (rights, (ada, chat), now) = (Rights::default(), ids(), Instant::now());
        let asking = rights.look_up(ada, chat, now).expect_err("nobody has asked");
        rights.keep(asking, (ada, chat), true, now);
        assert!(rights.look_up(ada, chat, now + SECOND * 9).expect("known"));
        rights.look_up(ada, chat, now + SECOND * 10).expect_err("too old");
    }

    #[test]
    fn what_is_heard_ends_it_also_while_it_is_being_asked() {
        let (rights, (ada, chat), now) = (Rights::default(), ids(), Instant::now());
        let other = ConversationId::new(&SystemClock);
        let asking = rights.look_up(ada, chat, now).expect_err("nobody has asked");
        rights.forget_in(ada, chat);
        rights.keep(asking, (ada, chat), true, now);
        let asking = rights.look_up(ada, chat, now).expect_err("the answer may be from before");
        rights.keep(asking, (ada, chat), true, now);
        let asking = rights.look_up(ada, other, now).expect_err("nobody has asked");
        rights.keep(asking, (ada, other), true, now);
        rights.forget_in(ada, chat);
        rights.look_up(ada, chat, now).expect_err("forgotten");
        assert!(rights.look_up(ada, other, now).expect("known"));
        rights.forget(ada);
        rights.look_up(ada, other, now).expect_err("forgotten");
    }
}
