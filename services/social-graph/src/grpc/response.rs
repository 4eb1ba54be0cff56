//! Domain values turned into messages of the wire.

use prost_types::Timestamp;
use pulse_proto::common::v1::PageInfo;
use pulse_proto::graph::v1 as proto;
use pulse_types::CursorKey;
use serde::Serialize;
use time::OffsetDateTime;

use crate::domain::profile::{Profile, Seen};
use crate::domain::relationship::{FollowState, Relationship};
use crate::domain::report::Report;
use crate::domain::settings::Settings;
use crate::domain::standing::{Availability, Standing};
use crate::ops::follow_request::Entry;

/// A person as somebody sees them.
#[must_use]
pub fn user(seen: Seen) -> proto::User {
    proto::User { relationship: seen.relationship.map(relationship), ..profile(seen.profile) }
}

/// A person, to themselves.
pub(super) fn profile(profile: Profile) -> proto::User {
    proto::User {
        user_id: profile.user_id.to_string(),
        username: profile.username,
        display_name: profile.display_name,
        avatar_url: profile.avatar_url,
        bio: profile.bio,
        created_at: Some(timestamp(profile.created_at)),
        relationship: None,
    }
}

/// What is between two people, as one of them sees it.
pub(super) fn relationship(relationship: Relationship) -> proto::Relationship {
    proto::Relationship {
        following: follow_state(relationship.following).into(),
        followed_by: follow_state(relationship.followed_by).into(),
        connected: relationship.is_connected(),
        blocking: relationship.blocking,
        muting: relationship.muting,
    }
}

/// What a person chose.
pub(super) fn settings(settings: Settings) -> proto::Settings {
    proto::Settings {
        discoverable: settings.discoverable,
        who_can_follow: settings.who_can_follow.as_str().to_owned(),
        approve_follows: settings.approve_follows,
        show_presence: settings.show_presence.as_str().to_owned(),
        show_last_seen: settings.show_last_seen.as_str().to_owned(),
        send_read_receipts: settings.send_read_receipts,
        send_typing: settings.send_typing,
        notification_level: settings.notification_level.as_str().to_owned(),
        theme: settings.theme.as_str().to_owned(),
        locale: settings.locale,
    }
}

/// What lasts of a person's presence.
pub(super) fn standing(standing: Standing) -> proto::Standing {
    let availability = match standing.availability {
        Availability::Free => proto::Availability::Free,
        Availability::Dnd => proto::Availability::Dnd,
        Availability::Invisible => proto::Availability::Invisible,
    };
    proto::Standing {
        user_id: standing.user_id.to_string(),
        availability: availability.into(),
        shows_presence: standing.shows_presence,
        shows_last_seen: standing.shows_last_seen,
        last_seen_at: standing.last_seen_at.map(timestamp),
        version: standing.version,
    }
}

/// A request that waits.
pub(super) fn follow_request(entry: Entry) -> proto::FollowRequestEntry {
    proto::FollowRequestEntry {
        request_id: entry.request_id.to_string(),
        user: Some(user(entry.other)),
        created_at: Some(timestamp(entry.created_at)),
    }
}

/// A report in the queue.
pub(super) fn report(report: Report) -> proto::Report {
    proto::Report {
        report_id: report.report_id.to_string(),
        reporter_id: report.reporter_id.map(|id| id.to_string()).unwrap_or_default(),
        user_id: report.user_id.to_string(),
        username: report.username.unwrap_or_default(),
        message_id: report.message_id.map(|id| id.to_string()).unwrap_or_default(),
        reason: report.reason,
        detail: report.detail,
        created_at: Some(timestamp(report.created_at)),
        resolved_at: report.resolved_at.map(timestamp),
        note: report.note,
    }
}

/// Where the list named `list` goes on.
pub(super) fn page_info<P: Serialize>(next: Option<&P>, cursors: &CursorKey, list: &str) -> PageInfo {
    PageInfo { next_cursor: next.map(|position| cursors.seal(list, position)).unwrap_or_default() }
}

const fn follow_state(state: FollowState) -> proto::FollowState {
    match state {
        FollowState::None => proto::FollowState::None,
        FollowState::Requested => proto::FollowState::Requested,
        FollowState::Accepted => proto::FollowState::Accepted,
    }
}

fn timestamp(moment: OffsetDateTime) -> Timestamp {
    // Below a billion by definition.
    Timestamp { seconds: moment.unix_timestamp(), nanos: i32::try_from(moment.nanosecond()).unwrap_or(0) }
}
