//! The order in which events are handed on: durable events of one conversation by `version`, repeats dropped. A user has one for
//! all that comes on both planes, and a place one for what comes on its subject.
//!
//! What arrives early is held until what is missing has come, but only shortly: a client that sees `version` jump asks for
//! the changes. Memory is bounded: what is forgotten can only be told twice or out of order, never lost.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use pulse_types::{ConversationId, EventId};
use tokio::time::Instant;

/// Conversations of one user whose positions are remembered.
const CONVERSATIONS_MAX: usize = 512;
/// Events without a version that are remembered, to drop their repeats.
const RECENT_MAX: usize = 64;
/// Positions behind the newest that are remembered, to tell a late event from a repeat.
const WINDOW: i64 = 64;
/// Events of one conversation that are held.
const HELD_MAX: usize = 256;
/// How long an early event waits.
const HOLD: Duration = Duration::from_millis(200);

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The event itself; the same for each delivery.
    pub event_id: EventId,
    /// Conversation and version, of durable events.
    pub version: Option<(ConversationId, i64)>,
}

/// The order of one user's events.
#[derive(Debug)]
pub struct Sequencer<T> {
    conversations: HashMap<ConversationId, Track<T>>,
    recent: VecDeque<EventId>,
    /// When the first of the held events has waited long enough.
    release_at: Option<Instant>,
    calls: u64,
}

#[derive(Debug)]
struct Track<T> {
    /// The newest version handed on.
    last: i64,
    /// Bit n: version `last - n` was handed on.
    seen: u64,
    held: BTreeMap<i64, T>,
    touched: u64,
}

impl<T> Default for Sequencer<T> {
    fn default() -> Self {
        Self { conversations: HashMap::new(), recent: VecDeque::new(), release_at: None, calls: 0 }
    }
}

impl<T> Sequencer<T> {
    /// Takes an event and adds to `ready` what may be handed on now, in order.
    pub fn accept(&mut self, position: Position, event: T, now: Instant, ready: &mut Vec<T>) {
        let Some((conversation_id, version)) = position.version else {
            if !self.recent.contains(&position.event_id) {
                self.recent.push_back(position.event_id);
                if self.recent.len() > RECENT_MAX {
                    self.recent.pop_front();
                }
                ready.push(event);
            }
            return;
        };
        self.make_room(conversation_id);
        let calls = self.calls;
        let fresh = || Track { last: version - 1, seen: 0, held: BTreeMap::new(), touched: calls };
        let track = self.conversations.entry(conversation_id).or_insert_with(fresh);
        track.touched = calls;
        track.accept(version, event, ready);
        if !track.held.is_empty() && self.release_at.is_none() {
            self.release_at = Some(now + HOLD);
        }
    }

    /// When [`Sequencer::release`] must be called; `None` while nothing is held.
    #[must_use]
    pub const fn release_at(&self) -> Option<Instant> {
        self.release_at
    }

    /// The newest version that is known to have been told, or that waits; 0 when nothing is.
    #[must_use]
    pub fn known(&self, conversation_id: ConversationId) -> i64 {
        let Some(track) = self.conversations.get(&conversation_id) else { return 0 };
        track.held.last_key_value().map_or(track.last, |(held, _)| track.last.max(*held))
    }

    /// Everything up to `version` is known otherwise, as by a snapshot: what follows waits for nothing before it. What was held
    /// up to there is handed on; what comes late still is.
    pub fn advance(&mut self, conversation_id: ConversationId, version: i64, ready: &mut Vec<T>) {
        self.make_room(conversation_id);
        let calls = self.calls;
        let fresh = || Track { last: version, seen: 0, held: BTreeMap::new(), touched: calls };
        self.conversations.entry(conversation_id).or_insert_with(fresh).advance(version, ready);
    }

    /// Hands on what was held: what it waited for did not come.
    pub fn release(&mut self, ready: &mut Vec<T>) {
        self.release_at = None;
        for track in self.conversations.values_mut() {
            track.release(ready);
        }
    }

    /// Before a conversation is used: keeps the half that was used last, and those that hold something, when there are too
    /// many others.
    fn make_room(&mut self, conversation_id: ConversationId) {
        self.calls += 1;
        if self.conversations.len() < CONVERSATIONS_MAX || self.conversations.contains_key(&conversation_id) {
            return;
        }
        let mut touched: Vec<_> = self.conversations.values().map(|track| track.touched).collect();
        touched.sort_unstable();
        let middle = touched.get(touched.len() / 2).copied().unwrap_or_default();
        self.conversations.retain(|_, track| track.touched >= middle || !track.held.is_empty());
    }
}

impl<T> Track<T> {
    fn accept(&mut self, version: i64, event: T, ready: &mut Vec<T>) {
        if version <= self.last {
            let behind = self.last - version;
            let is_repeat = behind >= WINDOW || self.seen & (1 << behind) != 0;
            if !is_repeat {
                self.seen |= 1 << behind;
                ready.push(event);
            }
            return;
        }
        if version > self.last + 1 {
            self.held.insert(version, event);
            if self.held.len() > HELD_MAX {
                self.release(ready);
            }
            return;
        }
        self.hand_on(version, event, ready);
        while let Some(event) = self.held.remove(&(self.last + 1)) {
            self.hand_on(self.last + 1, event, ready);
        }
    }

