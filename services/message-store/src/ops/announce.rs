//! Events on their way: into the outbox with the change, and after the commit to whoever listens now.

use pulse_events::{Event, OutboxEntry, subjects};
use pulse_types::{Clock, ConversationId, UserId};
use tokio::sync::mpsc;

use crate::domain::address::{Addresses, Signer};
use crate::domain::change::Change;
use crate::domain::person::Pair;
use crate::store::outbox::NewEntry;

/// Batches of events that wait to be published. When it is full they stand in the outbox, and the relay finds them.
const WAITING_MAX: usize = 1024;

/// Writes a change as an event; which is what `events/` knows.
pub type Encode = fn(&Change, &Signer, &dyn Clock) -> Event;

/// Hands on what was committed.
#[derive(Debug, Clone)]
pub struct Announcer {
    encode: Encode,
    addresses: Addresses,
    live: mpsc::Sender<Vec<OutboxEntry>>,
}

impl Announcer {
    /// An announcer, and the other end of it.
    #[must_use]
    pub fn new(encode: Encode, addresses: Addresses) -> (Self, mpsc::Receiver<Vec<OutboxEntry>>) {
        let (live, committed) = mpsc::channel(WAITING_MAX);
        (Self { encode, addresses, live }, committed)
    }

    /// The event of a change, to be written beside it.
    #[must_use]
    pub fn entry(&self, change: &Change, subjects: Vec<String>, clock: &dyn Clock) -> NewEntry {
        let signer = self.addresses.signer(clock.now());
        NewEntry { subjects, event: (self.encode)(change, &signer, clock) }
    }

    /// Publishes events that were committed, in their order. Never waits.
    pub fn committed(&self, entries: Vec<OutboxEntry>) {
        if !entries.is_empty() && self.live.try_send(entries).is_err() {
            metrics::counter!("pulse_messages_live_dropped_total").increment(1);
        }
    }
}

/// Subjects of those who see how far somebody has come: the other one of a direct while the two are connected, else whoever
/// looks at the conversation.
pub(super) fn observers(
    conversation_id: ConversationId,
    user_id: UserId,
    pair: Option<(Pair, bool)>,
) -> Vec<String> {
    match pair {
        None => vec![subjects::conversation(conversation_id)],
        Some((_, false)) => Vec::new(),
        Some((pair, true)) => user_subjects(pair.both().into_iter().filter(|other| *other != user_id)),
    }
}

/// The subjects of some people.
pub(super) fn user_subjects(user_ids: impl IntoIterator<Item = UserId>) -> Vec<String> {
    user_ids.into_iter().map(subjects::user).collect()
}
