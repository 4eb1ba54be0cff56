//! Ids: `UUIDv7`, lower case in text, a type of their own for each noun so that one cannot stand for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::{NoContext, Timestamp, Uuid};

use crate::clock::Clock;

/// A text that is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct InvalidId;

fn new_uuid(clock: &dyn Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.nanosecond()))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, ordered by the clock's time.
            #[must_use]
            pub fn new(clock: &dyn Clock) -> Self {
                Self(new_uuid(clock))
            }

            /// The id that a UUID stands for.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for the database.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// When the id was made, to the millisecond; `None` if it is no `UUIDv7`.
            #[must_use]
            pub fn made_at(&self) -> Option<OffsetDateTime> {
                let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
                let at = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?;
                at.replace_nanosecond(nanoseconds).ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // Only the hyphenated form: an id has one spelling on the wire.
                if text.len() != 36 {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

ids! {
    /// A person.
    UserId;
    /// A signed-in device.
    SessionId;
    /// A direct conversation, a group or a room.
    ConversationId;
    /// A message.
    MessageId;
    /// A request to follow.
    FollowRequestId;
    /// A domain event; the same for each delivery of it.
    EventId;
    /// A request to the public API.
    RequestId;
    /// A socket or event stream.
    ConnectionId;
    /// A signing key.
    KeyId;
    /// A mail.
    MailId;
    /// An archive of all data held on a person.
    ExportId;
    /// A file.
    AttachmentId;
    /// A report of a person.
    ReportId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn ids_are_ordered_by_time_and_keep_it() {
        let earlier = UserId::new(&SystemClock);
        std::thread::sleep(std::time::Duration::from_millis(2));
        let later = UserId::new(&SystemClock);
        assert!(earlier < later);
        assert!(earlier.made_at() < later.made_at());
    }

    #[test]
    fn only_the_hyphenated_spelling_is_read() {
        let id = MessageId::new(&SystemClock);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.as_uuid().simple().to_string().parse::<MessageId>(), Err(InvalidId));
        assert_eq!("".parse::<MessageId>(), Err(InvalidId));
    }
}
