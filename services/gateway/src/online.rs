//! How many people are online in conversations. The smaller side is counted: the members of a conversation are looked for among
//! those who are online, or, where they are more, those who are online among its members (docs/decisions/0010).
//!
//! A count is kept for a few seconds, and counted by one request at a time: all others that want it wait for that one.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pulse_rpc::Failure;
use pulse_types::{ConversationId, UserId};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::cache::Presence;
use crate::clients::Conversations;
use crate::clients::membership::{MEMBERS_MAX, PEOPLE_MAX, PLACES_MAX};
use crate::domain::{Conversation, ConversationKind};

/// How long a count is told.
const KEPT: Duration = Duration::from_secs(3);
/// How long it is not tried again after it could not be told.
const FAILED: Duration = Duration::from_secs(1);
/// Longest that counting takes.
const COUNTING_MAX: Duration = Duration::from_secs(2);
/// Conversations that are remembered; beyond that all are forgotten and counted anew.
const REMEMBERED: usize = 1 << 16;
/// People online up to whom all conversations are counted. Above, those that have at most [`MEMBERS_MAX`] members.
const ONLINE_MAX: u64 = 100_000;

/// Counts, and what is known of them.
pub struct OnlineCounts {
    presence: Presence,
    conversations: Conversations,
    entries: Mutex<HashMap<ConversationId, Entry>>,
}

enum Entry {
    /// Told until then; `None` when it could not be counted.
    Known { count: Option<u32>, until: Instant },
    /// Somebody is at it, until the other end goes.
    Counting(watch::Receiver<()>),
}

/// A conversation to be counted, with the number of its members.
type Wanted = (ConversationId, u32);
type Counts = HashMap<ConversationId, u32>;

impl OnlineCounts {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(presence: Presence, conversations: Conversations) -> Self {
        Self { presence, conversations, entries: Mutex::default() }
    }

    /// How many are online in each of these groups and rooms; those of which it is not known are left out, and directs.
    pub async fn of(&self, asked: &[Conversation]) -> Counts {
        if !self.presence.is_known() {
            return Counts::new();
        }
        let groups = asked.iter().filter(|conversation| conversation.kind != ConversationKind::Direct);
        let wanted: Vec<Wanted> = groups.map(|group| (group.id, group.member_count)).collect();
        let (mine, others) = self.claim(&wanted);
        if !mine.wanted.is_empty() {
            let counted = timeout(COUNTING_MAX, self.count(&mine.wanted)).await;
            mine.note(counted.ok().flatten().as_ref());
        }
        for mut other in others {
            // It ends when the other request has counted, or has gone.
            let _ = timeout(COUNTING_MAX, other.changed()).await;
        }
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = wanted.iter().filter_map(|(id, _)| match entries.get(id) {
            Some(Entry::Known { count, .. }) => Some((*id, (*count)?)),
            _ => None,
        });
        known.collect()
    }

    /// How many people are online; `None` while that is not known.
    pub async fn total(&self) -> Option<u64> {
        self.presence.online_total().await
    }

