//! Answers and events of the services behind, turned into the shapes of the public contract. An answer that can't be is a
//! fault of ours: `internal`.

pub mod conversation;
pub mod live;
pub mod message;

pub use conversation::{conversation, member};
pub use message::{attachment, event_message, message, reactions};

use std::str::FromStr;

use prost_types::Timestamp;
use pulse_proto::auth::v1 as auth;
use pulse_proto::common::v1::Person;
use pulse_proto::graph::v1 as graph;
use pulse_proto::messages::v1 as messages;
use pulse_rpc::Failure;
use time::OffsetDateTime;

use crate::domain::session::Account;
use crate::domain::user::{FollowRequest, FollowState, Relationship, Settings, User, UserLite};
use crate::domain::{Marks, Moment};

/// A field that a service left out or filled with what it can't hold.
fn corrupt(field: &'static str) -> Failure {
    Failure::internal(format!("a service answered without a usable `{field}`"))
}

/// `None` for an empty text: how protobuf says that there is none.
#[must_use]
pub fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Reads an id.
///
/// # Errors
/// `internal` when it is none.
pub fn id<T: FromStr>(field: &'static str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| corrupt(field))
}

fn optional_id<T: FromStr>(field: &'static str, text: &str) -> Result<Option<T>, Failure> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// Reads a moment that must be there.
///
/// # Errors
/// `internal` when it is absent or out of range.
pub fn moment(field: &'static str, timestamp: Option<Timestamp>) -> Result<Moment, Failure> {
    let timestamp = timestamp.ok_or_else(|| corrupt(field))?;
    let nanoseconds = u32::try_from(timestamp.nanos).map_err(|_| corrupt(field))?;
    let time = OffsetDateTime::from_unix_timestamp(timestamp.seconds).map_err(|_| corrupt(field))?;
    time.replace_nanosecond(nanoseconds).map(Moment::from).map_err(|_| corrupt(field))
}

/// Reads a moment that may be absent.
///
/// # Errors
/// `internal` when it is out of range.
pub fn optional_moment(field: &'static str, timestamp: Option<Timestamp>) -> Result<Option<Moment>, Failure> {
    timestamp.map(|timestamp| moment(field, Some(timestamp))).transpose()
}

/// A moment as protobuf has it.
#[must_use]
pub fn timestamp(moment: Moment) -> Timestamp {
    let time = moment.as_time();
    Timestamp { seconds: time.unix_timestamp(), nanos: i32::try_from(time.nanosecond()).unwrap_or_default() }
}

/// Reads what auth knows of a person.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn account(account: Option<auth::Account>) -> Result<Account, Failure> {
    let account = account.ok_or_else(|| corrupt("account"))?;
    Ok(Account {
        user_id: id("account.user_id", &account.user_id)?,
        username: account.username,
        email: filled(account.email),
        email_verified: account.email_verified,
        pending_email: filled(account.pending_email),
        has_password: account.has_password,
        totp_enabled: account.totp_enabled,
        roles: account.roles,
        created_at: moment("account.created_at", account.created_at)?,
    })
}

/// Reads a person as the caller sees them.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn user(user: Option<graph::User>) -> Result<User, Failure> {
    let user = user.ok_or_else(|| corrupt("user"))?;
    Ok(User {
        id: id("user.user_id", &user.user_id)?,
        username: user.username,
        display_name: user.display_name,
        avatar_url: filled(user.avatar_url),
        bio: user.bio,
        created_at: moment("user.created_at", user.created_at)?,
        relationship: user.relationship.map(|found| relationship(Some(found))).transpose()?,
    })
}

/// Reads what is between the caller and a person.
///
/// # Errors
/// `internal` when it is absent or a state is unknown.
pub fn relationship(found: Option<graph::Relationship>) -> Result<Relationship, Failure> {
    let found = found.ok_or_else(|| corrupt("relationship"))?;
    Ok(Relationship {
        following: follow_state(found.following())?,
        followed_by: follow_state(found.followed_by())?,
        connected: found.connected,
        blocking: found.blocking,
        muting: found.muting,
    })
}

fn follow_state(state: graph::FollowState) -> Result<FollowState, Failure> {
    match state {
        graph::FollowState::None => Ok(FollowState::None),
        graph::FollowState::Requested => Ok(FollowState::Requested),
        graph::FollowState::Accepted => Ok(FollowState::Accepted),
        graph::FollowState::Unspecified => Err(corrupt("relationship.following")),
    }
}

/// Reads a request that waits for an answer.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn follow_request(entry: graph::FollowRequestEntry) -> Result<FollowRequest, Failure> {
    Ok(FollowRequest {
        id: id("request_id", &entry.request_id)?,
        user: user(entry.user)?,
        created_at: moment("created_at", entry.created_at)?,
    })
}

/// Reads what a person chose.
#[must_use]
pub fn settings(settings: graph::Settings) -> Settings {
    Settings {
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
    }
}

/// Reads the little that is shown of a person.
///
/// # Errors
/// `internal` when a field is corrupt.
pub fn person(person: Person) -> Result<UserLite, Failure> {
    Ok(UserLite {
        id: id("person.user_id", &person.user_id)?,
        username: person.username,
        display_name: person.display_name,
        avatar_url: filled(person.avatar_url),
    })
}

/// Reads a member's marks.
///
/// # Errors
/// `internal` when they are absent.
pub fn marks(found: Option<messages::Marks>) -> Result<Marks, Failure> {
    let found = found.ok_or_else(|| corrupt("marks"))?;
    Ok(Marks {
        delivered_seq: found.delivered_seq,
        read_seq: found.read_seq,
        unread_count: found.unread_count,
        mention_count: found.mention_count,
        total_unread: found.total_unread,
    })
}
