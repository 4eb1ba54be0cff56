//! Who may still look on, asked again of message-store whenever something may have been missed: after each return of the bus,
//! and when an event did not come. Until the answer nothing is handed on, so a removal that was not heard lets nothing through.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pulse_types::{ConversationId, UserId};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::clients::MessageStore;
use crate::clients::position::UNREAD_KEYS_MAX;
use crate::ws::hub::Hub;

/// How long the bus may take to confirm that it hears us.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(2);
/// How soon a question that failed is asked again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The conversations of which it is to be asked. There are no more of them than places.
#[derive(Debug, Default)]
pub struct Doubts {
    waiting: Mutex<HashSet<ConversationId>>,
    noted: Notify,
}

/// One question: of whom, where, and at which epoch of the place.
type Doubted = (UserId, ConversationId, u64);

impl Doubts {
    /// It is to be asked who may look at a conversation.
    pub(in crate::ws) fn note(&self, conversation_id: ConversationId) {
        self.put(conversation_id);
        self.noted.notify_one();
    }

    fn put(&self, conversation_id: ConversationId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(conversation_id);
    }

    fn take(&self) -> HashSet<ConversationId> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Asks until the last socket has gone.
pub async fn run(hub: Hub, message_store: MessageStore) {
    let drained = hub.drained();
    let mut connections = hub.bus().connections();
    loop {
        tokio::select! {
            () = hub.doubts().noted.notified() => {}
            changed = connections.changed() => {
                if changed.is_ok() {
                    hub.places().all().iter().for_each(|place| hub.doubt(place));
                }
            }
            () = drained.cancelled() => return,
        }
        if !ask(&hub, &message_store).await {
            tokio::select! {
                () = tokio::time::sleep(RETRY_AFTER) => hub.doubts().noted.notify_one(),
                () = drained.cancelled() => return,
            }
        }
    }
}

/// False when it is to be tried again.
async fn ask(hub: &Hub, message_store: &MessageStore) -> bool {
    let waiting = hub.doubts().take();
    if waiting.is_empty() {
        return true;
    }
    let put_back = || waiting.iter().for_each(|conversation_id| hub.doubts().put(*conversation_id));
    // What is asked must not be older than what will be heard.
    if !matches!(timeout(CONFIRM_TIMEOUT, hub.bus().confirm()).await, Ok(Ok(()))) {
        put_back();
        return false;
    }
    let doubted: Vec<Doubted> = waiting.iter().flat_map(|id| doubted(hub, *id)).collect();
    for part in doubted.chunks(UNREAD_KEYS_MAX) {
        let keys: Vec<_> = part.iter().map(|(user_id, id, _)| (*user_id, *id)).collect();
        match message_store.unread(&keys).await {
            Ok(found) => {
                let members: HashMap<_, _> = found
                    .into_iter()
                    .map(|(user_id, unread)| ((user_id, unread.conversation_id), unread.version))
                    .collect();
                for (user_id, conversation_id, epoch) in part {
                    let version = members.get(&(*user_id, *conversation_id)).copied();
                    settle(hub, (*user_id, *conversation_id, *epoch), version);
                }
            }
            Err(failure) => {
                tracing::debug!(error = %failure, "can't ask who may look on; asking again");
                put_back();
                return false;
            }
        }
    }
    true
}

fn doubted(hub: &Hub, conversation_id: ConversationId) -> Vec<Doubted> {
    let Some(place) = hub.places().find(conversation_id) else { return Vec::new() };
    let (people, epoch) = place.doubted();
    people.into_iter().map(|user_id| (user_id, conversation_id, epoch)).collect()
}

/// Somebody is a member at a version, or is none.
fn settle(hub: &Hub, (user_id, conversation_id, epoch): Doubted, version: Option<i64>) {
    let Some(version) = version else {
        if let Some(user) = hub.user(user_id) {
            hub.end_unheard(&user, conversation_id);
        }
        return;
    };
    if let Some(place) = hub.places().find(conversation_id) {
        place.let_in_again(user_id, epoch, version);
    }
}
