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
        /// Who is told: people who are connected with the person.
        receivers: Vec<UserId>,
        /// The person.
        person: Profile,
    },
    /// A person is gone.
    PersonErased {
        /// Who is told: those with whom there was something.
        receivers: Vec<UserId>,
        /// Who is gone.
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
            Self::ProfileUpdated { receivers, .. } | Self::PersonErased { receivers, .. } => receivers,
        }
    }
}
