//! What people are told live when something between them changes.

use pulse_types::{FollowRequestId, UserId};

use super::profile::{Profile, Seen};

/// One event, for one person or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// Somebody asks to follow the receiver.
    FollowRequested {
        /// Who is asked.
        receiver: UserId,
        /// The request.
        request_id: FollowRequestId,
        /// Who asks, as the receiver sees them.
        by: Seen,
    },
    /// What is between the receiver and another person changed.
    RelationshipUpdated {
        /// Who is told.
        receiver: UserId,
        /// The other one, as the receiver sees them.
        other: Seen,
    },
    /// A person is shown differently.
    ProfileUpdated {
        /// Who is told: people who are connected with the person, and all mute them or none of them does.
        receivers: Vec<UserId>,
        /// The person.
        person: Profile,
        /// Whether the receivers mute them.
        muting: bool,
    },
    /// A person can't be seen (any more): they block the receiver, or are gone.
    PersonHidden {
        /// Who is told.
        receivers: Vec<UserId>,
        /// Who can't be seen.
        user_id: UserId,
    },
    /// What a person sees of themselves changed.
    MeChanged {
        /// Who is told.
        receiver: UserId,
    },
}

impl Announcement {
    /// Who is told.
    #[must_use]
    pub fn receivers(&self) -> &[UserId] {
        match self {
            Self::FollowRequested { receiver, .. }
            | Self::RelationshipUpdated { receiver, .. }
            | Self::MeChanged { receiver } => std::slice::from_ref(receiver),
            Self::ProfileUpdated { receivers, .. } | Self::PersonHidden { receivers, .. } => receivers,
        }
    }
}
