//! Publishes `relationship.updated`, `follow.requested` and `me.changed` to the inbox planes of the people concerned.

use pulse_events::{Event, EventType, subjects};
use pulse_proto::graph::v1::{FollowRequested, RelationshipUpdated};
use pulse_types::Clock;

use crate::domain::announcement::Announcement;
use crate::domain::profile::Seen;
use crate::domain::relationship::Relationship;
use crate::grpc::response;
use crate::store::outbox::Addressed;

/// Writes an announcement as an event for its receivers.
#[must_use]
pub fn encode(announcement: Announcement, clock: &dyn Clock) -> Addressed {
    let subjects = announcement.receivers().iter().copied().map(subjects::user).collect();
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
        Announcement::ProfileUpdated { person, muting, .. } => {
            let user_id = person.user_id.to_string();
            let relationship = Some(Relationship::CONNECTED.mute(muting));
            let seen = Seen { profile: person, relationship };
            let payload = RelationshipUpdated { user_id, user: Some(response::user(seen)) };
            Event::new(EventType::RelationshipUpdated, &payload, clock)
        }
        Announcement::PersonHidden { user_id, .. } => {
            let payload = RelationshipUpdated { user_id: user_id.to_string(), user: None };
            Event::new(EventType::RelationshipUpdated, &payload, clock)
        }
        Announcement::MeChanged { .. } => Event::new(EventType::MeChanged, &(), clock),
    };
    Addressed { subjects, event }
}
