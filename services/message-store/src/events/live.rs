//! The fast way out: what was committed is published at once, and its outbox rows are deleted in bulk behind it, so that no
//! event waits for the deletion of an earlier one. What fails here stands in the outbox, and the relay finds it.

use pulse_events::{Event, Outbox, OutboxEntry, PublishError, Publisher};
use pulse_runtime::{Shutdown, trace_context};
use tokio::sync::mpsc;

/// Batches that are taken at once.
const TAKE_MAX: usize = 64;
/// Published rows that wait to be deleted. When it is full, publishing waits for the database.
const PUBLISHED_MAX: usize = 16_384;

/// Starts publishing what comes out of `committed`, as two tasks of `shutdown`. They end when its other end is gone and
/// everything is out.
pub fn spawn<O: Outbox>(
    outbox: O,
    publisher: Publisher,
    committed: mpsc::Receiver<Vec<OutboxEntry>>,
    shutdown: &Shutdown,
) {
    let (published, done) = mpsc::channel(PUBLISHED_MAX);
    shutdown.spawn("events.live", publish(publisher.clone(), committed, published));
    shutdown.spawn("events.live.delete", delete(outbox, publisher, done));
}

async fn publish(
    publisher: Publisher,
    mut committed: mpsc::Receiver<Vec<OutboxEntry>>,
    published: mpsc::Sender<i64>,
) {
    let mut batches = Vec::with_capacity(TAKE_MAX);
    while committed.recv_many(&mut batches, TAKE_MAX).await > 0 {
        for entry in batches.drain(..).flatten() {
            match publish_one(&publisher, &entry).await {
                Ok(()) => {
                    if published.send(entry.outbox_id).await.is_err() {
                        return;
                    }
                }
                Err(error) => tracing::debug!(%error, "left in the outbox"),
            }
        }
    }
}

async fn publish_one(publisher: &Publisher, entry: &OutboxEntry) -> Result<(), PublishError> {
    let Some(traceparent) = &entry.event.traceparent else {
        return publish_event(publisher, &entry.subjects, &entry.event).await;
    };
    let span = tracing::info_span!(
        "message.publish",
        otel.kind = "producer",
        event.r#type = entry.event.event_type.as_str(),
        subjects = entry.subjects.len()
    );
    trace_context::set_parent(&span, traceparent);
    let traceparent = trace_context::of(&span).unwrap_or_else(|| traceparent.clone());
    let event = Event { traceparent: Some(traceparent), ..entry.event.clone() };
    publish_event(publisher, &entry.subjects, &event).await
}

async fn publish_event(
    publisher: &Publisher,
    subjects: &[String],
    event: &Event,
) -> Result<(), PublishError> {
    for subject in subjects {
        publisher.publish(subject.clone(), event).await?;
    }
    Ok(())
}

async fn delete<O: Outbox>(outbox: O, publisher: Publisher, mut published: mpsc::Receiver<i64>) {
    let mut outbox_ids = Vec::new();
    while published.recv_many(&mut outbox_ids, PUBLISHED_MAX).await > 0 {
        // Publishing nothing more waits until NATS has all that came before.
        match publisher.publish_entries(&[]).await {
            Ok(()) => {
                if let Err(error) = outbox.delete(&outbox_ids).await {
                    // They are published again; consumers drop repeats.
                    tracing::warn!(%error, "published entries can't be deleted from the outbox");
                }
            }
            Err(error) => tracing::debug!(%error, entries = outbox_ids.len(), "left in the outbox"),
        }
        outbox_ids.clear();
    }
}
