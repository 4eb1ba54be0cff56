//! The outbox relay: what a change wrote beside itself is published at least once, whatever crashes in between.
//!
//! The fast way: after its commit a change offers its entries, which are published at once and deleted. The safe way: a
//! sweep publishes what has stood for a second, because its process died or NATS was down.

use std::future::Future;
use std::time::Duration;

use pulse_runtime::Shutdown;
use tokio::sync::mpsc;

use crate::event::Event;
use crate::publisher::Publisher;

/// Offers that wait. When it is full an offer is dropped: the entries stand in the outbox, and the sweep finds them.
const OFFERS: usize = 4096;
/// Entries published between two confirmations.
const BATCH: usize = 512;
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// What is younger is left to the one who wrote it.
const SWEEP_AGE: Duration = Duration::from_secs(1);

/// An event that stands in an outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its row.
    pub outbox_id: i64,
    /// Where it goes.
    pub subjects: Vec<String>,
    /// What goes there.
    pub event: Event,
}

/// The table of one service.
pub trait Outbox: Send + Sync + 'static {
    /// What can go wrong with it.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Up to `limit` entries that are older than `age`, in the order of their ids.
    fn pending(
        &self,
        age: Duration,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<OutboxEntry>, Self::Error>> + Send;

    /// Deletes entries that were published; absent ones are no error.
    fn delete(&self, outbox_ids: &[i64]) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Where changes offer their entries after their commit.
#[derive(Debug, Clone)]
pub struct RelayHandle(mpsc::Sender<Vec<OutboxEntry>>);

impl RelayHandle {
    /// Asks for entries to be published now. Never waits: an offer that finds no room is left to the sweep.
    pub fn offer(&self, entries: Vec<OutboxEntry>) {
        if !entries.is_empty() && self.0.try_send(entries).is_err() {
            metrics::counter!("pulse_outbox_offers_dropped_total").increment(1);
        }
    }
}

/// Publishes the entries of one outbox.
#[derive(Debug)]
pub struct Relay<O> {
    outbox: O,
    publisher: Publisher,
    offers: mpsc::Receiver<Vec<OutboxEntry>>,
}

impl<O: Outbox> Relay<O> {
    /// Runs the relay as a task of `shutdown`.
    pub fn spawn(outbox: O, publisher: Publisher, shutdown: &Shutdown) -> RelayHandle {
        let (sender, offers) = mpsc::channel(OFFERS);
        let relay = Self { outbox, publisher, offers };
        shutdown.spawn("outbox.relay", relay.run(shutdown.clone()));
        RelayHandle(sender)
    }

    async fn run(mut self, shutdown: Shutdown) {
        let begun = shutdown.token();
        let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut offered = Vec::new();
        loop {
            tokio::select! {
                biased;
                count = self.offers.recv_many(&mut offered, BATCH) => {
                    if count == 0 {
                        return;
                    }
                    let entries: Vec<_> = offered.drain(..).flatten().collect();
                    self.publish(&entries).await;
                }
                _ = sweep.tick() => self.sweep().await,
                // What commits from here on stands in the outbox: the next process, or another replica, publishes it.
                () = begun.cancelled() => {
                    while let Ok(entries) = self.offers.try_recv() {
                        self.publish(&entries).await;
                    }
                    return;
                }
            }
        }
    }

    async fn sweep(&self) {
        match self.outbox.pending(SWEEP_AGE, BATCH).await {
            Ok(entries) if entries.is_empty() => {}
            Ok(entries) => {
                if self.publish(&entries).await {
                    metrics::counter!("pulse_outbox_swept_total").increment(entries.len() as u64);
                }
            }
            Err(error) => tracing::warn!(%error, "the outbox can't be read"),
        }
    }

    async fn publish(&self, entries: &[OutboxEntry]) -> bool {
        for chunk in entries.chunks(BATCH) {
            if let Err(error) = self.publisher.publish_entries(chunk).await {
                tracing::debug!(%error, entries = chunk.len(), "left in the outbox");
                return false;
            }
            let ids: Vec<_> = chunk.iter().map(|entry| entry.outbox_id).collect();
            if let Err(error) = self.outbox.delete(&ids).await {
                // They are published again; consumers drop repeats.
                tracing::warn!(%error, "published entries can't be deleted from the outbox");
                return false;
            }
        }
        true
    }
}
