//! Sessions that ended and signing keys that were withdrawn, without a gap: heard live, and read again from the stream after
//! each start and each return of the bus.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pulse_events::replay::{ReplayError, probe, replay};
use pulse_events::{Bus, BusError, Event, EventType, Subscription, streams, subjects};
use pulse_proto::auth::v1 as auth;
use pulse_runtime::Shutdown;
use pulse_types::{Clock, SessionId, UserId};
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;

use crate::ended::KEEP;

/// How soon it is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// How often the connection is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// How often NATS is asked for a sign of life, for wires that are silent instead of cut.
const PROBE_INTERVAL: Duration = Duration::from_secs(3);
/// How far back a replay reaches beyond what is needed: clocks differ.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a replay may take.
const REPLAY_TIMEOUT: Duration = Duration::from_secs(30);

/// What the bus told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A session ended.
    Ended(UserId, SessionId),
    /// Tokens of some key are refused from now on.
    KeyWithdrawn,
    /// The bus is back, and has told what it kept. Those who publish may still be away.
    Back,
    /// Every end is heard from now on.
    Complete,
    /// Nothing is heard; until then nothing was missed.
    Away(Option<Instant>),
}

/// Why nothing is heard.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the past took too long")]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("the subscription or the connection has ended")]
    Ended,
}

/// What is needed to listen.
pub struct Listener<H> {
    /// The bus.
    pub bus: Bus,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// How long after its return the bus is not yet relied on.
    pub settle: Duration,
    /// Told of everything, in order.
    pub heard: H,
}

/// The last moment of which it is certain that nothing before was missed.
#[derive(Debug, Clone, Copy)]
struct Proof {
    at: Instant,
    time: OffsetDateTime,
}

impl<H: Fn(Heard) + Send + Sync + 'static> Listener<H> {
    /// Listens until the shutdown begins, as a task of it.
    pub fn spawn(self, shutdown: &Shutdown) {
        let begun = shutdown.token();
        shutdown.spawn("events.sessions", async move {
            tokio::select! {
                () = self.run() => {}
                () = begun.cancelled() => {}
            }
        });
    }

    async fn run(self) {
        let mut proof = None;
        loop {
            let Err(error) = self.listen(&mut proof).await;
            tracing::debug!(error = &error as &dyn std::error::Error, "ends of sessions are not heard now");
            (self.heard)(Heard::Away(proof.map(|proof: Proof| proof.at)));
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    /// Hears everything until something is in the way. `proof` is kept up to date once nothing can have been missed.
    async fn listen(&self, proof: &mut Option<Proof>) -> Result<std::convert::Infallible, Deaf> {
        let connections = self.bus.connections();
        let connection = *connections.borrow();
        if !self.bus.is_connected() {
            return Err(Deaf::Ended);
        }
        let mut ended = self.bus.subscribe(subjects::SESSION_ENDED.to_owned()).await?;
        let mut withdrawn = self.bus.subscribe(subjects::SIGNING_KEY_WITHDRAWN.to_owned()).await?;
        let begun_at = self.now();
        let since = proof.map_or(begun_at.time - KEEP, |proof| proof.time) - MARGIN;
        let past = [subjects::SESSION_ENDED, subjects::SIGNING_KEY_WITHDRAWN];
        let told = replay(&self.bus, streams::AUTH, &past, since, |event| self.tell(event));
        let told = tokio::time::timeout(REPLAY_TIMEOUT, told).await??;
        tracing::debug!(events = told, "heard what the bus kept of sessions");
        (self.heard)(Heard::Back);

        let mut candidate = begun_at;
        let mut is_settled = false;
        let mut look = interval(LOOK_INTERVAL);
        let mut probes = interval(PROBE_INTERVAL);
        loop {
            tokio::select! {
                event = next(&mut ended) => self.tell(&event?),
                event = next(&mut withdrawn) => self.tell(&event?),
                _ = probes.tick() => {
                    candidate = self.now();
                    probe(&self.bus, streams::AUTH).await?;
                }
                _ = look.tick() => {}
            }
            if !self.bus.is_connected() || *connections.borrow() != connection {
                return Err(Deaf::Ended);
            }
            if !is_settled && begun_at.at.elapsed() >= self.settle {
                is_settled = true;
                (self.heard)(Heard::Complete);
            }
            if is_settled {
                *proof = Some(candidate);
            }
        }
    }

    fn tell(&self, event: &Event) {
        match read(event) {
            Some(heard) => (self.heard)(heard),
            None => tracing::warn!(event.id = %event.event_id, "skipped an event of a session or key"),
        }
    }

    fn now(&self) -> Proof {
        Proof { at: Instant::now(), time: self.clock.now() }
    }
}

fn interval(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn next(subscription: &mut Subscription) -> Result<Event, Deaf> {
    subscription.next().await.ok_or(Deaf::Ended)
}

fn read(event: &Event) -> Option<Heard> {
    match event.event_type {
        EventType::SessionEnded => {
            let payload: auth::SessionEnded = event.decode().ok()?;
            Some(Heard::Ended(payload.user_id.parse().ok()?, payload.session_id.parse().ok()?))
        }
        EventType::SigningKeyWithdrawn => Some(Heard::KeyWithdrawn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn ends_and_withdrawals_are_read_and_others_are_not() {
        let (user_id, session_id) = (UserId::new(&SystemClock), SessionId::new(&SystemClock));
        let payload = auth::SessionEnded { session_id: session_id.to_string(), user_id: user_id.to_string() };
        let event = Event::new(EventType::SessionEnded, &payload, &SystemClock);
        assert_eq!(read(&event), Some(Heard::Ended(user_id, session_id)));
        assert_eq!(read(&Event { payload: vec![0xff].into(), ..event.clone() }), None);
        let withdrawn = Event { event_type: EventType::SigningKeyWithdrawn, ..event.clone() };
        assert_eq!(read(&withdrawn), Some(Heard::KeyWithdrawn));
        assert_eq!(read(&Event { event_type: EventType::AccountRegistered, ..event }), None);
    }
}
