//! How many messages a user may send: in all, and in one conversation (contract section 2).
//!
//! Counted in this process alone, for REST and sockets together: a user of two gateways has two allowances.
//!
//! The generic cell rate algorithm (ITU-T I.371), by hand because both limits must be taken together or not at all, and
//! because a repeat of an accepted message gives back what it took.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Reason};
use pulse_types::{ConversationId, UserId};

use crate::domain::Limits as Allowed;

/// The window that the limits are named after.
const WINDOW: Duration = Duration::from_secs(10);
const SHARDS: usize = 16;
/// Users of a shard from which on those who have their whole allowance again are forgotten.
const SWEEP_FROM: usize = 1024;

/// Counts the sends of all users.
pub struct Limits {
    /// `None` lifts them, for load tests.
    allowed: Option<Rates>,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Clone, Copy)]
struct Rates {
    per_user: u32,
    per_conversation: u32,
}

#[derive(Default)]
struct Shard {
    users: HashMap<UserId, Spent>,
    sweep_at: usize,
}

/// What a user has taken. A time is when the whole allowance is back; the past means it is.
#[derive(Default)]
struct Spent {
    in_all: Option<Instant>,
    by_conversation: HashMap<ConversationId, Instant>,
}

/// More than a limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Messages in the window.
    pub quota: u32,
    /// The window.
    pub window: Duration,
    /// When the next one may come.
    pub retry_after: Duration,
}

impl From<Exceeded> for Failure {
    fn from(exceeded: Exceeded) -> Self {
        let detail = format!("at most {} messages in {} s; wait a little", exceeded.quota, exceeded.window.as_secs());
        Self::new(Reason::RateLimited, detail).with_retry_after(exceeded.retry_after)
    }
}

impl Limits {
    /// Counts by the limits that clients are told; `is_on` false lifts them.
    #[must_use]
    pub fn new(allowed: &Allowed, is_on: bool) -> Self {
        let rate = |limit: u64| u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        let rates = Rates { per_user: rate(allowed.messages_per_10s), per_conversation: rate(allowed.messages_per_10s_conversation) };
        Self { allowed: is_on.then_some(rates), hasher: RandomState::new(), shards: Default::default() }
    }

    /// Takes one message from both allowances, or from none.
    ///
    /// # Errors
    /// [`Exceeded`], of the limit that lets the user wait longer.
    pub fn take(&self, user_id: UserId, conversation_id: ConversationId, now: Instant) -> Result<(), Exceeded> {
        let Some(rates) = self.allowed else { return Ok(()) };
        let taken = self.shard(user_id, |shard| {
            shard.sweep(now);
            let spent = shard.users.entry(user_id).or_default();
            spent.by_conversation.retain(|_, full_at| *full_at > now);
            let in_all = next(spent.in_all, rates.per_user, now);
            let here = next(spent.by_conversation.get(&conversation_id).copied(), rates.per_conversation, now);
            match (in_all, here) {
                (Ok(in_all), Ok(here)) => {
                    spent.in_all = Some(in_all);
                    spent.by_conversation.insert(conversation_id, here);
                    Ok(())
                }
                (Err(one), Err(other)) => Err(if one.retry_after > other.retry_after { one } else { other }),
                (Err(exceeded), Ok(_)) | (Ok(_), Err(exceeded)) => Err(exceeded),
            }
        });
        taken.unwrap_or(Ok(()))
    }

    /// Gives one message back: it was a repeat, which does not count.
    pub fn give_back(&self, user_id: UserId, conversation_id: ConversationId) {
        let Some(rates) = self.allowed else { return };
        self.shard(user_id, |shard| {
            let Some(spent) = shard.users.get_mut(&user_id) else { return };
            spent.in_all = spent.in_all.and_then(|full_at| full_at.checked_sub(step(rates.per_user)));
            if let Some(full_at) = spent.by_conversation.get_mut(&conversation_id) {
                *full_at = full_at.checked_sub(step(rates.per_conversation)).unwrap_or(*full_at);
            }
        });
    }

