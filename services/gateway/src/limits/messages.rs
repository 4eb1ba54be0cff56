//! How many messages a user may send: in all, and in one conversation (contract section 2).
//!
//! Counted for REST and sockets together. What was sent in the window is remembered message by message, because both limits
//! must be taken together or not at all, and because repeats and refused messages do not count. What other gateways let
//! through is heard from `sharing.rs`; while that can't be, half of each limit is allowed here.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Kind};
use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::cache::sends::Told;
use crate::domain::{Limits as Allowed, Sent};
use crate::limits::Exceeded;
use crate::limits::sharing::Sharing;

/// What clients are told the limit is called.
pub const NAME: &str = "messages";

/// The window that the limits are named after.
pub const WINDOW: Duration = Duration::from_secs(10);
const SHARDS: usize = 16;
/// Users of a shard from which on those who were quiet for a window are forgotten.
const SWEEP_FROM: usize = 1024;

/// Counts the sends of all users.
pub struct Messages {
    /// `None` lifts them, for load tests.
    allowed: Option<Rates>,
    /// `None` counts alone.
    sharing: Option<Sharing>,
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
    /// Names of sends that did not count after all, which the others do not know yet.
    taken_back: Vec<(UserId, String)>,
    sweep_at: usize,
}

/// What a user sent in the window, oldest first; never more than the limit in all.
type Sends = VecDeque<Send>;

#[derive(Debug, Clone, Copy)]
struct Send {
    at: Instant,
    conversation_id: ConversationId,
    client_id: Uuid,
    /// Who let it through, and whether the others know.
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// We, and nobody else knows.
    New,
    /// We, and the others know.
    Told,
    /// Another gateway.
    Elsewhere,
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
        Self {
            allowed: is_on.then_some(rates),
            sharing: None,
            hasher: RandomState::new(),
            shards: Default::default(),
        }
    }

    /// The same, shared with the other gateways.
    #[must_use]
    pub fn shared_by(self, sharing: Sharing) -> Self {
        Self { sharing: Some(sharing), ..self }
    }

    /// What was allowed, or half of it while the others can't be heard.
    fn rates(&self) -> Option<Rates> {
        let is_alone = self.sharing.as_ref().is_some_and(|sharing| !sharing.is_up());
        self.allowed.map(|rates| if is_alone { rates.stricter() } else { rates })
    }

    /// Hears what the other gateways let through of a user of whom nothing is known here; for those who can wait for it.
    pub async fn ask_others(&self, user_id: UserId) {
        let Some(sharing) = self.sharing.as_ref().filter(|_| self.allowed.is_some()) else { return };
        let now = Instant::now();
        let is_known = self.shard(user_id, |shard| {
            let latest = shard.users.get(&user_id).and_then(VecDeque::back);
            latest.is_some_and(|send| !is_over(send, now))
        });
        let is_known = is_known.unwrap_or_default();
        if !is_known {
            sharing.exchange(self, user_id).await;
        }
    }

    /// What the others do not know yet; from here on they count as told.
    pub(super) fn news(&self, user_id: UserId, now: Instant) -> Told {
        let news = self.shard(user_id, |shard| {
            let mut told = Told::default();
            for send in shard.users.get_mut(&user_id).into_iter().flatten() {
                if send.origin == Origin::New {
                    send.origin = Origin::Told;
                    told.added.push((now.duration_since(send.at), send.name()));
                }
            }
            let (theirs, others) =
                std::mem::take(&mut shard.taken_back).into_iter().partition(|(id, _)| *id == user_id);
            shard.taken_back = others;
            let theirs: Vec<(UserId, String)> = theirs;
            told.taken_back = theirs.into_iter().map(|(_, name)| name).collect();
            told
        });
        news.unwrap_or_default()
    }

    /// All sends of a user in the window, with their ages.
    pub(super) fn learn(&self, user_id: UserId, all: &[(String, Duration)], now: Instant) {
        self.shard(user_id, |shard| {
            let sends = shard.users.entry(user_id).or_default();
            sends.retain(|send| send.origin != Origin::Elsewhere);
            let own: HashSet<_> = sends.iter().map(Send::name).collect();
            let foreign = all.iter().filter(|(name, _)| !own.contains(name));
            sends.extend(foreign.filter_map(|(name, age)| Send::elsewhere(name, now.checked_sub(*age)?)));
            sends.make_contiguous().sort_by_key(|send| send.at);
        });
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
        let Some(rates) = self.rates() else { return Ok(Taken { user_id, client_id, is_counted: false }) };
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
                    sends.push_back(Send { at: now, conversation_id, client_id, origin: Origin::New });
                    Ok(true)
                }
            }
        });
        if let (Some(sharing), Some(Ok(true))) = (&self.sharing, &counted) {
            sharing.tell(user_id);
        }
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
            let Some(sends) = shard.users.get_mut(&taken.user_id) else { return };
            let told =
                sends.iter().filter(|send| send.client_id == taken.client_id && send.origin == Origin::Told);
            let told: Vec<_> = told.map(|send| (taken.user_id, send.name())).collect();
            sends.retain(|send| send.client_id != taken.client_id || send.origin == Origin::Elsewhere);
            if shard.taken_back.len() < SWEEP_FROM {
                shard.taken_back.extend(told);
            }
        });
        if let Some(sharing) = &self.sharing {
            sharing.tell(taken.user_id);
        }
    }

    /// `None` never happens: the index is below the number of shards.
    fn shard<T>(&self, user_id: UserId, action: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        let index = usize::try_from(self.hasher.hash_one(user_id)).unwrap_or_default() % SHARDS;
        let shard = self.shards.get(index)?;
        Some(action(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Rates {
    fn stricter(self) -> Self {
        Self { per_user: (self.per_user / 2).max(1), per_conversation: (self.per_conversation / 2).max(1) }
    }
}

impl Send {
    /// What it is called among gateways.
    fn name(&self) -> String {
        format!("{}:{}", self.conversation_id, self.client_id)
    }

    fn elsewhere(name: &str, at: Instant) -> Option<Self> {
        let (conversation_id, client_id) = name.split_once(':')?;
        let (conversation_id, client_id) = (conversation_id.parse().ok()?, client_id.parse().ok()?);
        Some(Self { at, conversation_id, client_id, origin: Origin::Elsewhere })
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
    fn what_another_gateway_let_through_counts_until_it_is_taken_back() {
        let (ada, chat, now) = (user(), chat(), Instant::now());
        let (here, there) =
            (Messages::new(&Allowed::default(), true), Messages::new(&Allowed::default(), true));
        for number in 0..15 {
            assert!(there.take(ada, chat, named(number), now).is_ok());
        }
        let told = there.news(ada, now);
        assert_eq!(told.added.len(), 15);
        assert_eq!(there.news(ada, now), Told::default(), "it is told once");
        let all: Vec<_> = told.added.into_iter().map(|(age, name)| (name, age)).collect();
        here.learn(ada, &all, now);
        here.learn(ada, &all, now);
        let taken = (20..40).filter(|number| here.take(ada, chat, named(*number), now).is_ok()).count();
        assert_eq!(taken, 5);
        here.learn(ada, &all[..10], now);
        assert!(here.take(ada, chat, named(50), now).is_ok(), "five were taken back");
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
