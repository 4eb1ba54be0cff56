//! One socket that watches people: whom, whether it may see them, and what it was told of each.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pulse_types::UserId;

use crate::domain::Presence;
use crate::presence::looks::SightChange;
use crate::presence::person::Person;
use crate::ws::frames::{self, Event};
use crate::ws::hub::Socket;
use crate::ws::queue::Class;

/// How long nothing is told while it can't be found out whom the user may see; then, that nothing is known.
const DOUBT_MAX: Duration = Duration::from_secs(5);

/// A socket with a list of people.
#[derive(Debug)]
pub struct Watcher {
    /// The socket.
    pub socket: Arc<Socket>,
    state: Mutex<State>,
    /// Held while a list takes the place of the one before.
    pub(super) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the last list that was asked for.
    asked: u64,
    /// Counts the times that something has changed of whom the user may see.
    changes: u64,
    has_ended: bool,
    /// False until the answer with the list has gone out: nothing may come before it.
    is_answered: bool,
    entries: HashMap<UserId, Entry>,
    /// Since when it can't be found out whom the user may see.
    in_doubt_since: Option<Instant>,
}

#[derive(Debug)]
struct Entry {
    person: Arc<Person>,
    sight: Sight,
    /// Nothing is told until it was looked at again.
    is_held: bool,
    told: Presence,
}

/// What came of another list.
#[derive(Debug)]
pub(super) struct Replaced {
    /// What is told of each person.
    pub(super) told: HashMap<UserId, Presence>,
    /// Who is watched no more.
    pub(super) gone: Vec<Arc<Person>>,
}

/// Whether a socket's user may see a person, as it was found out at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// `None` while it can't be found out.
    pub may_see: Option<bool>,
    /// The number of the moment. What was found out before something may have been missed counts no more.
    pub number: u64,
}

impl Watcher {
    /// A socket that watches nobody yet.
    #[must_use]
    pub fn new(socket: Arc<Socket>) -> Self {
        Self { socket, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Another list is asked for; gives its number. Of several the last one counts.
    pub fn ask(&self) -> u64 {
        let mut state = self.lock();
        state.asked += 1;
        state.asked
    }

    /// Whether a list is the last one that was asked for, and the socket still lives.
    #[must_use]
    pub fn is_wanted(&self, number: u64) -> bool {
        let state = self.lock();
        state.asked == number && !state.has_ended
    }

    /// Something has changed of whom the user may see.
    pub(super) fn note_change(&self) {
        self.lock().changes += 1;
    }

    /// Whether the list may have become untrue by a change. A profile that changes leaves two people connected as they were.
    pub(super) fn is_concerned(&self, change: SightChange) -> bool {
        let state = self.lock();
        let sees =
            |user_id: UserId| state.entries.get(&user_id).map(|entry| entry.sight.may_see == Some(true));
        match change {
            SightChange::None => false,
            SightChange::Of(user_id) => sees(user_id).is_some(),
            SightChange::Between { user_id, is_connected: Some(true) } => sees(user_id) == Some(false),
            SightChange::Between { user_id, .. } => sees(user_id).is_some(),
            SightChange::All => !state.entries.is_empty(),
        }
    }

    /// Counts such changes.
    pub(super) fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// The list takes the place of the one before; all is told as unknown unless `is_known`. `None` when the socket has ended.
    pub(super) fn install(&self, people: Vec<(Arc<Person>, Sight)>, is_known: bool) -> Option<Replaced> {
        let mut state = self.lock();
        if state.has_ended {
            return None;
        }
        let entries: HashMap<UserId, Entry> = people
            .into_iter()
            .map(|(person, sight)| {
                let told = if is_known { sight.shown(&person) } else { Presence::unknown(person.user_id) };
                (person.user_id, Entry { person, sight, is_held: false, told })
            })
            .collect();
        let told = entries.iter().map(|(user_id, entry)| (*user_id, entry.told)).collect();
        state.is_answered = false;
        let before = std::mem::replace(&mut state.entries, entries);
        let gone = before.into_values().filter(|entry| !state.entries.contains_key(&entry.person.user_id));
        let gone = gone.map(|entry| entry.person).collect();
        Some(Replaced { told, gone })
    }

    /// The answer with the list has gone out: what has changed since it was written follows.
    pub(super) fn answered(&self, sight: u64) {
        let mut state = self.lock();
        state.is_answered = true;
        for entry in state.entries.values_mut() {
            entry.tell(&self.socket, sight);
        }
    }

    /// The socket has ended; gives whom it watched.
    pub(super) fn end(&self) -> Vec<Arc<Person>> {
        let mut state = self.lock();
        state.has_ended = true;
        std::mem::take(&mut state.entries).into_values().map(|entry| entry.person).collect()
    }

    /// Lets the socket know what is told of a person now. `sight` is the number from which on it counts what was found out.
    pub(super) fn tell(&self, user_id: UserId, sight: u64) {
        let mut state = self.lock();
        if state.is_answered
            && let Some(entry) = state.entries.get_mut(&user_id)
        {
            entry.tell(&self.socket, sight);
        }
    }

    /// Whom it watches.
    pub(super) fn user_ids(&self) -> Vec<UserId> {
        self.lock().entries.keys().copied().collect()
    }

    /// It was found out anew whom of some people the socket's user may see; `seen` is `None` when that can't be found out. Nothing
    /// more is told of them then, and after a while that nothing is known.
    pub(super) fn look(&self, asked: &[UserId], seen: Option<&HashSet<UserId>>, number: u64) {
        let mut state = self.lock();
        let is_answered = state.is_answered;
        let is_in_doubt = match seen {
            Some(_) => {
                state.in_doubt_since = None;
                false
            }
            None => state.in_doubt_since.get_or_insert_with(Instant::now).elapsed() < DOUBT_MAX,
        };
        for user_id in asked {
            let Some(entry) = state.entries.get_mut(user_id) else { continue };
            if is_in_doubt {
                entry.is_held = true;
                continue;
            }
            if entry.sight.number <= number {
                let may_see = seen.map(|seen| seen.contains(user_id));
                entry.sight = Sight { may_see, number };
                entry.is_held = false;
            }
            if is_answered {
                entry.tell(&self.socket, number);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Pushed under the lock of the list, so that what is newer comes later.
    fn tell(&mut self, socket: &Socket, sight: u64) {
        if self.is_held || self.sight.number < sight {
            return;
        }
        let now = self.sight.shown(&self.person);
        if now == self.told {
            return;
        }
        self.told = now;
        let shared = self.person.told().filter(|told| told.presence() == now).map(|told| told.frame);
        let frame = shared.unwrap_or_else(|| frames::event(&Event::PresenceUpdated(&now)));
        socket.queue.push_as(frame, Class::Passing);
    }
}

impl Sight {
    /// What may be told of a person.
    fn shown(self, person: &Person) -> Presence {
        match self.may_see {
            None => Presence::unknown(person.user_id),
            Some(false) => Presence::offline(person.user_id),
            Some(true) => person.told().map_or(Presence::unknown(person.user_id), |told| told.presence()),
        }
    }
}
