//! What this service publishes; it consumes nothing. Events leave from the outbox, in the transaction of their change.

use prost_types::Timestamp;
use pulse_events::{Event, EventType, subjects};
use pulse_proto::auth::v1 as proto;
use pulse_types::Clock;
use time::OffsetDateTime;

use crate::domain::event::{AccountRegistered, AccountRenamed, DomainEvent, SessionEnded};
use crate::ops::Outgoing;

/// Writes an event as it travels.
pub fn encode(event: &DomainEvent, clock: &dyn Clock) -> Outgoing {
    match event {
        DomainEvent::AccountRegistered(registered) => account_registered(registered, clock),
        DomainEvent::AccountRenamed(renamed) => account_renamed(renamed, clock),
        DomainEvent::SessionEnded(ended) => session_ended(ended, clock),
        DomainEvent::MeChanged { user_id } => Outgoing {
            subjects: vec![subjects::user(*user_id)],
            event: Event::new(EventType::MeChanged, &(), clock),
        },
        DomainEvent::SigningKeyWithdrawn(key_id) => Outgoing {
            subjects: vec![subjects::SIGNING_KEY_WITHDRAWN.to_owned()],
            event: Event::new(
                EventType::SigningKeyWithdrawn,
                &proto::SigningKeyWithdrawn { key_id: key_id.to_string() },
                clock,
            ),
        },
    }
}

fn account_registered(registered: &AccountRegistered, clock: &dyn Clock) -> Outgoing {
    let payload = proto::AccountRegistered {
        user_id: registered.user_id.to_string(),
        username: registered.username.as_str().to_owned(),
        display_name: registered.display_name.as_str().to_owned(),
        registered_at: Some(timestamp(registered.registered_at)),
    };
    Outgoing {
        subjects: vec![subjects::account_registered(registered.user_id)],
        event: Event::new(EventType::AccountRegistered, &payload, clock),
    }
}

fn account_renamed(renamed: &AccountRenamed, clock: &dyn Clock) -> Outgoing {
    let payload = proto::AccountRenamed {
        user_id: renamed.user_id.to_string(),
        username: renamed.username.as_str().to_owned(),
        renamed_at: Some(timestamp(renamed.renamed_at)),
    };
    Outgoing {
        subjects: vec![subjects::account_renamed(renamed.user_id)],
        event: Event::new(EventType::AccountRenamed, &payload, clock),
    }
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: at.unix_timestamp(), nanos: i32::try_from(at.nanosecond()).unwrap_or(0) }
}

fn session_ended(ended: &SessionEnded, clock: &dyn Clock) -> Outgoing {
    let payload =
        proto::SessionEnded { session_id: ended.session_id.to_string(), user_id: ended.user_id.to_string() };
    Outgoing {
        subjects: vec![subjects::SESSION_ENDED.to_owned()],
        event: Event::new(EventType::SessionEnded, &payload, clock),
    }
}
