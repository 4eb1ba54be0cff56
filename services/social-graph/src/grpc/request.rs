//! Requests turned into domain values.

use pulse_proto::common::v1::PageRequest;
use pulse_proto::graph::v1::get_user_request::By;
use pulse_proto::graph::v1::{
    self as proto, CreateProfileRequest, CreateReportRequest, FollowDirection, RenameProfileRequest,
    UpdateOwnProfileRequest,
};
use pulse_rpc::Failure;
use pulse_types::clock::to_millisecond;
use pulse_types::{CursorKey, UserId};
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

use super::failure;
use crate::domain::fault::Fault;
use crate::domain::page::Limit;
use crate::domain::profile::{DisplayName, NewProfile, Username};
use crate::domain::profile_change::{ProfileChange, Wanted, WantedSettings};
use crate::domain::report::{self, NewReport};
use crate::domain::standing::{Availability, LastSeen};
use crate::ops::follow_request::Direction;
use crate::ops::profile::Key;

/// People who are asked for at once.
const USERS_MAX: usize = 200;

/// A profile to make.
///
/// # Errors
/// The first field that is not as it must be.
pub fn new_profile(request: &CreateProfileRequest) -> Result<NewProfile, Fault> {
    let username = Username::parse(&request.username)?;
    let display_name = DisplayName::parse(&request.display_name, &username)?;
    let created_at = request.created_at.as_ref().and_then(moment);
    let created_at =
        created_at.ok_or(Fault::new("created_at", "required", "say when the account was made"))?;
    Ok(NewProfile { user_id: user_id(&request.user_id)?, username, display_name, created_at })
}

/// A change of a profile.
///
/// # Errors
/// All fields that are not as they must be.
pub(super) fn profile_change(request: UpdateOwnProfileRequest) -> Result<ProfileChange, Failure> {
    let settings = request.settings.unwrap_or_default();
    let wanted = Wanted {
        display_name: request.display_name,
        bio: request.bio,
        avatar_url: request.avatar_url,
        settings: WantedSettings {
            discoverable: settings.discoverable,
            who_can_follow: settings.who_can_follow,
            approve_follows: settings.approve_follows,
            show_presence: settings.show_presence,
            show_last_seen: settings.show_last_seen,
            send_read_receipts: settings.send_read_receipts,
            send_typing: settings.send_typing,
            notification_level: settings.notification_level,
            theme: settings.theme,
            locale: settings.locale,
        },
    };
    wanted.check().map_err(failure::validation)
}

/// Who takes which username, and since when.
///
/// # Errors
/// The first field that is not as it must be.
pub fn rename(request: &RenameProfileRequest) -> Result<(UserId, Username, OffsetDateTime), Fault> {
    let renamed_at = request.renamed_at.as_ref().and_then(moment);
    let renamed_at =
        renamed_at.ok_or(Fault::new("renamed_at", "required", "say when the account was renamed"))?;
    Ok((user_id(&request.user_id)?, Username::parse(&request.username)?, renamed_at))
}

/// The id of a person.
///
/// # Errors
/// A fault on `user_id` when it is no UUID.
pub(super) fn user_id(text: &str) -> Result<UserId, Fault> {
    text.parse().map_err(|_| Fault::new("user_id", "invalid", "an id is a UUID"))
}

/// The ids of several people.
///
/// # Errors
/// A fault on `user_ids` when there are too many, or one is no UUID.
pub(super) fn user_ids(texts: &[String]) -> Result<Vec<UserId>, Fault> {
    if texts.len() > USERS_MAX {
        return Err(Fault::new("user_ids", "too_many", "ask for at most 200 people at once"));
    }
    let ids = texts.iter().map(|text| text.parse().ok()).collect::<Option<_>>();
    ids.ok_or(Fault::new("user_ids", "invalid", "an id is a UUID"))
}