    fn advance(&mut self, version: i64, ready: &mut Vec<T>) {
        if version <= self.last {
            return;
        }
        let later = self.held.split_off(&(version + 1));
        for (held, event) in std::mem::replace(&mut self.held, later) {
            self.hand_on(held, event, ready);
        }
        self.shift_to(version);
        while let Some(event) = self.held.remove(&(self.last + 1)) {
            self.hand_on(self.last + 1, event, ready);
        }
    }

    fn release(&mut self, ready: &mut Vec<T>) {
        for (version, event) in std::mem::take(&mut self.held) {
            self.hand_on(version, event, ready);
        }
    }

    fn hand_on(&mut self, version: i64, event: T, ready: &mut Vec<T>) {
        self.shift_to(version);
        self.seen |= 1;
        ready.push(event);
    }

    fn shift_to(&mut self, version: i64) {
        let steps = u32::try_from(version - self.last).unwrap_or(u32::MAX);
        self.seen = self.seen.checked_shl(steps).unwrap_or(0);
        self.last = version;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::SystemClock;

    use super::*;

    fn accept(sequencer: &mut Sequencer<i64>, conversation_id: ConversationId, versions: &[i64]) -> Vec<i64> {
        let mut ready = Vec::new();
        for version in versions {
            let position =
                Position { event_id: EventId::new(&SystemClock), version: Some((conversation_id, *version)) };
            sequencer.accept(position, *version, Instant::now(), &mut ready);
        }
        ready
    }

    #[test]
    fn what_is_early_waits_and_what_is_known_is_dropped() {
        let mut sequencer = Sequencer::default();
        let chat = ConversationId::new(&SystemClock);
        assert_eq!(accept(&mut sequencer, chat, &[7, 9, 9, 10, 7]), [7]);
        assert!(sequencer.release_at().is_some());
        assert_eq!(accept(&mut sequencer, chat, &[8, 8, 10, 11]), [8, 9, 10, 11]);
    }

    #[test]
    fn a_gap_that_stays_is_passed_and_the_late_one_still_told() {
        let mut sequencer = Sequencer::default();
        let chat = ConversationId::new(&SystemClock);
        assert_eq!(accept(&mut sequencer, chat, &[1, 4, 3]), [1]);
        let mut ready = Vec::new();
        sequencer.release(&mut ready);
        assert_eq!(ready, [3, 4]);
        assert_eq!(sequencer.release_at(), None);
        assert_eq!(accept(&mut sequencer, chat, &[2, 2, 3, 5]), [2, 5]);
    }

    #[test]
    fn after_a_snapshot_nothing_waits_for_what_it_showed() {
        let mut sequencer = Sequencer::default();
        let chat = ConversationId::new(&SystemClock);
        assert_eq!(accept(&mut sequencer, chat, &[1, 4, 8, 10]), [1]);
        assert_eq!(sequencer.known(chat), 10);
        let mut ready = Vec::new();
        sequencer.advance(chat, 7, &mut ready);
        assert_eq!(ready, [4, 8], "what was held up to there, and what follows it");
        assert_eq!(accept(&mut sequencer, chat, &[9, 3, 4, 7]), [9, 10, 3, 7], "late ones once");
        ready.clear();
        sequencer.advance(chat, 2, &mut ready);
        assert!(ready.is_empty() && sequencer.known(chat) == 10, "never back");
        let other = ConversationId::new(&SystemClock);
        assert_eq!(sequencer.known(other), 0);
        sequencer.advance(other, 50, &mut ready);
        assert_eq!(accept(&mut sequencer, other, &[51]), [51]);
    }

    #[test]
    fn events_without_a_version_are_told_once() {
        let mut sequencer = Sequencer::default();
        let position = Position { event_id: EventId::new(&SystemClock), version: None };
        let mut ready = Vec::new();
        sequencer.accept(position, 1, Instant::now(), &mut ready);
        sequencer.accept(position, 2, Instant::now(), &mut ready);
        assert_eq!(ready, [1]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut sequencer = Sequencer::default();
        for _ in 0..5 * CONVERSATIONS_MAX {
            assert_eq!(accept(&mut sequencer, ConversationId::new(&SystemClock), &[3]), [3]);
        }
        assert!(sequencer.conversations.len() <= CONVERSATIONS_MAX);
        let chat = ConversationId::new(&SystemClock);
        let early: Vec<_> = (10..10 + i64::try_from(HELD_MAX).expect("small") + 1).collect();
        assert_eq!(accept(&mut sequencer, chat, &[1]), [1]);
        assert_eq!(accept(&mut sequencer, chat, &early), early);
    }

    proptest! {
        #[test]
        fn any_arrival_ends_in_all_versions_once(
            order in Just((2..40_i64).collect::<Vec<_>>()).prop_shuffle(),
            repeats in proptest::collection::vec(2..40_i64, 0..20),
        ) {
            let mut sequencer = Sequencer::default();
            let chat = ConversationId::new(&SystemClock);
            let mut ready = accept(&mut sequencer, chat, &[1]);
            let arrivals: Vec<_> = order.iter().chain(&repeats).copied().collect();
            ready.extend(accept(&mut sequencer, chat, &arrivals));
            prop_assert_eq!(ready, (1..40).collect::<Vec<_>>());
        }
    }
}
