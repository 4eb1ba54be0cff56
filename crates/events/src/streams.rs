//! The durable streams, each named after the service that owns its events.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, Stream};

use crate::bus::Bus;

/// A stream as it must be.
#[derive(Debug, Clone, Copy)]
pub struct StreamSpec {
    /// Name of the stream.
    pub name: &'static str,
    /// Subjects it keeps.
    pub subjects: &'static [&'static str],
    /// How long it keeps an event.
    pub max_age: Duration,
}

/// Events of auth.
pub const AUTH: StreamSpec = StreamSpec {
    name: "AUTH",
    subjects: &["pulse.v1.event.account.>", "pulse.v1.event.session.>", "pulse.v1.event.signing_key.>"],
    max_age: Duration::from_secs(7 * 24 * 3600),
};

/// The stream could not be made or changed.
#[derive(Debug, thiserror::Error)]
#[error("the stream can't be prepared")]
pub struct StreamError(#[from] jetstream::context::CreateStreamError);

/// Makes the stream, or changes it to what it must be.
///
/// # Errors
/// [`StreamError`] when NATS is down or refuses.
pub async fn ensure(bus: &Bus, spec: StreamSpec) -> Result<Stream, StreamError> {
    let context = jetstream::new(bus.client().clone());
    let config = Config {
        name: spec.name.to_owned(),
        subjects: spec.subjects.iter().map(ToString::to_string).collect(),
        max_age: spec.max_age,
        ..Config::default()
    };
    let stream = context.get_or_create_stream(config.clone()).await?;
    if stream.cached_info().config.subjects != config.subjects
        || stream.cached_info().config.max_age != config.max_age
    {
        context.create_or_update_stream(config).await?;
    }
    Ok(stream)
}

/// Why a stream did not forget.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// It can't be reached.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// It refused, or did not answer.
    #[error("the stream did not forget its events")]
    Purge(#[from] async_nats::jetstream::stream::PurgeError),
}

/// Deletes the events of a stream whose subject matches `filter`; when there are none, nothing happens.
///
/// # Errors
/// [`ForgetError`]; some may be gone by then.
pub async fn forget(bus: &Bus, spec: StreamSpec, filter: String) -> Result<(), ForgetError> {
    ensure(bus, spec).await?.purge().filter(filter).await?;
    Ok(())
}

/// Makes the stream as soon as NATS can be reached, as a task of `shutdown`. What is published before stays in its outbox.
pub fn ensure_in_background(bus: Bus, spec: StreamSpec, shutdown: &pulse_runtime::Shutdown) {
    let begun = shutdown.token();
    shutdown.spawn("events.stream", async move {
        let mut pause = Duration::from_millis(100);
        loop {
            // While NATS is away the request waits for its timeout; a shutdown does not.
            let prepared = tokio::select! {
                prepared = ensure(&bus, spec) => prepared,
                () = begun.cancelled() => return,
            };
            let Err(error) = prepared else { return };
            tracing::debug!(%error, stream = spec.name, "the stream can't be prepared yet");
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(2)),
                () = begun.cancelled() => return,
            }
        }
    });
}
