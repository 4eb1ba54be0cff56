//! Walks the whole chain and tells what is wrong with it.

use crate::domain::audit::{AuditKey, ChainEntry, ChainHash, Head};

/// Most breaches that are told; one is enough to know.
const MAX_BREACHES: usize = 100;

/// Something is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Where in the chain.
    pub position: i64,
    /// What is wrong.
    pub detail: String,
}

/// What a walk through the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Entries that were checked.
    pub entries: u64,
    /// The last entry; `None` while there is none.
    pub head: Option<Head>,
    /// What is wrong, by position, at most 100; empty when all is right.
    pub breaches: Vec<Breach>,
}

/// A walk through the chain, entry by entry.
#[derive(Debug)]
pub struct Verification<'a> {
    key: &'a AuditKey,
    anchor: Option<Head>,
    last: Head,
    /// Whether the last entry can be followed: what follows a broken one can't be judged by it.
    is_last_sound: bool,
    entries: u64,
    breaches: Vec<Breach>,
}

impl<'a> Verification<'a> {
    /// Before the first entry. The chain must contain `anchor`.
    #[must_use]
    pub const fn new(key: &'a AuditKey, anchor: Option<Head>) -> Self {
        let last = Head { position: 0, hash: ChainHash::START };
        Self { key, anchor, last, is_last_sound: true, entries: 0, breaches: Vec::new() }
    }

    /// Checks the next entry, in the order of their positions.
    pub fn check(&mut self, entry: &ChainEntry) {
        self.entries += 1;
        let expected = self.last.position.saturating_add(1).max(1);
        let is_next = entry.position <= expected;
        if !is_next {
            self.breach(expected, missing(expected, entry.position.saturating_sub(1)));
        }
        let hash = self.key.hash(entry);
        let is_sound = entry.hash == hash.as_bytes();
        if !is_sound {
            self.breach(entry.position, "the entry was altered or was not written by this service");
        } else if is_next && self.is_last_sound && entry.previous_hash != self.last.hash.as_bytes() {
            self.breach(entry.position, "the entry does not follow the one before it");
        }
        if let Some(details) = entry.details.as_ref().filter(|_| is_sound)
            && entry.details_hash != details.hash()
        {
            self.breach(entry.position, "ip or user agent of the entry were altered");
        }
        if let Some(anchor) = self.anchor.filter(|anchor| anchor.position == entry.position) {
            self.anchor = None;
            if entry.hash != anchor.hash.as_bytes() {
                self.breach(entry.position, "the entry is not the one that the anchor names");
            }
        }
        self.last = Head { position: entry.position, hash };
        self.is_last_sound = is_sound;
    }

    /// Compares the end with the head that was stored (`None`: it is gone or garbled), and with an anchor that was not met.
    #[must_use]
    pub fn finish(mut self, head: Option<Head>) -> Report {
        let last = self.last;
        let next = last.position.saturating_add(1);
        match head {
            None => self.breach(next, "the head of the log is missing"),
            Some(head) if head.position > last.position => {
                self.breach(next, missing(next, head.position));
            }
            Some(head) if head.position < last.position => {
                self.breach(
                    head.position.saturating_add(1),
                    "the head of the log was set back before this entry",
                );
            }
            Some(head) if head.hash != last.hash && self.is_last_sound => {
                self.breach(last.position, "the head of the log names another entry");
            }
            Some(_) => {}
        }
        if let Some(anchor) = self.anchor {
            let detail =
                format!("the log does not contain entry {}, which the anchor names", anchor.position);
            self.breach(anchor.position.min(next), detail);
        }
        self.breaches.sort_by_key(|breach| breach.position);
        self.breaches.truncate(MAX_BREACHES);
        let head = (self.entries > 0).then_some(last);
        Report { entries: self.entries, head, breaches: self.breaches }
    }

    fn breach(&mut self, position: i64, detail: impl Into<String>) {
        // A few more than are told: those of the end come last and may stand before others.
        if self.breaches.len() < 2 * MAX_BREACHES {
            self.breaches.push(Breach { position, detail: detail.into() });
        }
    }
}

