//! Who is there (contract section 7).

use std::str::FromStr;

use pulse_types::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::moment::Moment;

/// Whether a person is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceStatus {
    /// A socket is open.
    Online,
    /// A socket is open and nobody sits before it.
    Away,
    /// There, and does not want to be disturbed.
    Dnd,
    /// Not there, or may not be seen.
    Offline,
    /// Can't be told just now.
    Unknown,
}

/// What somebody says of themselves: the first two hold for one socket, the others for the user until changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OwnStatus {
    /// There.
    Online,
    /// Nobody sits before it.
    Away,
    /// There, and does not want to be disturbed.
    Dnd,
    /// There, and told to others as offline.
    Invisible,
}

/// A status that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidStatus;

impl FromStr for OwnStatus {
    type Err = InvalidStatus;

    fn from_str(text: &str) -> Result<Self, InvalidStatus> {
        match text {
            "online" => Ok(Self::Online),
            "away" => Ok(Self::Away),
            "dnd" => Ok(Self::Dnd),
            "invisible" => Ok(Self::Invisible),
            _ => Err(InvalidStatus),
        }
    }
}

/// The presence of one person as the caller may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Presence {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// Whether they are there.
    pub status: PresenceStatus,
    /// When they last were; `null` while online and when it may not be seen.
    #[schema(required = true)]
    pub last_seen_at: Option<Moment>,
}

impl Presence {
    /// What is told of somebody who may not be seen, or is not there.
    #[must_use]
    pub const fn offline(user_id: UserId) -> Self {
        Self { user_id, status: PresenceStatus::Offline, last_seen_at: None }
    }

    /// What is told while nothing is known.
    #[must_use]
    pub const fn unknown(user_id: UserId) -> Self {
        Self { user_id, status: PresenceStatus::Unknown, last_seen_at: None }
    }
}

/// What all who may see a person see of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Without what the person hides.
    pub presence: Presence,
    /// Numbers the changes of one person: the larger one is the newer one.
    pub revision: i64,
}
