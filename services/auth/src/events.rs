//! What this service publishes; it consumes nothing. Events leave from the outbox, in the transaction of their change.

use prost_types::Timestamp;
use pulse_events::{Event, EventType, subjects};
use pulse_proto::auth::v1 as proto;
use pulse_types::{Clock, UserId};
use time::OffsetDateTime;

use crate::domain::account::{DisplayName, Username};
use crate::domain::session::Session;

/// An account was made: who hears of it makes the profile.
#[derive(Debug, Clone)]
pub struct AccountRegistered {
    /// Whose account.
    pub user_id: UserId,
    /// What they sign in with, and what their profile is called.
    pub username: Username,
    /// How they want to be shown.
    pub display_name: DisplayName,
    /// When.
    pub registered_at: OffsetDateTime,
}

/// An event with the subjects it goes to.
pub(crate) type Addressed = (Vec<String>, Event);

/// `pulse.v1.event.account.registered`.
pub(crate) fn account_registered(registered: &AccountRegistered, clock: &dyn Clock) -> Addressed {
    let payload = proto::AccountRegistered {
        user_id: registered.user_id.to_string(),
        username: registered.username.as_str().to_owned(),
        display_name: registered.display_name.as_str().to_owned(),
        registered_at: Some(timestamp(registered.registered_at)),
    };
    (vec![subjects::ACCOUNT_REGISTERED.to_owned()], Event::new(EventType::AccountRegistered, &payload, clock))
}

/// `pulse.v1.event.session.ended`.
pub(crate) fn session_ended(session: &Session, clock: &dyn Clock) -> Addressed {
    let payload =
        proto::SessionEnded { session_id: session.session_id.to_string(), user_id: session.user_id.to_string() };
    (vec![subjects::SESSION_ENDED.to_owned()], Event::new(EventType::SessionEnded, &payload, clock))
}

/// A moment on the wire.
pub(crate) fn timestamp(moment: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: moment.unix_timestamp(), nanos: i32::try_from(moment.nanosecond()).unwrap_or(0) }
}
