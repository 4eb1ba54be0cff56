//! Publishing: to a stream when the subject is durable, else to whoever listens now.

use std::time::Duration;

use async_nats::jetstream;

use crate::bus::Bus;
use crate::event::Event;
use crate::outbox::OutboxEntry;
use crate::subjects;

/// How long NATS may take to confirm.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(2);

/// Publishes events.
#[derive(Debug, Clone)]
pub struct Publisher {
    bus: Bus,
    streams: jetstream::Context,
}

/// The event was not published, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The bus is down. Nothing was buffered: an outbox keeps the event.
    #[error("NATS is not connected")]
    Disconnected,
    /// The client refused it.
    #[error("NATS's client refused the event")]
    Client(#[from] async_nats::PublishError),
    /// The stream did not acknowledge it.
    #[error("the stream did not acknowledge the event")]
    Stream(#[from] jetstream::context::PublishError),
    /// What was written was not confirmed in time.
    #[error("NATS did not confirm what was published")]
    Unconfirmed,
}

impl Publisher {
    /// Publishes over this bus.
    #[must_use]
    pub fn new(bus: Bus) -> Self {
        let streams = jetstream::ContextBuilder::new().timeout(CONFIRM_TIMEOUT).build(bus.client().clone());
        Self { bus, streams }
    }

    /// Publishes one event. On a durable subject it returns once the stream has it, else once it is on its way.
    ///
    /// # Errors
    /// [`PublishError`], each variant with its cause.
    pub async fn publish(&self, subject: String, event: &Event) -> Result<(), PublishError> {
        // The client would buffer without end what is stale by the time the server is back.
        if !self.bus.is_connected() {
            return Err(PublishError::Disconnected);
        }
        if subjects::is_durable(&subject) {
            self.streams.publish_with_headers(subject, event.headers(), event.payload.clone()).await?.await?;
        } else {
            self.bus.client().publish_with_headers(subject, event.headers(), event.payload.clone()).await?;
        }
        Ok(())
    }

    /// Publishes entries of an outbox, in order, and waits until NATS has them all.
    ///
    /// # Errors
    /// [`PublishError`]: some of them may have been published; publish them again.
    pub async fn publish_entries(&self, entries: &[OutboxEntry]) -> Result<(), PublishError> {
        for entry in entries {
            for subject in &entry.subjects {
                self.publish(subject.clone(), &entry.event).await?;
            }
        }
        match tokio::time::timeout(CONFIRM_TIMEOUT, self.bus.client().flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(PublishError::Unconfirmed),
        }
    }
}