/// What somebody lets others know.
///
/// # Errors
/// A fault on `availability` when it is none.
pub(super) fn availability(chosen: proto::Availability) -> Result<Availability, Fault> {
    match chosen {
        proto::Availability::Free => Ok(Availability::Free),
        proto::Availability::Dnd => Ok(Availability::Dnd),
        proto::Availability::Invisible => Ok(Availability::Invisible),
        proto::Availability::Unspecified => {
            Err(Fault::new("availability", "required", "say whether you may be disturbed or seen"))
        }
    }
}

/// When people were last there.
///
/// # Errors
/// A fault on `seen` when there are too many, or one has no id or moment.
pub(super) fn last_seen(seen: &[proto::LastSeen]) -> Result<Vec<LastSeen>, Fault> {
    if seen.len() > USERS_MAX {
        return Err(Fault::new("seen", "too_many", "tell of at most 200 people at once"));
    }
    let read = |seen: &proto::LastSeen| {
        let last_seen_at = seen.last_seen_at.as_ref().and_then(moment)?;
        Some(LastSeen { user_id: seen.user_id.parse().ok()?, last_seen_at })
    };
    let read = seen.iter().map(read).collect::<Option<_>>();
    read.ok_or(Fault::new("seen", "invalid", "an id is a UUID, and each has a moment"))
}

/// A report to make.
///
/// # Errors
/// All fields that are not as they must be.
pub(super) fn new_report(request: &CreateReportRequest) -> Result<NewReport, Failure> {
    let user_id = user_id(&request.user_id);
    let message_id = match request.message_id.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Fault::new("message_id", "invalid", "an id is a UUID")),
    };
    let reason = report::Reason::parse(&request.reason);
    let detail = report::Text::parse("detail", &request.detail);
    match (user_id, message_id, reason, detail) {
        (Ok(user_id), Ok(message_id), Ok(reason), Ok(detail)) => {
            Ok(NewReport { user_id, message_id, reason, detail })
        }
        (user_id, message_id, reason, detail) => {
            let faults = [user_id.err(), message_id.err(), reason.err(), detail.err()];
            Err(failure::validation(faults.into_iter().flatten().collect()))
        }
    }
}

/// By what a person is looked up.
pub(super) fn key(by: Option<By>) -> Result<Key, Fault> {
    match by {
        Some(By::UserId(text)) => Ok(Key::Id(user_id(&text)?)),
        // What can't be a username is nobody's, and the lookup says so. The one character that PostgreSQL can't take is
        // replaced by another that no username has.
        Some(By::Username(text)) => Ok(Key::Username(text.to_lowercase().replace('\0', " "))),
        None => Err(Fault::new("user_id", "required", "name a person by id or username")),
    }
}

/// Whose requests are listed.
pub(super) fn direction(number: i32) -> Result<Direction, Fault> {
    match FollowDirection::try_from(number) {
        Ok(FollowDirection::Unspecified | FollowDirection::Incoming) => Ok(Direction::Incoming),
        Ok(FollowDirection::Outgoing) => Ok(Direction::Outgoing),
        Err(_) => Err(Fault::new("direction", "invalid", "a direction is incoming or outgoing")),
    }
}

/// How much is wanted of the list named `list`, and from where: the default position without a cursor. A cursor serves
/// pages of one size.
pub(super) fn page<P>(
    request: Option<PageRequest>,
    cursors: &CursorKey,
    list: &str,
) -> Result<(Limit, P), Failure>
where
    P: DeserializeOwned + Default,
{
    let request = request.unwrap_or_default();
    let limit = Limit::parse(request.limit)?;
    let after = match request.cursor.as_str() {
        "" => P::default(),
        cursor => cursors.open(&sized(list, limit), cursor).map_err(failure::cursor)?,
    };
    Ok((limit, after))
}

/// The name of a list that is read in pages of this size.
pub(super) fn sized(list: &str, limit: Limit) -> String {
    format!("{list}:{}", limit.get())
}

fn moment(timestamp: &prost_types::Timestamp) -> Option<OffsetDateTime> {
    let seconds = OffsetDateTime::from_unix_timestamp(timestamp.seconds).ok()?;
    let nanos = Duration::nanoseconds(i64::from(timestamp.nanos));
    seconds.checked_add(nanos).map(to_millisecond)
}
