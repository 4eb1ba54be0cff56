//! How many messages a user may send: in all, and in one conversation (contract section 2).
//!
//! Counted in this process alone, for REST and sockets together: a user of two gateways has two allowances. What was sent
//! in the window is remembered message by message, because both limits must be taken together or not at all, and because
//! repeats and refused messages do not count.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Kind};
use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::{Limits as Allowed, Sent};
use crate::limits::Exceeded;

/// What clients are told the limit is called.
pub const NAME: &str = "messages";

/// The window that the limits are named after.
const WINDOW: Duration = Duration::from_secs(10);
const SHARDS: usize = 16;
/// Users of a shard from which on those who were quiet for a window are forgotten.
const SWEEP_FROM: usize = 1024;

/// Counts the sends of all users.
pub struct Messages {
    /// `None` lifts them, for load tests.
    allowed: Option<Rates>,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Clone, Copy)]
struct Rates {
    per_user: usize,
    per_conversation: usize,
}

#[derive(Default)]
struct Shard {
    users: HashMap<UserId, Sends>,
    sweep_at: usize,
}

/// What a user sent in the window, oldest first; never more than the limit in all.
type Sends = VecDeque<Send>;

#[derive(Debug, Clone, Copy)]
struct Send {
    at: Instant,
    conversation_id: ConversationId,
    client_id: Uuid,
}

/// One message taken from the allowances. Settle it when its outcome is known.
#[derive(Debug)]
#[must_use]
pub struct Taken {
    user_id: UserId,
    client_id: Uuid,
    is_counted: bool,
}

