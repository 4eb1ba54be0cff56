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

/// The conversations that a socket has open, at most [`OPEN_MAX`]; none any more once it has gone.
#[derive(Debug, Default)]
pub struct Opened(Mutex<Ids>);

#[derive(Debug, Default)]
struct Ids {
    open: Vec<ConversationId>,
    has_gone: bool,
}

/// A conversation can't be opened on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenRefused {
    /// It has as many open as it may.
    TooMany,
    /// The socket has gone.
    Gone,
}

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
        self.lock().open.contains(&conversation_id)
    }

    /// Adds one; false when it was open.
    pub(in crate::ws) fn add(&self, conversation_id: ConversationId) -> Result<bool, OpenRefused> {
        let mut ids = self.lock();
        if ids.has_gone {
            return Err(OpenRefused::Gone);
        }
        if ids.open.contains(&conversation_id) {
            return Ok(false);
        }
        if ids.open.len() >= OPEN_MAX {
            return Err(OpenRefused::TooMany);
        }
        ids.open.push(conversation_id);
        Ok(true)
    }

    /// Takes one out; false when it was not open.
    pub(in crate::ws) fn remove(&self, conversation_id: ConversationId) -> bool {
        let mut ids = self.lock();
        let before = ids.open.len();
        ids.open.retain(|open| *open != conversation_id);
        ids.open.len() < before
    }

    /// The socket goes: gives all that were open, and none is opened any more.
    pub(in crate::ws) fn end(&self) -> Vec<ConversationId> {
        let mut ids = self.lock();
        ids.has_gone = true;
        std::mem::take(&mut ids.open)
    }

    /// All of them.
    pub(in crate::ws) fn list(&self) -> Vec<ConversationId> {
        self.lock().open.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Ids> {
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
        assert_eq!(opened.add(ConversationId::new(&SystemClock)), Err(OpenRefused::TooMany));
        assert_eq!(opened.add(first), Ok(false), "what is open stays open");
        assert!(opened.remove(first) && !opened.remove(first) && !opened.has(first));
        assert_eq!(opened.add(first), Ok(true));
        assert_eq!(opened.end().len(), OPEN_MAX);
        assert!(opened.list().is_empty());
        assert_eq!(opened.add(first), Err(OpenRefused::Gone), "by a request that comes late");
    }

    #[test]
    fn a_scope_says_what_may_be_opened() {
        let (one, other) = (ConversationId::new(&SystemClock), ConversationId::new(&SystemClock));
        assert!(Scope::All.may_open(one) && Scope::Conversation(one).may_open(one));
        assert!(!Scope::Inbox.may_open(one) && !Scope::Conversation(one).may_open(other));
    }
}
