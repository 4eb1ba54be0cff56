//! What lasts of a person's presence. Whether they are there now is known to the gateways alone.

use pulse_types::UserId;
use time::OffsetDateTime;

use super::settings::UnknownChoice;

/// What a person lets others know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// They are told as they are.
    Free,
    /// Told as not to be disturbed while they are there.
    Dnd,
    /// Told as offline.
    Invisible,
}

impl Availability {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Dnd => "dnd",
            Self::Invisible => "invisible",
        }
    }

    /// Reads what is stored.
    ///
    /// # Errors
    /// [`UnknownChoice`] for any other word.
    pub fn parse(text: &str) -> Result<Self, UnknownChoice> {
        match text {
            "free" => Ok(Self::Free),
            "dnd" => Ok(Self::Dnd),
            "invisible" => Ok(Self::Invisible),
            _ => Err(UnknownChoice),
        }
    }
}

/// What a person chose of their presence, and when others saw them last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub user_id: UserId,
    /// What they let others know.
    pub availability: Availability,
    /// Whether connections and members of common groups see whether they are there.
    pub shows_presence: bool,
    /// Whether those see when they were.
    pub shows_last_seen: bool,
    /// When they were last there; `None` when they never were.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Counts the changes of the choices, from 0.
    pub version: i64,
}

/// When somebody was last there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSeen {
    /// Who.
    pub user_id: UserId,
    /// When.
    pub last_seen_at: OffsetDateTime,
}
