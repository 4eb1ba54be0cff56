//! What others see of people, from gateway to gateway. It may be lost: whoever watches reads it again.

use pulse_events::{Bus, BusError, Event, EventType, PublishError, Publisher, Subscription, subjects};
use pulse_proto::gateway::v1 as proto;
use pulse_types::{Clock, UserId};
use time::OffsetDateTime;

use crate::domain::{Presence, PresenceStatus, View};

/// Tells all gateways where somebody watches that person.
///
/// # Errors
/// [`PublishError`] while the bus is away: nobody was told.
pub async fn announce(bus: &Bus, clock: &dyn Clock, view: &View) -> Result<(), PublishError> {
    let Presence { user_id, status, last_seen_at } = view.presence;
    let changed = proto::PresenceChanged {
        user_id: user_id.to_string(),
        status: written(status).into(),
        last_seen_at_ms: last_seen_at.map_or(0, |moment| unix_ms(moment.as_time())),
        revision: view.revision,
    };
    let event = Event::new(EventType::PresenceChanged, &changed, clock);
    Publisher::new(bus.clone()).publish(subjects::presence(user_id), &event).await
}

/// Listens to what is told of a person. When it returns, nothing that is told from then on is missed.
///
/// # Errors
/// When the bus can't be reached.
pub async fn listen(bus: &Bus, user_id: UserId) -> Result<Subscription, BusError> {
    bus.subscribe(subjects::presence(user_id)).await
}

/// Reads what is told; `None` for what another version of us may mean.
#[must_use]
pub fn read(event: &Event) -> Option<View> {
    if event.event_type != EventType::PresenceChanged {
        return None;
    }
    let changed: proto::PresenceChanged = event.decode().ok()?;
    let status = match changed.status() {
        proto::PresenceStatus::Online => PresenceStatus::Online,
        proto::PresenceStatus::Away => PresenceStatus::Away,
        proto::PresenceStatus::Dnd => PresenceStatus::Dnd,
        proto::PresenceStatus::Offline => PresenceStatus::Offline,
        proto::PresenceStatus::Unspecified => return None,
    };
    let nanos = i128::from(changed.last_seen_at_ms) * 1_000_000;
    let last_seen_at = (changed.last_seen_at_ms > 0)
        .then(|| OffsetDateTime::from_unix_timestamp_nanos(nanos).ok())
        .flatten()
        .map(Into::into);
    let presence = Presence { user_id: changed.user_id.parse().ok()?, status, last_seen_at };
    Some(View { presence, revision: changed.revision })
}

const fn written(status: PresenceStatus) -> proto::PresenceStatus {
    match status {
        PresenceStatus::Online => proto::PresenceStatus::Online,
        PresenceStatus::Away => proto::PresenceStatus::Away,
        PresenceStatus::Dnd => proto::PresenceStatus::Dnd,
        PresenceStatus::Offline => proto::PresenceStatus::Offline,
        PresenceStatus::Unknown => proto::PresenceStatus::Unspecified,
    }
}

fn unix_ms(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;
    use time::macros::datetime;

    use super::*;

    fn told(presence: Presence) -> Option<View> {
        let changed = proto::PresenceChanged {
            user_id: presence.user_id.to_string(),
            status: written(presence.status).into(),
            last_seen_at_ms: presence.last_seen_at.map_or(0, |moment| unix_ms(moment.as_time())),
            revision: 7,
        };
        read(&Event::new(EventType::PresenceChanged, &changed, &SystemClock))
    }

    #[test]
    fn what_is_told_is_read_as_it_was() {
        let user_id = UserId::new(&SystemClock);
        let gone = Some(datetime!(2026-01-31 9:30:00.123 UTC).into());
        for (status, last_seen_at) in [
            (PresenceStatus::Online, None),
            (PresenceStatus::Away, None),
            (PresenceStatus::Dnd, None),
            (PresenceStatus::Offline, gone),
            (PresenceStatus::Offline, None),
        ] {
            let presence = Presence { user_id, status, last_seen_at };
            assert_eq!(told(presence), Some(View { presence, revision: 7 }));
        }
        assert_eq!(told(Presence::unknown(user_id)), None);
    }
}
