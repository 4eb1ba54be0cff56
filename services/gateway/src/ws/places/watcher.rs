//! A user who looks at a conversation: whether they may, what they are shown, and what is kept for them until that is known.

use std::sync::Arc;

use pulse_types::{ConnectionId, ConversationId, UserId};
use tokio::time::Instant;

use crate::ws::delivery::{Delivery, Effect, Plane};
use crate::ws::frames::{self, Event};
use crate::ws::hub::User;
use crate::ws::queue::Class;

/// Events that are kept for somebody of whom it is being asked whether they may see them. With one more none is kept, and they
/// are told to ask for the changes.
const KEPT_MAX: usize = 256;

/// A user with sockets that look on.
#[derive(Debug)]
pub(super) struct Watcher {
    pub(super) user: Arc<User>,
    /// Which of them.
    pub(super) sockets: Vec<ConnectionId>,
    pub(super) right: Right,
    /// The epoch of the first question about the right that no later doubt has made worthless.
    pub(super) asked_in: Option<u64>,
    /// The other one of a direct.
    pub(super) peer_id: Option<UserId>,
    /// Whether that one's typing is shown.
    pub(super) is_connected: bool,
}

/// Whether a user may see what happens.
#[derive(Debug)]
pub(super) enum Right {
    /// That is being asked; what comes meanwhile is kept.
    Asked(Kept),
    /// They may, and were a member at this version.
    Given(i64),
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    deliveries: Vec<Arc<Delivery>>,
    /// There were too many.
    is_incomplete: bool,
}

impl Watcher {
    /// Whether this user is shown such an event.
    pub(super) fn is_shown(&self, delivery: &Delivery) -> bool {
        match delivery.effect {
            // One's own devices hear of one's own marks on the inbox plane.
            Effect::Marks { user_id } => user_id != self.user.user_id,
            _ => true,
        }
    }

    pub(super) fn let_in(&mut self, conversation_id: ConversationId, version: i64) {
        let given = match &self.right {
            Right::Given(since) => Right::Given(version.max(*since)),
            Right::Asked(_) => Right::Given(version),
        };
        let Right::Asked(kept) = std::mem::replace(&mut self.right, given) else { return };
        let (now, mut ready) = (Instant::now(), Vec::new());
        for delivery in &kept.deliveries {
            self.user.take(Plane::Conversation, delivery, now, &mut ready);
        }
        if kept.is_incomplete {
            let frame = frames::event(&Event::SyncRequired { conversation_ids: Some(&[conversation_id]) });
            self.user.send(&frame, Class::Durable, |socket| socket.opened.has(conversation_id));
        }
    }
}

impl Kept {
    pub(super) fn add(&mut self, delivery: &Arc<Delivery>) {
        if self.is_incomplete || delivery.class == Class::Passing {
            return;
        }
        if self.deliveries.len() >= KEPT_MAX {
            self.is_incomplete = true;
            self.deliveries = Vec::new();
            return;
        }
        self.deliveries.push(Arc::clone(delivery));
    }
}
