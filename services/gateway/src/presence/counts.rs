//! How many are online in the conversations that sockets here have open, told when it changes: `presence.count`. What has not
//! stirred is not counted, and of many large ones some a second, the longest ago first.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pulse_types::ConversationId;
use tokio::time::MissedTickBehavior;

use crate::clients::membership::PLACES_MAX;
use crate::state::State;
use crate::ws::frames::{self, Event};
use crate::ws::queue::{Class, Key};

/// At most once a second (contract section 7).
const INTERVAL: Duration = Duration::from_secs(1);
/// How often a conversation is counted of which nothing was heard.
const AT_LEAST: Duration = Duration::from_secs(15);
/// How often it is asked again how large a conversation is.
const SIZE_HOLDS: Duration = Duration::from_secs(60);
/// Members, or people online where those are fewer, that are looked at in one second.
const LOOKED_AT_MAX: u64 = 5_000;
/// Conversations that may have stirred; with more all are counted.
const STIRRED_MAX: usize = 1 << 12;

/// Conversations whose members have changed since they were last counted.
#[derive(Debug, Default)]
pub struct Stirred(Mutex<HashSet<ConversationId>>);

impl Stirred {
    /// Somebody came or left.
    pub fn note(&self, conversation_id: ConversationId) {
        let mut stirred = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stirred.len() < STIRRED_MAX {
            stirred.insert(conversation_id);
        }
    }

    fn take(&self) -> HashSet<ConversationId> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is known of one open conversation.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Its members; `None` when it is not counted, as directs are not.
    members: Option<u32>,
    sized_at: Instant,
    told: Option<u32>,
    counted_at: Option<Instant>,
    is_due: bool,
}

/// Counts and tells until the last socket has gone.
pub async fn run(state: Arc<State>) {
    let drained = state.hub.drained();
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut open = HashMap::new();
    let mut stamp = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = drained.cancelled() => return,
        }
        follow(&state, &mut open).await;
        let stirred = state.presence.0.stirred.take();
        if open.is_empty() || !state.presence.is_known() {
            continue;
        }
        let now = state.presence.stirred_at().await;
        let have_all_stirred = now != stamp || stirred.len() >= STIRRED_MAX;
        stamp = now;
        for (conversation_id, known) in &mut open {
            let is_old = known.counted_at.is_some_and(|at| at.elapsed() >= AT_LEAST);
            known.is_due |= have_all_stirred || is_old || stirred.contains(conversation_id);
        }
        count(&state, &mut open).await;
    }
}

/// Forgets what was closed, and asks how large is what was opened.
async fn follow(state: &State, open: &mut HashMap<ConversationId, Open>) {
    let present: HashSet<ConversationId> = state.hub.open_conversations().into_iter().collect();
    open.retain(|conversation_id, _| present.contains(conversation_id));
    let is_known =
        |id: &ConversationId| open.get(id).is_some_and(|known| known.sized_at.elapsed() < SIZE_HOLDS);
    let new: Vec<ConversationId> = present.into_iter().filter(|id| !is_known(id)).collect();
    for part in new.chunks(PLACES_MAX) {
        let sizes = match state.conversations.sizes(part).await {
            Ok(sizes) => sizes,
            Err(failure) => {
                tracing::debug!(error = %failure, "how large conversations are can't be asked now");
                return;
            }
        };
        for conversation_id in part {
            let (members, sized_at) = (sizes.get(conversation_id).copied(), Instant::now());
            open.entry(*conversation_id)
                .and_modify(|known| (known.members, known.sized_at) = (members, sized_at))
                .or_insert_with(|| {
                    // Whoever opened it was told what was counted last.
                    let told = state.online.last(*conversation_id);
                    Open { members, sized_at, told, counted_at: None, is_due: true }
                });
        }
    }
}

/// Counts what is due, and tells what has changed.
async fn count(state: &State, open: &mut HashMap<ConversationId, Open>) {
    let Some(online) = state.online.total().await else { return };
    let mut waiting: Vec<(Option<Instant>, ConversationId, u32)> = open
        .iter()
        .filter(|(_, known)| known.is_due)
        .filter_map(|(conversation_id, known)| Some((known.counted_at, *conversation_id, known.members?)))
        .collect();
    waiting.sort_unstable();
    let mut looked_at = 0_u64;
    let affordable = waiting.into_iter().take_while(|(_, _, members)| {
        let is_first = looked_at == 0;
        looked_at += u64::from(*members).min(online).max(1);
        is_first || looked_at <= LOOKED_AT_MAX
    });
    let due: Vec<(ConversationId, u32)> = affordable.map(|(_, id, members)| (id, members)).collect();
    if due.is_empty() {
        return;
    }
    let counts = state.online.count_now(&due).await;
    for (conversation_id, online_count) in counts {
        let Some(known) = open.get_mut(&conversation_id) else { continue };
        (known.counted_at, known.is_due) = (Some(Instant::now()), false);
        if known.told.replace(online_count) != Some(online_count) {
            let frame = frames::event(&Event::PresenceCount { conversation_id, online_count });
            let class = Class::Latest(Key::OnlineCount(conversation_id));
            state.hub.viewers_tell(conversation_id, &frame, class, None);
        }
    }
}
