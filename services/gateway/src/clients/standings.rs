//! What lasts of people's presence: calls to social-graph's `PresenceService`.

use prost_types::Timestamp;
use pulse_proto::graph::v1 as proto;
use pulse_proto::graph::v1::presence_service_client::PresenceServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::UserId;
use time::OffsetDateTime;

use crate::clients::convert;
use crate::domain::standing::{Availability, Standing};

/// People of one call.
pub const PEOPLE_MAX: usize = 200;

/// Calls social-graph. Clones share the connection.
#[derive(Clone)]
pub struct Standings(PresenceServiceClient<Connection>);

impl Standings {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(PresenceServiceClient::new(connection))
    }

    /// Sets what the caller lets others know; gives their standing, and whether it was another one before.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached, so with all calls below, and before the profile is made.
    pub async fn set(
        &self,
        caller: Principal,
        availability: Availability,
    ) -> Result<(Standing, bool), Failure> {
        let availability = match availability {
            Availability::Free => proto::Availability::Free,
            Availability::Dnd => proto::Availability::Dnd,
            Availability::Invisible => proto::Availability::Invisible,
        };
        let request = proto::SetAvailabilityRequest { availability: availability.into() };
        let answer = self.0.clone().set_availability(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let standing = answer.standing.ok_or_else(|| Failure::internal("social-graph told no standing"))?;
        Ok((read(standing)?, answer.changed))
    }

    /// The standings of people, at most [`PEOPLE_MAX`], in no order; those without a profile are absent.
    ///
    /// # Errors
    /// As above.
    pub async fn list(&self, user_ids: &[UserId]) -> Result<Vec<Standing>, Failure> {
        let user_ids = user_ids.iter().map(UserId::to_string).collect();
        let answer = self.0.clone().list_standings(proto::ListStandingsRequest { user_ids }).await;
        answer.map_err(Failure::from_status)?.into_inner().standings.into_iter().map(read).collect()
    }

    /// Keeps when people, at most [`PEOPLE_MAX`], were last there, as Unix time in ms.
    ///
    /// # Errors
    /// As above.
    pub async fn note_last_seen(&self, seen: &[(UserId, i64)]) -> Result<(), Failure> {
        let seen = seen.iter().map(|(user_id, unix_ms)| proto::LastSeen {
            user_id: user_id.to_string(),
            last_seen_at: Some(timestamp(*unix_ms)),
        });
        let request = proto::NoteLastSeenRequest { seen: seen.collect() };
        self.0.clone().note_last_seen(request).await.map(drop).map_err(Failure::from_status)
    }
}

fn read(standing: proto::Standing) -> Result<Standing, Failure> {
    let availability = match standing.availability() {
        proto::Availability::Free => Availability::Free,
        proto::Availability::Dnd => Availability::Dnd,
        proto::Availability::Invisible => Availability::Invisible,
        proto::Availability::Unspecified => {
            return Err(Failure::internal("social-graph told an unknown availability"));
        }
    };
    Ok(Standing {
        user_id: convert::id("standing.user_id", &standing.user_id)?,
        availability,
        shows_presence: standing.shows_presence,
        shows_last_seen: standing.shows_last_seen,
        last_seen_at: standing.last_seen_at.as_ref().and_then(moment),
        version: standing.version,
    })
}

fn moment(timestamp: &Timestamp) -> Option<OffsetDateTime> {
    let nanos = i128::from(timestamp.seconds) * 1_000_000_000 + i128::from(timestamp.nanos);
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}

fn timestamp(unix_ms: i64) -> Timestamp {
    let nanos = i32::try_from(unix_ms.rem_euclid(1000)).unwrap_or_default() * 1_000_000;
    Timestamp { seconds: unix_ms.div_euclid(1000), nanos }
}
