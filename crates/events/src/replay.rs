//! What a stream has kept since a moment: for memories that a process builds anew, and for what it missed while the bus was away.
//!
//! Subscribe first, then replay: what is published in between comes twice, and nothing is missed.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::StreamExt as _;
use time::OffsetDateTime;

use crate::bus::Bus;
use crate::event::Event;
use crate::streams::{self, StreamError, StreamSpec};

/// Events asked for at once.
const BATCH: u64 = 500;
/// How long NATS may take for one batch, or to tell that it is there.
const TIMEOUT: Duration = Duration::from_secs(3);
/// NATS forgets a consumer that nobody asks any more after this time.
const FORGET_AFTER: Duration = Duration::from_secs(30);

/// The past could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The stream is not there and can't be made.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// NATS does not let us read it.
    #[error("the stream can't be read")]
    Consumer(#[from] jetstream::stream::ConsumerError),
    /// A batch was refused.
    #[error("the stream gave no events")]
    Batch(#[from] pull::BatchError),
    /// NATS did not answer in time, or broke off.
    #[error("the stream broke off with {0} events to come")]
    BrokenOff(u64),
}

/// Hands each event of `subjects` that the stream got since then to `heard`, in order. Returns how many there were, once all
/// that was there when it began has been handed on. Events that nobody can read are skipped.
///
/// # Errors
/// [`ReplayError`]: some may have been handed on.
pub async fn replay(
    bus: &Bus,
    spec: StreamSpec,
    subjects: &[&str],
    since: OffsetDateTime,
    mut heard: impl FnMut(&Event),
) -> Result<u64, ReplayError> {
    let stream = streams::ensure(bus, spec).await?;
    let config = pull::Config {
        deliver_policy: DeliverPolicy::ByStartTime { start_time: since },
        filter_subjects: subjects.iter().map(ToString::to_string).collect(),
        ack_policy: AckPolicy::None,
        inactive_threshold: FORGET_AFTER,
        memory_storage: true,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await?;
    let total = consumer.cached_info().num_pending;
    let mut left = total;
    while left > 0 {
        let size = usize::try_from(left.min(BATCH)).unwrap_or(usize::MAX);
        let mut batch = consumer.fetch().max_messages(size).expires(TIMEOUT).messages().await?;
        let before = left;
        while let Ok(Some(Ok(message))) = tokio::time::timeout(TIMEOUT, batch.next()).await {
            left = left.saturating_sub(1);
            match Event::read(&message) {
                Ok(event) => heard(&event),
                Err(error) => tracing::debug!(%error, "skipped an event of the past"),
            }
        }
        if left == before {
            return Err(ReplayError::BrokenOff(left));
        }
    }
    Ok(total)
}

/// Asks NATS for a sign of life of the stream: whatever was published before the answer has been sent to us.
///
/// # Errors
/// [`ReplayError`] when there is no answer in time.
pub async fn probe(bus: &Bus, spec: StreamSpec) -> Result<(), ReplayError> {
    let asked = tokio::time::timeout(TIMEOUT, streams::ensure(bus, spec)).await;
    asked.map_err(|_| ReplayError::BrokenOff(0))?.map(drop).map_err(ReplayError::Stream)
}
