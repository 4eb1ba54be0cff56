//! What people are told live when something between them changes.

use pulse_types::{FollowRequestId, UserId};

use super::profile::Seen;

/// One event for one person.
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
}

impl Announcement {
    /// Who is told.
    #[must_use]
    pub const fn receiver(&self) -> UserId {
        match self {
            Self::FollowRequested { receiver, .. } | Self::RelationshipUpdated { receiver, .. } => *receiver,
        }
    }
}
