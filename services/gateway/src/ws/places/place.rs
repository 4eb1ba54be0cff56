//! One conversation here: who looks on, who is only a member, and how far its events have come.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pulse_types::{ConnectionId, ConversationId, UserId};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

use crate::ws::delivery::{Delivery, Plane};
use crate::ws::hub::{Queued, User};
use crate::ws::places::watcher::{Kept, Right, Watcher};
use crate::ws::queue::Class;

/// One conversation that somebody here looks at or, above the fan-out limit, is a member of.
#[derive(Debug)]
pub(in crate::ws) struct Place {
    pub(in crate::ws) conversation_id: ConversationId,
    inner: Mutex<Inner>,
    listening: watch::Receiver<bool>,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct Inner {
    watchers: HashMap<UserId, Watcher>,
    /// Members of a conversation above the fan-out limit.
    members: HashSet<UserId>,
    /// The newest version heard here; 0 before the first.
    head: i64,
    /// Counts the doubts: whoever was let in before the last one is asked about again.
    epoch: u64,
    /// The connection to the bus since the last doubt.
    generation: u64,
}

/// What was answered of somebody who opens a conversation.
#[derive(Debug, Clone, Copy)]
pub(in crate::ws) struct Admission {
    /// They were a member at this version.
    pub(in crate::ws) version: i64,
    /// The other one of a direct.
    pub(in crate::ws) peer_id: Option<UserId>,
    /// Whether the two of a direct are connected.
    pub(in crate::ws) is_connected: bool,
}

impl Place {
    pub(super) fn new(
        conversation_id: ConversationId,
        listening: watch::Receiver<bool>,
        stop: CancellationToken,
    ) -> Self {
        Self { conversation_id, inner: Mutex::default(), listening, stop }
    }

    /// Waits until the conversation's events arrive here, or nobody wants them any more.
    pub(in crate::ws) async fn listening(&self) {
        let mut listening = self.listening.clone();
        let _ = listening.wait_for(|is_listening| *is_listening).await;
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) fn watch(&self, user: &Arc<User>, connection_id: ConnectionId) {
        let mut inner = self.lock();
        let watcher = inner.watchers.entry(user.user_id).or_insert_with(|| Watcher {
            user: Arc::clone(user),
            sockets: Vec::new(),
            right: Right::Asked(Kept::default()),
            asked_in: None,
            peer_id: None,
            is_connected: false,
        });
        if !watcher.sockets.contains(&connection_id) {
            watcher.sockets.push(connection_id);
        }
    }

    /// It is about to be asked whether somebody may look on; the answer counts unless there is a doubt meanwhile.
    pub(in crate::ws) fn begin_asking(&self, user_id: UserId) -> u64 {
        let mut inner = self.lock();
        let epoch = inner.epoch;
        if let Some(watcher) = inner.watchers.get_mut(&user_id) {
            watcher.asked_in.get_or_insert(epoch);
        }
        epoch
    }

    pub(super) fn unwatch(&self, user_id: UserId, connection_id: ConnectionId) {
        let mut inner = self.lock();
        let Some(watcher) = inner.watchers.get_mut(&user_id) else { return };
        watcher.sockets.retain(|socket| *socket != connection_id);
        if watcher.sockets.is_empty() {
            inner.watchers.remove(&user_id);
        }
    }

    pub(super) fn join(&self, user_id: UserId) {
        self.lock().members.insert(user_id);
    }

    pub(super) fn leave(&self, user_id: UserId) {
        self.lock().members.remove(&user_id);
    }

    pub(super) fn end(&self, user_id: UserId, version: i64) {
        let mut inner = self.lock();
        let Some(watcher) = inner.watchers.get(&user_id) else { return };
        // A repeat of what ended before they came back. What is deleted ends at the version that it had.
        if matches!(watcher.right, Right::Given(since) if since > version) {
            return;
        }
        watcher.user.close_everywhere(self.conversation_id);
        inner.watchers.remove(&user_id);
    }

    /// Somebody may look on, as was asked at an epoch. False when they do not look on any more.
    pub(in crate::ws) fn let_in(&self, user_id: UserId, epoch: u64, admission: Admission) -> bool {
        let mut inner = self.lock();
        let is_sure = inner.epoch == epoch;
        let Some(watcher) = inner.watchers.get_mut(&user_id) else { return false };
        watcher.peer_id = admission.peer_id;
        watcher.is_connected = admission.is_connected || admission.peer_id.is_none();
        if is_sure {
            watcher.asked_in = Some(epoch);
            watcher.let_in(self.conversation_id, admission.version);
        }
        true
    }