impl Messages {
    /// Counts by the limits that clients are told; `is_on` false lifts them.
    #[must_use]
    pub fn new(allowed: &Allowed, is_on: bool) -> Self {
        let rate = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX).max(1);
        let rates = Rates {
            per_user: rate(allowed.messages_per_10s),
            per_conversation: rate(allowed.messages_per_10s_conversation),
        };
        Self { allowed: is_on.then_some(rates), hasher: RandomState::new(), shards: Default::default() }
    }

    /// Takes one message from both allowances, or from none. A `client_id` that was counted in this window is a repeat, and
    /// takes nothing.
    ///
    /// # Errors
    /// [`Exceeded`], of the limit that lets the user wait longer.
    pub fn take(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        client_id: Uuid,
        now: Instant,
    ) -> Result<Taken, Exceeded> {
        let Some(rates) = self.allowed else { return Ok(Taken { user_id, client_id, is_counted: false }) };
        let counted = self.shard(user_id, |shard| {
            shard.sweep(now);
            let sends = shard.users.entry(user_id).or_default();
            while sends.front().is_some_and(|send| is_over(send, now)) {
                sends.pop_front();
            }
            if sends.iter().any(|send| send.client_id == client_id && send.conversation_id == conversation_id)
            {
                return Ok(false);
            }
            let in_all = wait(sends.iter(), rates.per_user, now);
            let here = wait(
                sends.iter().filter(|send| send.conversation_id == conversation_id),
                rates.per_conversation,
                now,
            );
            match in_all.into_iter().chain(here).max_by_key(|exceeded| exceeded.retry_after) {
                Some(exceeded) => Err(exceeded),
                None => {
                    sends.push_back(Send { at: now, conversation_id, client_id });
                    Ok(true)
                }
            }
        });
        counted.unwrap_or(Ok(true)).map(|is_counted| Taken { user_id, client_id, is_counted })
    }

    /// Gives the message back when it turned out to be a repeat or was refused. One whose fate is not known stays counted.
    pub fn settle(&self, taken: &Taken, outcome: &Result<Sent, Failure>) {
        let counts = match outcome {
            Ok(sent) => !sent.replayed,
            Err(failure) => matches!(failure.kind(), Kind::Unavailable | Kind::Internal),
        };
        if counts || !taken.is_counted {
            return;
        }
        self.shard(taken.user_id, |shard| {
            if let Some(sends) = shard.users.get_mut(&taken.user_id) {
                sends.retain(|send| send.client_id != taken.client_id);
            }
        });
    }

    /// `None` never happens: the index is below the number of shards.
    fn shard<T>(&self, user_id: UserId, action: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        let index = usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let shard = self.shards.get(index)?;
        Some(action(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Shard {
    /// Forgets those who were quiet; the next time when twice as many are here as are left.
    fn sweep(&mut self, now: Instant) {
        if self.users.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.users.retain(|_, sends| sends.back().is_some_and(|send| !is_over(send, now)));
        self.sweep_at = self.users.len() * 2;
    }
}

fn is_over(send: &Send, now: Instant) -> bool {
    now.duration_since(send.at) >= WINDOW
}

/// How long until one more fits; `None` when it fits now.
fn wait<'a>(
    sends: impl DoubleEndedIterator<Item = &'a Send>,
    quota: usize,
    now: Instant,
) -> Option<Exceeded> {
    // The one whose place the next one takes.
    let oldest = sends.rev().nth(quota - 1)?;
    let retry_after = WINDOW.saturating_sub(now.duration_since(oldest.at));
    Some(Exceeded {
        name: NAME,
        quota: u32::try_from(quota).unwrap_or(u32::MAX),
        window: WINDOW,
        retry_after,
    })
}

#[cfg(test)]
mod tests {
    use pulse_rpc::Reason;
    use pulse_types::SystemClock;

    use super::*;

    fn user() -> UserId {
        UserId::new(&SystemClock)
    }

    fn chat() -> ConversationId {
        ConversationId::new(&SystemClock)
    }

    fn named(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn refused(reason: Reason) -> Result<Sent, Failure> {
        Err(Failure::new(reason, "no"))
    }

    #[test]
    fn twenty_go_through_in_any_ten_seconds() {
        let (ada, chat, limits) = (user(), chat(), Messages::new(&Allowed::default(), true));
        let start = Instant::now();
        let second = Duration::from_secs(1);
        for number in 0..20 {
            assert!(limits.take(ada, chat, named(number), start + second * u32::from(number >= 10)).is_ok());
        }
        let exceeded = limits.take(ada, chat, named(20), start + second * 3).expect_err("the 21st");
        assert_eq!(exceeded, Exceeded { name: NAME, quota: 20, window: WINDOW, retry_after: second * 7 });
        let taken =
            (30..60).filter(|number| limits.take(ada, chat, named(*number), start + WINDOW).is_ok()).count();
        assert_eq!(taken, 10, "the first ten are over, the others are not");
    }

    #[test]
    fn all_conversations_together_have_a_limit_and_a_refusal_costs_nothing() {
        let (ada, limits, now) = (user(), Messages::new(&Allowed::default(), true), Instant::now());
        let chats = [chat(), chat(), chat()];
        let sent = (0..60)
            .filter(|number| limits.take(ada, chats[number % 3], named(*number as u128), now).is_ok())
            .count();
        assert_eq!(sent, 50);
        let bob = user();
        for number in 0..100 {
            let _ = limits.take(bob, chats[0], named(number), now);
        }
        assert!(limits.take(bob, chats[1], named(100), now).is_ok());
    }

    #[test]
    fn repeats_and_refused_messages_do_not_count() {
        let (ada, chat, limits, now) =
            (user(), chat(), Messages::new(&Allowed::default(), true), Instant::now());
        for number in 0..100 {
            let taken = limits.take(ada, chat, named(number), now).expect("room");
            limits.settle(&taken, &refused(Reason::NotConnected));
        }
        for number in 0..20 {
            let taken = limits.take(ada, chat, named(number), now).expect("room");
            limits.settle(&taken, &refused(Reason::Unavailable));
        }
        assert!(limits.take(ada, chat, named(20), now).is_err());
        let repeat = limits.take(ada, chat, named(7), now).expect("a repeat");
        limits.settle(&repeat, &refused(Reason::IdempotencyMismatch));
        assert!(limits.take(ada, chat, named(20), now).is_err(), "a repeat gives back nothing");
    }

    #[test]
    fn switched_off_they_count_nothing() {
        let (ada, chat, limits, now) =
            (user(), chat(), Messages::new(&Allowed::default(), false), Instant::now());
        assert!((0..1000).all(|number| limits.take(ada, chat, named(number), now).is_ok()));
    }

    #[test]
    fn those_who_are_quiet_are_forgotten() {
        let (limits, start) = (Messages::new(&Allowed::default(), true), Instant::now());
        for number in 0..40_000_u64 {
            assert!(
                limits.take(user(), chat(), named(1), start + Duration::from_millis(number * 10)).is_ok()
            );
        }
        let kept: usize = limits.shards.iter().map(|shard| shard.lock().expect("a lock").users.len()).sum();
        assert!(kept <= SHARDS * SWEEP_FROM, "{kept}");
    }
}