    fn shard<T>(&self, user_id: UserId, action: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        let index = usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let shard = self.shards.get(index)?;
        Some(action(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Shard {
    /// Forgets those who have their whole allowance again; when half are left, only after twice as many have come.
    fn sweep(&mut self, now: Instant) {
        if self.users.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.users.retain(|_, spent| spent.in_all.is_some_and(|full_at| full_at > now));
        self.sweep_at = self.users.len() * 2;
    }
}

/// How long it takes until one message is back.
fn step(quota: u32) -> Duration {
    WINDOW / quota
}

/// When the allowance is whole again after one more message.
fn next(full_at: Option<Instant>, quota: u32, now: Instant) -> Result<Instant, Exceeded> {
    let full_at = full_at.map_or(now, |full_at| full_at.max(now)) + step(quota);
    match full_at.saturating_duration_since(now).checked_sub(WINDOW).filter(|over| !over.is_zero()) {
        None => Ok(full_at),
        Some(retry_after) => Err(Exceeded { quota, window: WINDOW, retry_after }),
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    fn ids() -> (UserId, ConversationId, ConversationId) {
        (UserId::new(&SystemClock), ConversationId::new(&SystemClock), ConversationId::new(&SystemClock))
    }

    #[test]
    fn twenty_go_through_at_once_and_one_more_each_half_second() {
        let (ada, chat, _) = ids();
        let limits = Limits::new(&Allowed::default(), true);
        let start = Instant::now();
        for _ in 0..20 {
            assert_eq!(limits.take(ada, chat, start), Ok(()));
        }
        let exceeded = limits.take(ada, chat, start).expect_err("the 21st");
        assert_eq!(exceeded, Exceeded { quota: 20, window: WINDOW, retry_after: Duration::from_millis(500) });
        let later = start + Duration::from_millis(500);
        assert_eq!(limits.take(ada, chat, later), Ok(()));
        assert!(limits.take(ada, chat, later).is_err());
        for _ in 0..20 {
            assert_eq!(limits.take(ada, chat, later + WINDOW), Ok(()));
        }
    }

    #[test]
    fn all_conversations_together_have_a_limit_and_a_refusal_costs_nothing() {
        let (ada, _, _) = ids();
        let limits = Limits::new(&Allowed::default(), true);
        let now = Instant::now();
        let chats: Vec<_> = (0..3).map(|_| ids().1).collect();
        let sent = (0..60).filter(|number| limits.take(ada, chats[number % 3], now).is_ok()).count();
        assert_eq!(sent, 50);
        let (other, chat, _) = ids();
        for _ in 0..100 {
            let _ = limits.take(other, chat, now);
        }
        assert_eq!(limits.take(other, chats[0], now), Ok(()), "refusals in one conversation take nothing from the other");
    }

    #[test]
    fn a_repeat_gives_back_what_it_took() {
        let (ada, chat, _) = ids();
        let limits = Limits::new(&Allowed::default(), true);
        let now = Instant::now();
        for _ in 0..200 {
            assert_eq!(limits.take(ada, chat, now), Ok(()));
            limits.give_back(ada, chat);
        }
    }

    #[test]
    fn switched_off_they_count_nothing() {
        let (ada, chat, _) = ids();
        let limits = Limits::new(&Allowed::default(), false);
        let now = Instant::now();
        assert!((0..1000).all(|_| limits.take(ada, chat, now).is_ok()));
    }

    #[test]
    fn those_who_are_quiet_are_forgotten() {
        let limits = Limits::new(&Allowed::default(), true);
        let start = Instant::now();
        for number in 0..40_000_u64 {
            let (user, chat, _) = ids();
            assert_eq!(limits.take(user, chat, start + Duration::from_millis(number * 10)), Ok(()));
        }
        let kept: usize = limits.shards.iter().map(|shard| shard.lock().expect("a lock").users.len()).sum();
        assert!(kept <= SHARDS * SWEEP_FROM, "{kept}");
    }
}
