//! Publishes `relationship.updated` and `follow.requested` to the inbox planes of the people concerned.

use pulse_events::{Event, EventType, subjects};
use pulse_proto::graph::v1::{FollowRequested, RelationshipUpdated};
use pulse_types::Clock;

use crate::domain::announcement::Announcement;
use crate::grpc::response;
use crate::store::outbox::Addressed;

/// Writes an announcement as an event for its receiver.
#[must_use]
pub fn encode(announcement: Announcement, clock: &dyn Clock) -> Addressed {
    let subject = subjects::user(announcement.receiver());
    let event = match announcement {
        Announcement::FollowRequested { request_id, by, .. } => {
            let payload =
                FollowRequested { request_id: request_id.to_string(), user: Some(response::user(by)) };
            Event::new(EventType::FollowRequested, &payload, clock)
        }
        Announcement::RelationshipUpdated { other, .. } => {
            let user_id = other.profile.user_id.to_string();
            let payload = RelationshipUpdated { user_id, user: Some(response::user(other)) };
            Event::new(EventType::RelationshipUpdated, &payload, clock)
        }
    };
    Addressed { subject, event }
}
