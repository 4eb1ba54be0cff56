//! Durable consumers: each event of a stream is handled until the handler says it is done.

use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt as _;
use pulse_runtime::{Shutdown, trace_context};
use tracing::Instrument as _;

use crate::bus::Bus;
use crate::event::Event;
use crate::streams::{self, StreamSpec};

/// How long a handler may take before NATS gives the event to another replica.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// When a failed event is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(2);

/// Which events a consumer wants.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerSpec {
    /// The stream.
    pub stream: StreamSpec,
    /// Name of the consumer, `<service>-<purpose>`: replicas share it, and it remembers its place.
    pub durable: &'static str,
    /// The one subject it wants.
    pub subject: &'static str,
}

/// Why an event was not handled.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// Handles the events of a consumer one after the other, as a task of `shutdown`. The handler must be safe to run twice on
/// one event; when it fails the event comes again after a second.
pub fn spawn<H, F>(bus: Bus, spec: ConsumerSpec, handler: H, shutdown: &Shutdown)
where
    H: Fn(Event) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), HandlerError>> + Send,
{
    let begun = shutdown.token();
    shutdown.spawn(spec.durable, async move {
        let mut pause = Duration::from_millis(100);
        loop {
            let outcome = tokio::select! {
                outcome = consume(&bus, spec, &handler) => outcome,
                () = begun.cancelled() => return,
            };
            match outcome {
                Ok(()) => pause = Duration::from_millis(100),
                Err(error) => tracing::debug!(%error, consumer = spec.durable, "the consumer starts again"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(RESTART_PAUSE_MAX),
                () = begun.cancelled() => return,
            }
        }
    });
}

async fn consume<H, F>(bus: &Bus, spec: ConsumerSpec, handler: &H) -> Result<(), HandlerError>
where
    H: Fn(Event) -> F,
    F: Future<Output = Result<(), HandlerError>>,
{
    let stream = streams::ensure(bus, spec.stream).await?;
    let config = pull::Config {
        durable_name: Some(spec.durable.to_owned()),
        filter_subject: spec.subject.to_owned(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        ..pull::Config::default()
    };
    // Made, or changed to what it must be: a consumer of an earlier version may have wanted other subjects.
    let consumer = stream.create_consumer(config).await?;
    let mut messages = consumer.messages().await?;
    while let Some(message) = messages.next().await {
        handle(message?, spec, handler).await?;
    }
    Ok(())
}

async fn handle<H, F>(message: Message, spec: ConsumerSpec, handler: &H) -> Result<(), HandlerError>
where
    H: Fn(Event) -> F,
    F: Future<Output = Result<(), HandlerError>>,
{
    let event = match Event::read(&message.message) {
        Ok(event) => event,
        Err(error) => {
            // Nobody will ever be able to read it; a newer version of us has its own consumer.
            tracing::warn!(%error, consumer = spec.durable, "skipped an event");
            return message.ack().await;
        }
    };
    let span = tracing::info_span!(
        "event.consume",
        otel.kind = "consumer",
        event.r#type = event.event_type.as_str(),
        consumer = spec.durable
    );
    trace_context::set_parent(&span, event.traceparent.as_deref().unwrap_or_default());
    match handler(event).instrument(span).await {
        Ok(()) => message.ack().await,
        Err(error) => {
            tracing::warn!(%error, consumer = spec.durable, "an event could not be handled and comes again");
            message.ack_with(AckKind::Nak(Some(RETRY_AFTER))).await
        }
    }
}
