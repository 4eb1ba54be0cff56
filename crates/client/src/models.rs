//! Shapes of the contract. Fields that the service adds later are ignored.

mod account;
mod chat;
mod sync;

pub(crate) use account::{ExportStarted, LoginAnswer, RecoveryCodes, Redirection};
pub use account::{
    Identity, Me, MfaChallenge, NewAccount, Profile, Provider, SecurityEvent, Session, SessionInfo,
    TotpSecret,
};
pub(crate) use chat::Reactions;
pub use chat::{
    Attachment, Conversation, ConversationChange, Edit, Marks, Member, Membership, MembershipChange, Message,
    MessagePage, MessageReceipt, NewConversation, NewMessage, Opened, Reaction, Receipt, ReplyTo, Sent,
    SystemNote,
};

pub use sync::{Changes, ConversationSync, Sync};

use pulse_types::{FollowRequestId, UserId};
use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// A person in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserLite {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    pub username: String,
    /// Their shown name.
    pub display_name: String,
    /// Their picture.
    pub avatar_url: Option<String>,
}

/// A person as the caller sees them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    pub username: String,
    /// Their shown name.
    pub display_name: String,
    /// What they say of themselves.
    pub bio: String,
    /// Absent for oneself.
    pub relationship: Option<Relationship>,
}

/// What is between the caller and a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Relationship {
    /// `none`, `requested` or `accepted`.
    pub following: String,
    /// The same in the other direction.
    pub followed_by: String,
    /// Both are accepted.
    pub connected: bool,
}

/// A request that waits for an answer.
#[derive(Debug, Clone, Deserialize)]
pub struct FollowRequest {
    /// Its id.
    pub id: FollowRequestId,
    /// The other one.
    pub user: User,
}

/// Whether a person is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Presence {
    /// Who.
    pub user_id: UserId,
    /// `online`, `away`, `dnd`, `offline` or `unknown`.
    pub status: String,
}

/// Answer of a presence query.
#[derive(Debug, Deserialize)]
pub(crate) struct Presences {
    pub(crate) presences: Vec<Presence>,
}