fn missing(from: i64, to: i64) -> String {
    if from == to {
        format!("entry {from} is missing")
    } else {
        format!("entries {from} to {to} are missing")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::{EventId, SystemClock, UserId};
    use time::macros::datetime;

    use super::*;
    use crate::domain::audit::{Details, SecurityEvent};
    use crate::domain::sealing::SealingKey;
    use crate::domain::session::ClientInfo;

    fn key() -> AuditKey {
        AuditKey::derive(&SealingKey::new([5; 32]))
    }

    fn chain(length: i64) -> Vec<ChainEntry> {
        let mut previous = ChainHash::START;
        (1..=length)
            .map(|position| {
                let details = Details::new(ClientInfo::new("browser", "127.0.0.1")).expect("random");
                let mut entry = ChainEntry {
                    position,
                    event_id: EventId::new(&SystemClock),
                    user_id: (position % 3 != 0).then(|| UserId::new(&SystemClock)),
                    event: SecurityEvent::SessionStarted.as_str().to_owned(),
                    created_at: datetime!(2026-01-31 09:30 UTC),
                    details_hash: details.hash().to_vec(),
                    details: Some(details),
                    previous_hash: previous.as_bytes().to_vec(),
                    hash: vec![],
                };
                previous = key().hash(&entry);
                entry.hash = previous.as_bytes().to_vec();
                entry
            })
            .collect()
    }

    fn head_of(chain: &[ChainEntry]) -> Option<Head> {
        let last = chain.last()?;
        Some(Head { position: last.position, hash: ChainHash(last.hash.clone().try_into().ok()?) })
    }

    fn verify(chain: &[ChainEntry], head: Option<Head>, anchor: Option<Head>) -> Vec<i64> {
        let key = key();
        let mut verification = Verification::new(&key, anchor);
        chain.iter().for_each(|entry| verification.check(entry));
        verification.finish(head).breaches.iter().map(|breach| breach.position).collect()
    }

    #[test]
    fn a_whole_chain_is_right_also_when_details_were_forgotten() {
        let mut chain = chain(5);
        let head = head_of(&chain);
        assert_eq!(verify(&chain, head, head_of(&chain[..3])), [0; 0]);
        chain[2].details = None;
        assert_eq!(verify(&chain, head, None), [0; 0]);
        assert_eq!(verify(&[], Some(Head { position: 0, hash: ChainHash::START }), None), [0; 0]);
    }

    proptest! {
        #[test]
        fn each_altered_field_is_found_where_it_is(index in 0_usize..6, field in 0_usize..9) {
            let mut chain = chain(6);
            let (head, position) = (head_of(&chain), chain[index].position);
            let entry = &mut chain[index];
            match field {
                0 => entry.event_id = EventId::new(&SystemClock),
                1 => entry.user_id = entry.user_id.is_none().then(|| UserId::new(&SystemClock)),
                2 => entry.event.push('x'),
                3 => entry.created_at += std::time::Duration::from_micros(1),
                4 => entry.details_hash[0] ^= 1,
                5 => entry.previous_hash[31] ^= 1,
                6 => entry.hash[0] ^= 1,
                7 => entry.details.as_mut().expect("details").ip.push('1'),
                _ => entry.details.as_mut().expect("details").user_agent.clear(),
            }
            let found = verify(&chain, head, None);
            prop_assert!(!found.is_empty() && found.iter().all(|breach| *breach == position), "{found:?}");
        }
    }

    #[test]
    fn what_is_missing_or_out_of_order_is_found() {
        let whole = chain(6);
        let head = head_of(&whole);
        let without = |removed: std::ops::Range<usize>| {
            let mut chain = whole.clone();
            chain.drain(removed);
            chain
        };
        assert_eq!(verify(&without(0..1), head, None), [1], "the first");
        assert_eq!(verify(&without(2..4), head, None), [3], "some in between");
        assert_eq!(verify(&without(4..6), head, None), [5], "the tail");
        let cut = without(4..6);
        assert_eq!(verify(&cut, head_of(&cut), None), [0; 0], "a head that was rewritten too hides it");
        assert_eq!(verify(&cut, head_of(&cut), head), [5], "but not from an anchor");
        assert_eq!(verify(&[], Some(Head { position: 0, hash: ChainHash::START }), head), [1]);
        assert_eq!(verify(&whole, None, None), [7], "the head");
        assert_eq!(verify(&whole, head_of(&cut), None), [5], "a head that was set back");

        let mut swapped = whole.clone();
        swapped.swap(2, 3);
        (swapped[2].position, swapped[3].position) = (3, 4);
        assert_eq!(verify(&swapped, head, None), [3, 4]);

        // A row of the same log that was copied to another place, with dense positions.
        let mut closed = without(2..3);
        closed.iter_mut().skip(2).for_each(|entry| entry.position -= 1);
        assert_eq!(verify(&closed, head_of(&closed), None), [3, 4, 5]);
    }

    #[test]
    fn another_sealing_key_makes_no_chain_that_passes() {
        let chain = chain(2);
        let other = AuditKey::derive(&SealingKey::new([6; 32]));
        let mut verification = Verification::new(&other, None);
        chain.iter().for_each(|entry| verification.check(entry));
        assert_eq!(verification.finish(head_of(&chain)).breaches.len(), 2);
    }
}