    /// As [`Place::let_in`], for somebody who looked on before the doubt.
    pub(super) fn let_in_again(&self, user_id: UserId, epoch: u64, version: i64) {
        let mut inner = self.lock();
        if inner.epoch == epoch
            && let Some(watcher) = inner.watchers.get_mut(&user_id)
        {
            watcher.asked_in = Some(epoch);
            watcher.let_in(self.conversation_id, version);
        }
    }

    /// Something may have been missed: until it was asked again who may look on, nothing is handed on. True when somebody is to
    /// be asked about.
    pub(in crate::ws) fn doubt(&self, generation: u64) -> bool {
        let mut inner = self.lock();
        inner.generation = generation;
        inner.epoch += 1;
        for watcher in inner.watchers.values_mut() {
            if matches!(watcher.right, Right::Given(_)) {
                watcher.right = Right::Asked(Kept::default());
            }
        }
        inner.watchers.values().any(|watcher| watcher.asked_in.is_some())
    }

    /// The connection to the bus since the last doubt.
    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Who is to be asked about, and the epoch of it.
    pub(super) fn doubted(&self) -> (Vec<UserId>, u64) {
        let inner = self.lock();
        let asked = inner.watchers.iter().filter(|(_, watcher)| {
            matches!(watcher.right, Right::Asked(_))
                && watcher.asked_in.is_some_and(|asked_in| asked_in < inner.epoch)
        });
        (asked.map(|(user_id, _)| *user_id).collect(), inner.epoch)
    }

    /// Hands an event on to those who look on; tells how many frames that were. `ready` is lent.
    pub(super) fn hand_on(&self, delivery: &Arc<Delivery>, now: Instant, ready: &mut Vec<Queued>) -> u64 {
        let mut inner = self.lock();
        if let Some((_, version)) = delivery.position.version {
            inner.head = inner.head.max(version);
        }
        if delivery.effect.is_on_both_planes() {
            return 0;
        }
        let mut count = 0;
        for watcher in inner.watchers.values_mut().filter(|watcher| watcher.is_shown(delivery)) {
            match &mut watcher.right {
                Right::Given(_) => {
                    count += watcher.user.take(Plane::Conversation, delivery, now, ready);
                }
                Right::Asked(kept) => kept.add(delivery),
            }
        }
        count
    }

    pub(super) fn tell(&self, frame: &Utf8Bytes, class: Class, except: Option<UserId>) {
        for (user_id, watcher) in &self.lock().watchers {
            if Some(*user_id) != except && matches!(watcher.right, Right::Given(_)) {
                watcher.user.send(frame, class, |socket| socket.opened.has(self.conversation_id));
            }
        }
    }

    /// Tells of somebody's typing, for those who may see it now.
    pub(in crate::ws) fn tell_typing(&self, frame: &Utf8Bytes, typist_id: UserId) {
        for (user_id, watcher) in &self.lock().watchers {
            let is_shown = *user_id != typist_id && watcher.is_connected && watcher.user.sees_typing();
            if is_shown && matches!(watcher.right, Right::Given(_)) {
                watcher.user.send(frame, Class::Passing, |socket| socket.opened.has(self.conversation_id));
            }
        }
    }

    pub(super) fn note_connected(&self, user_id: UserId, peer_id: UserId, is_connected: bool) -> bool {
        let mut inner = self.lock();
        let watcher = inner.watchers.get_mut(&user_id);
        let Some(watcher) = watcher.filter(|watcher| watcher.peer_id == Some(peer_id)) else { return false };
        let was_connected = std::mem::replace(&mut watcher.is_connected, is_connected);
        was_connected && !is_connected
    }

    /// All who are to know how much is unread.
    pub(super) fn people(&self) -> Vec<UserId> {
        let inner = self.lock();
        inner.members.iter().chain(inner.watchers.keys()).copied().collect()
    }

    /// The newest version heard here, for somebody who is told of it; else 0.
    pub(in crate::ws) fn head_for(&self, user_id: UserId) -> i64 {
        let inner = self.lock();
        let is_told = inner.members.contains(&user_id) || inner.watchers.contains_key(&user_id);
        if is_told { inner.head } else { 0 }
    }

    pub(super) fn is_watched(&self) -> bool {
        !self.lock().watchers.is_empty()
    }

    pub(super) fn is_deserted(&self) -> bool {
        let inner = self.lock();
        inner.watchers.is_empty() && inner.members.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
