//! What people say of themselves (contract section 7): what lasts, and what belongs to one socket.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::presence::OwnStatus;

/// What a person lets others know; lasts until it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// They are told as they are.
    Free,
    /// Told as not to be disturbed while they are there.
    Dnd,
    /// Told as offline.
    Invisible,
}

/// What one socket tells of the person before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Nobody sits before it.
    Away,
    /// Somebody does.
    Online,
}

/// What lasts of a person's presence, as social-graph keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub user_id: UserId,
    /// What they let others know.
    pub availability: Availability,
    /// Whether others see whether they are there.
    pub shows_presence: bool,
    /// Whether others see when they were.
    pub shows_last_seen: bool,
    /// When others saw them last; `None` when nobody ever did.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Counts the changes of the choices: the larger one is the newer one.
    pub version: i64,
}

impl OwnStatus {
    /// What lasts of it, and what is of the socket alone.
    #[must_use]
    pub const fn parts(self) -> (Availability, Option<Activity>) {
        match self {
            Self::Online => (Availability::Free, Some(Activity::Online)),
            Self::Away => (Availability::Free, Some(Activity::Away)),
            Self::Dnd => (Availability::Dnd, None),
            Self::Invisible => (Availability::Invisible, None),
        }
    }
}

impl Availability {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Dnd => "dnd",
            Self::Invisible => "invisible",
        }
    }
}

impl Activity {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Online => "online",
        }
    }
}
