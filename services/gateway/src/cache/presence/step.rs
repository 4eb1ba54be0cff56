//! What goes into a step and comes out of it, as `step.lua` has it.

use std::collections::BTreeMap;

use pulse_types::UserId;
use serde::Serialize;
use time::OffsetDateTime;

use crate::cache::presence::{Change, Choice, Gone, Outcome};
use crate::domain::{Moment, Presence, PresenceStatus, View};

#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    live: BTreeMap<&'a str, &'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<&'a str, WrittenGone>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    put: BTreeMap<String, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<WrittenChoice>,
}

#[derive(Serialize)]
struct WrittenGone {
    activity: &'static str,
    ago: u64,
}

#[derive(Serialize)]
struct WrittenChoice {
    availability: &'static str,
    shows_presence: bool,
    shows_last_seen: bool,
    seen: i64,
    version: i64,
    made: bool,
}

/// A change as JSON.
pub(super) fn write(change: &Change) -> String {
    let written = Written {
        live: change.live.iter().map(|(id, activity)| (id.as_str(), activity.as_str())).collect(),
        gone: change.gone.iter().map(|gone| (gone.id.as_str(), written_gone(gone))).collect(),
        put: change.put.iter().map(|(session, activity)| (session.to_string(), activity.as_str())).collect(),
        choice: change.choice.as_ref().map(written_choice),
    };
    // Only texts and numbers: it can't fail.
    serde_json::to_string(&written).unwrap_or_default()
}

fn written_gone(gone: &Gone) -> WrittenGone {
    let ago = u64::try_from(gone.at.elapsed().as_millis()).unwrap_or(u64::MAX);
    WrittenGone { activity: gone.activity.as_str(), ago }
}

fn written_choice(Choice { standing, was_made }: &Choice) -> WrittenChoice {
    WrittenChoice {
        availability: standing.availability.as_str(),
        shows_presence: standing.shows_presence,
        shows_last_seen: standing.shows_last_seen,
        seen: standing.last_seen_at.map_or(0, unix_ms),
        version: standing.version,
        made: *was_made,
    }
}

/// What a step has come to: whether it changed something, the view, whether the choice is known, and when they were last seen.
pub(super) fn read(user_id: UserId, told: &[String]) -> Outcome {
    let field = |place: usize| told.get(place).map(String::as_str).unwrap_or_default();
    Outcome {
        user_id,
        view: view(user_id, told.get(1..).unwrap_or_default()),
        has_changed: !field(0).is_empty(),
        is_chosen: !field(4).is_empty(),
        seen_ms: field(5).parse().ok(),
    }
}

/// Status, since when they are gone, and number; `None` without a status.
pub(super) fn view(user_id: UserId, fields: &[String]) -> Option<View> {
    let field = |place: usize| fields.get(place).map(String::as_str).unwrap_or_default();
    let status = match field(0) {
        "online" => PresenceStatus::Online,
        "away" => PresenceStatus::Away,
        "dnd" => PresenceStatus::Dnd,
        "offline" => PresenceStatus::Offline,
        _ => return None,
    };
    let last_seen_at = field(1).parse().ok().and_then(moment);
    let presence = Presence { user_id, status, last_seen_at };
    Some(View { presence, revision: field(2).parse().unwrap_or_default() })
}

/// Whether a lease is that of a live connection.
pub(super) fn is_live(lease: &str) -> bool {
    let id = lease.trim_end_matches("/away");
    id != "left" && !id.ends_with("/put")
}

fn moment(unix_ms: i64) -> Option<Moment> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).ok()?;
    Some(time.into())
}

fn unix_ms(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
