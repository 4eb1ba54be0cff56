//! Group commit: what queues while a writer commits becomes its next batch. There is no timer: a command alone goes at
//! once. The commands of a conversation go to one writer, so their order holds.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};
use pulse_runtime::Shutdown;
use pulse_types::{Clock, ConversationId};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::Span;

use crate::domain::batch::{Action, Command, Outcome};
use crate::domain::change::MarksMoved;
use crate::domain::conversation::Refusal;
use crate::ops::announce::Announcer;
use crate::ops::command::{CommandError, Done, Queued};
use crate::ops::commit::{self, Batch, Committed};
use crate::store::mark::Counts;
use crate::store::{self, Conn, Db, StoreError};

/// Longest time for one transaction; then its end is not known and its connection is given up.
const BATCH_TIMEOUT: Duration = Duration::from_secs(8);

/// How commands are written.
#[derive(Debug, Clone, Copy)]
pub struct WriterSettings {
    /// How many writers, each with a connection of its own.
    pub writers: usize,
    /// Most commands in one transaction.
    pub batch_max: usize,
    /// Commands that may wait, in all.
    pub queue_max: usize,
}

/// The queues of the writers. The writers end when the last clone is gone and all that was queued is done.
#[derive(Debug, Clone)]
pub struct Writers {
    queues: Arc<[mpsc::Sender<Queued>]>,
}

impl Writers {
    /// Starts the writers as tasks of `shutdown`.
    #[must_use]
    pub fn spawn(
        settings: WriterSettings,
        db: &Db,
        clock: &Arc<dyn Clock>,
        announcer: &Announcer,
        shutdown: &Shutdown,
    ) -> Self {
        let count = settings.writers.max(1);
        let queues = (0..count).map(|index| {
            // When a queue is full, commands are refused as `unavailable`, at once.
            let (sender, queue) = mpsc::channel((settings.queue_max / count).max(1));
            let writer = Writer {
                db: db.clone(),
                clock: Arc::clone(clock),
                announcer: announcer.clone(),
                queue,
                batch_max: settings.batch_max.max(1),
                conn: None,
                meters: Meters::new(index),
            };
            shutdown.spawn("messages.writer", writer.run());
            sender
        });
        Self { queues: queues.collect() }
    }

    /// Queues a command; it is told when it is done. A command that finds no room is told so now.
    pub fn submit(&self, queued: Queued) {
        let Some(queue) = self.queues.get(self.place(queued.command.conversation_id)) else { return };
        if let Err(refused) = queue.try_send(queued) {
            refused.into_inner().finish(Err(CommandError::Overloaded));
        }
    }

    fn place(&self, conversation_id: ConversationId) -> usize {
        let count = self.queues.len().max(1) as u128;
        // The low bits of an id are random.
        usize::try_from(conversation_id.as_uuid().as_u128() % count).unwrap_or_default()
    }
}

struct Meters {
    batch_size: Histogram,
    commit_seconds: Histogram,
    commits: Counter,
    committed: Counter,
    replayed: Counter,
    queue_depth: Gauge,
}

impl Meters {
    fn new(writer: usize) -> Self {
        Self {
            batch_size: metrics::histogram!("pulse_messages_batch_size"),
            commit_seconds: metrics::histogram!("pulse_messages_commit_seconds"),
            commits: metrics::counter!("pulse_messages_commits_total"),
            committed: metrics::counter!("pulse_messages_committed_total"),
            replayed: metrics::counter!("pulse_messages_replayed_total"),
            queue_depth: metrics::gauge!("pulse_messages_queue_depth", "writer" => writer.to_string()),
        }
    }
}

struct Writer {
    db: Db,
    clock: Arc<dyn Clock>,
    announcer: Announcer,
    queue: mpsc::Receiver<Queued>,
    batch_max: usize,
    conn: Option<Conn>,
    meters: Meters,
}

