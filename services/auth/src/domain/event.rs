//! What happened, for others to hear. How it looks on the wire is in `events.rs`.

use pulse_types::{KeyId, SessionId, UserId};
use time::OffsetDateTime;

use crate::domain::account::{DisplayName, Username};

/// An account was made: who hears of it makes the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRegistered {
    /// Whose account.
    pub user_id: UserId,
    /// What they sign in with, and what their profile is called.
    pub username: Username,
    /// How they want to be shown.
    pub display_name: DisplayName,
    /// When.
    pub registered_at: OffsetDateTime,
}

/// An account has another username.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRenamed {
    /// Whose account.
    pub user_id: UserId,
    /// What it is called now.
    pub username: Username,
    /// When; an older rename than the one known changes nothing.
    pub renamed_at: OffsetDateTime,
}

/// A session ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnded {
    /// The session.
    pub session_id: SessionId,
    /// Who was signed in.
    pub user_id: UserId,
}

/// What this service tells the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainEvent {
    /// An account was made.
    AccountRegistered(AccountRegistered),
    /// An account has another username.
    AccountRenamed(AccountRenamed),
    /// A session ended before its time.
    SessionEnded(SessionEnded),
    /// What `Me` shows has changed; whoever shows it loads it again.
    MeChanged {
        /// Whose `Me`.
        user_id: UserId,
    },
    /// Tokens of a signing key are refused from now on.
    SigningKeyWithdrawn(KeyId),
}
