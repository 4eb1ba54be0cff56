//! One live socket: what it carries, and which conversations it has open.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pulse_rpc::Principal;
use pulse_types::{ConnectionId, ConversationId};

use crate::domain::connection::Transport;
use crate::ws::delivery::Plane;
use crate::ws::queue::Queue;

/// Conversations that one socket may have open. Each costs memory here and a subscription; no page shows as many.
pub const OPEN_MAX: usize = 64;

/// What a socket carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Everything but the conversation plane.
    Inbox,
    /// One conversation.
    Conversation(ConversationId),
}

/// One live socket.
#[derive(Debug)]
pub struct Socket {
    /// Its name.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub principal: Principal,
    /// How it is spoken to.
    pub transport: Transport,
    /// What it carries.
    pub scope: Scope,
    /// What waits to be written.
    pub queue: Queue,
    /// What it has open.
    pub opened: Opened,
}

/// The conversations that a socket has open, at most [`OPEN_MAX`].
#[derive(Debug, Default)]
pub struct Opened(Mutex<Vec<ConversationId>>);

/// A socket has as many conversations open as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyOpen;

impl Socket {
    /// Whether it carries an event of a conversation, or of none, that came on this plane.
    #[must_use]
    pub fn takes(&self, plane: Plane, conversation_id: Option<ConversationId>) -> bool {
        match plane {
            Plane::Inbox => self.scope.carries(conversation_id),
            Plane::Conversation => conversation_id.is_some_and(|id| self.opened.has(id)),
        }
    }
}

impl Scope {
    /// Whether it carries an event of a conversation, or of none.
    #[must_use]
    pub fn carries(self, conversation_id: Option<ConversationId>) -> bool {
        match self {
            Self::All | Self::Inbox => true,
            Self::Conversation(only) => conversation_id == Some(only),
        }
    }

    /// Whether a conversation may be opened on it.
    #[must_use]
    pub fn may_open(self, conversation_id: ConversationId) -> bool {
        match self {
            Self::All => true,
            Self::Inbox => false,
            Self::Conversation(only) => conversation_id == only,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Inbox => f.write_str("inbox"),
            Self::Conversation(conversation_id) => write!(f, "conversation:{conversation_id}"),
        }
    }
}

impl Opened {
    /// Whether this one is open.
    #[must_use]
    pub fn has(&self, conversation_id: ConversationId) -> bool {
        self.lock().contains(&conversation_id)
    }

    /// Adds one; false when it was open.
    pub(in crate::ws) fn add(&self, conversation_id: ConversationId) -> Result<bool, TooManyOpen> {
        let mut opened = self.lock();
        if opened.contains(&conversation_id) {
            return Ok(false);
        }
        if opened.len() >= OPEN_MAX {
            return Err(TooManyOpen);
        }
        opened.push(conversation_id);
        Ok(true)
    }

    /// Takes one out; false when it was not open.
    pub(in crate::ws) fn remove(&self, conversation_id: ConversationId) -> bool {
        let mut opened = self.lock();
        let before = opened.len();
        opened.retain(|open| *open != conversation_id);
        opened.len() < before
    }

    /// All of them; none is open any more.
    pub(in crate::ws) fn take(&self) -> Vec<ConversationId> {
        std::mem::take(&mut *self.lock())
    }

    /// All of them.
    pub(in crate::ws) fn list(&self) -> Vec<ConversationId> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ConversationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn a_socket_has_a_bounded_number_of_conversations_open_and_each_once() {
        let opened = Opened::default();
        let first = ConversationId::new(&SystemClock);
        assert_eq!((opened.add(first), opened.add(first)), (Ok(true), Ok(false)));
        for _ in 1..OPEN_MAX {
            assert_eq!(opened.add(ConversationId::new(&SystemClock)), Ok(true));
        }
        assert_eq!(opened.add(ConversationId::new(&SystemClock)), Err(TooManyOpen));
        assert_eq!(opened.add(first), Ok(false), "what is open stays open");
        assert!(opened.remove(first) && !opened.remove(first) && !opened.has(first));
        assert_eq!(opened.add(first), Ok(true));
        assert_eq!(opened.take().len(), OPEN_MAX);
        assert!(opened.list().is_empty());
    }

    #[test]
    fn a_scope_says_what_may_be_opened() {
        let (one, other) = (ConversationId::new(&SystemClock), ConversationId::new(&SystemClock));
        assert!(Scope::All.may_open(one) && Scope::Conversation(one).may_open(one));
        assert!(!Scope::Inbox.may_open(one) && !Scope::Conversation(one).may_open(other));
    }
}