impl Writer {
    async fn run(mut self) {
        let mut waiting = Vec::with_capacity(self.batch_max);
        while self.queue.recv_many(&mut waiting, self.batch_max).await > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a queue is far shorter than 2^52")]
            self.meters.queue_depth.set(self.queue.len() as f64);
            let now = Instant::now();
            let (alive, expired): (Vec<_>, Vec<_>) =
                waiting.drain(..).partition(|queued| queued.deadline > now);
            for queued in expired {
                queued.finish(Err(CommandError::Expired));
            }
            if !alive.is_empty() {
                self.execute(alive).await;
            }
        }
    }

    /// Commits a batch and tells everybody. When the database refuses a batch for what is in it, each command is tried by
    /// itself, so that a bad one fails alone.
    async fn execute(&mut self, queued: Vec<Queued>) {
        match self.commit(&queued).await {
            Ok(committed) => self.finish(queued, committed).await,
            Err(error) if queued.len() > 1 && !error.is_outage() => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a batch was refused; trying its commands one by one"
                );
                for queued in queued {
                    let alone = vec![queued];
                    match self.commit(&alone).await {
                        Ok(committed) => self.finish(alone, committed).await,
                        Err(error) => fail(alone, error),
                    }
                }
            }
            Err(error) => fail(queued, error),
        }
    }

    /// Commits a batch, a second time on a new connection when the first one broke or another transaction was in the way.
    /// What the first attempt may have committed is recognised by its `client_id`s.
    async fn commit(&mut self, queued: &[Queued]) -> Result<Committed, StoreError> {
        let commands: Vec<Command> = queued.iter().map(|queued| queued.command.clone()).collect();
        let traceparents = commit::traceparents(queued.iter().map(|queued| &queued.span));
        let batch = Batch { commands: &commands, traceparents: &traceparents };
        let size = commands.len();
        let _spans: Vec<Span> = queued
            .iter()
            .filter(|queued| !queued.span.is_disabled())
            .map(|queued| tracing::info_span!(parent: &queued.span, "message.commit", batch.size = size))
            .collect();
        let started = Instant::now();
        let committed = match self.attempt(batch).await {
            Err(error) if error.is_transient() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    batch.size = size,
                    "a batch is tried again"
                );
                self.attempt(batch).await
            }
            outcome => outcome,
        }?;
        #[expect(clippy::cast_precision_loss, reason = "a batch is far smaller than 2^52")]
        self.meters.batch_size.record(size as f64);
        self.meters.commit_seconds.record(started.elapsed().as_secs_f64());
        self.meters.commits.increment(u64::from(committed.has_written));
        Ok(committed)
    }

    async fn attempt(&mut self, batch: Batch<'_>) -> Result<Committed, StoreError> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.db.dedicated().await?,
        };
        let committing = commit::commit(&mut conn, batch, &*self.clock, &self.announcer);
        let committed =
            tokio::time::timeout(BATCH_TIMEOUT, committing).await.map_err(|_| StoreError::TimedOut)??;
        // Only a connection that is known to be well is kept.
        self.conn = Some(conn);
        Ok(committed)
    }

    async fn finish(&mut self, queued: Vec<Queued>, committed: Committed) {
        let mut marked = Vec::new();
        for (queued, outcome) in queued.into_iter().zip(committed.outcomes) {
            match outcome {
                Ok(Outcome::Sent(message)) => {
                    self.meters.committed.increment(1);
                    queued.finish(Ok(Done::Sent { message, is_replay: false }));
                }
                Ok(Outcome::Replayed(message)) => {
                    self.meters.replayed.increment(1);
                    queued.finish(Ok(Done::Sent { message, is_replay: true }));
                }
                Ok(Outcome::Marked { marks, last_seq }) => marked.push((queued, marks, last_seq)),
                Err(refusal) => queued.finish(Err(Refusal::into(refusal))),
            }
        }
        self.announcer.committed(committed.entries);
        if marked.is_empty() {
            return;
        }
        let members: Vec<MarksMoved> = marked
            .iter()
            .map(|(queued, marks, _)| MarksMoved {
                conversation_id: queued.command.conversation_id,
                user_id: queued.command.user_id,
                marks: *marks,
            })
            .collect();
        match self.counts(&members).await {
            Ok(counts) => {
                for ((queued, marks, last_seq), counts) in marked.into_iter().zip(counts) {
                    let is_read = matches!(queued.command.action, Action::MarkRead(_));
                    queued.finish(Ok(Done::Marked { is_read, marks, last_seq, counts }));
                }
            }
            Err(error) => fail(marked.into_iter().map(|(queued, ..)| queued).collect(), error),
        }
    }

    async fn counts(&mut self, members: &[MarksMoved]) -> Result<Vec<Counts>, StoreError> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.db.dedicated().await?,
        };
        let asking = store::mark::counts(&mut conn, members, self.clock.now());
        let counts =
            tokio::time::timeout(BATCH_TIMEOUT, asking).await.map_err(|_| StoreError::TimedOut)??;
        self.conn = Some(conn);
        Ok(counts)
    }
}

fn fail(queued: Vec<Queued>, error: StoreError) {
    let is_outage = error.is_outage();
    let error = Arc::new(error);
    for queued in queued {
        let error = Arc::clone(&error);
        queued.finish(Err(if is_outage {
            CommandError::Unavailable(error)
        } else {
            CommandError::Internal(error)
        }));
    }
}