    /// What was counted last of a conversation, however long ago.
    #[must_use]
    pub fn last(&self, conversation_id: ConversationId) -> Option<u32> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get(&conversation_id) {
            Some(Entry::Known { count, .. }) => *count,
            _ => None,
        }
    }

    /// Counts groups and rooms, given with the number of their members, whatever is known of them; those that can't be counted are
    /// left out. What was counted is told from now on.
    pub async fn count_now(&self, wanted: &[(ConversationId, u32)]) -> HashMap<ConversationId, u32> {
        let counted = timeout(COUNTING_MAX, self.count(wanted)).await.ok().flatten().unwrap_or_default();
        let until = Instant::now() + KEPT;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (conversation_id, count) in &counted {
            entries.insert(*conversation_id, Entry::Known { count: Some(*count), until });
        }
        counted
    }

    /// Takes on what nobody knows and nobody is at, and tells who is at the others.
    fn claim(&self, wanted: &[Wanted]) -> (Claim<'_>, Vec<watch::Receiver<()>>) {
        let (sender, receiver) = watch::channel(());
        let (mut mine, mut others, now) = (Vec::new(), Vec::new(), Instant::now());
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= REMEMBERED {
            entries.retain(|_, entry| matches!(entry, Entry::Counting(_)));
        }
        for (id, members) in wanted {
            match entries.get(id) {
                Some(Entry::Known { until, .. }) if now < *until => {}
                Some(Entry::Counting(other)) => others.push(other.clone()),
                _ => {
                    entries.insert(*id, Entry::Counting(receiver.clone()));
                    mine.push((*id, *members));
                }
            }
        }
        drop(entries);
        (Claim { counts: self, wanted: mine, _sender: sender }, others)
    }

    async fn count(&self, wanted: &[Wanted]) -> Option<Counts> {
        let online = self.presence.online_total().await?;
        let members: u64 = wanted.iter().map(|(_, members)| u64::from(*members)).sum();
        let is_listed = |(_, members): &&Wanted| *members <= MEMBERS_MAX;
        let counted = if online > ONLINE_MAX || members <= online && wanted.iter().all(|one| is_listed(&one))
        {
            let listed: Vec<Wanted> = wanted.iter().filter(is_listed).copied().collect();
            self.count_members(&listed).await
        } else {
            let ids: Vec<ConversationId> = wanted.iter().map(|(id, _)| *id).collect();
            self.count_people(&ids).await
        };
        counted.unwrap_or_else(|failure| {
            failure.log();
            None
        })
    }

    /// Looks for the members among those who are online.
    async fn count_members(&self, wanted: &[Wanted]) -> Result<Option<Counts>, Failure> {
        let mut counts = Counts::new();
        for part in parts(wanted) {
            let members = self.conversations.member_ids(&part).await?;
            let distinct: HashSet<UserId> = members.values().flatten().copied().collect();
            let distinct: Vec<UserId> = distinct.into_iter().collect();
            let Some(online) = self.presence.online_among(&distinct).await else { return Ok(None) };
            for id in part {
                let members = members.get(&id).map(Vec::as_slice).unwrap_or_default();
                let count = members.iter().filter(|user_id| online.contains(user_id)).count();
                counts.insert(id, u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
        Ok(Some(counts))
    }

    /// Looks for those who are online among the members.
    async fn count_people(&self, conversation_ids: &[ConversationId]) -> Result<Option<Counts>, Failure> {
        let Some(online) = self.presence.online(ONLINE_MAX).await else { return Ok(None) };
        let mut counts: Counts = conversation_ids.iter().map(|id| (*id, 0)).collect();
        for places in conversation_ids.chunks(PLACES_MAX) {
            for people in online.chunks(PEOPLE_MAX) {
                for (id, more) in self.conversations.count_members(places, people).await? {
                    let count = counts.entry(id).or_default();
                    *count = count.saturating_add(more);
                }
            }
        }
        Ok(Some(counts))
    }
}

/// Conversations in parts whose members can be asked for at once.
fn parts(wanted: &[Wanted]) -> Vec<Vec<ConversationId>> {
    let (mut parts, mut part, mut members) = (Vec::new(), Vec::new(), 0_u32);
    for (id, more) in wanted {
        if !part.is_empty() && (part.len() == PLACES_MAX || members.saturating_add(*more) > MEMBERS_MAX) {
            parts.push(std::mem::take(&mut part));
            members = 0;
        }
        part.push(*id);
        members = members.saturating_add(*more);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// What one request has taken on. Dropped, it lets go of what it has not told, and wakes those who wait.
struct Claim<'a> {
    counts: &'a OnlineCounts,
    wanted: Vec<Wanted>,
    _sender: watch::Sender<()>,
}

impl Claim<'_> {
    /// Tells what came of it; without counts, that it could not be counted.
    fn note(self, counts: Option<&Counts>) {
        let now = Instant::now();
        let mut entries = self.counts.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, _) in &self.wanted {
            let count = counts.and_then(|counts| counts.get(id)).copied();
            let until = now + if count.is_some() { KEPT } else { FAILED };
            entries.insert(*id, Entry::Known { count, until });
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut entries = self.counts.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, _) in &self.wanted {
            if matches!(entries.get(id), Some(Entry::Counting(_))) {
                entries.remove(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn parts_are_as_large_as_one_call_takes_and_no_larger() {
        let sizes = |members: &[u32]| {
            let wanted: Vec<Wanted> =
                members.iter().map(|members| (ConversationId::new(&SystemClock), *members)).collect();
            parts(&wanted).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(&[]), [0; 0]);
        assert_eq!(sizes(&[1; 201]), [100, 100, 1]);
        assert_eq!(sizes(&[6000, 4000, 1, 10_000, 10_000]), [2, 1, 1, 1]);
    }
}
