//! Commands that are stored in batches: sending a message, moving a mark.

use std::sync::Arc;

use pulse_runtime::trace_context;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

use crate::domain::batch::{Action, Command};
use crate::domain::conversation::Refusal;
use crate::domain::mark::Marks;
use crate::domain::message::Message;
use crate::ops::Context;
use crate::store::StoreError;
use crate::store::mark::Counts;

/// What became of a command.
#[derive(Debug, Clone)]
pub enum Done {
    /// The message is stored.
    Sent {
        /// As it is now.
        message: Arc<Message>,
        /// Whether an earlier command had stored it.
        is_replay: bool,
    },
    /// The mark is where it should be.
    Marked {
        /// Whether it is the read mark; else the delivered mark.
        is_read: bool,
        /// The marks as they are now.
        marks: Marks,
        /// Position of the newest message.
        last_seq: i64,
        /// What is counted beside the marks.
        counts: Counts,
    },
}

/// A command was not done, or nobody knows.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommandError {
    /// It may not be done.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its time had passed before it was begun; nothing was stored.
    #[error("the command waited for longer than it may take; nothing was stored")]
    Expired,
    /// Too many commands wait, or the service stops; nothing was stored.
    #[error("too many commands wait; nothing was stored")]
    Overloaded,
    /// The database failed; a repeat with the same `client_id` is safe.
    #[error("the database failed")]
    Unavailable(#[source] Arc<StoreError>),
    /// The database refused this very command.
    #[error("the command could not be stored")]
    Internal(#[source] Arc<StoreError>),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let is_outage = error.is_outage();
        let error = Arc::new(error);
        if is_outage { Self::Unavailable(error) } else { Self::Internal(error) }
    }
}

/// Called once with what became of a command.
pub type Reply = Box<dyn FnOnce(Result<Done, CommandError>) + Send + Sync>;

/// A command on its way to a writer.
pub struct Queued {
    /// What is to be done.
    pub command: Command,
    /// When it is of no use any more.
    pub deadline: Instant,
    /// Its span, disabled while traces are not exported; it ends with the reply.
    pub span: Span,
    /// Whom to tell.
    pub reply: Reply,
}

impl Queued {
    pub(super) fn finish(self, outcome: Result<Done, CommandError>) {
        (self.reply)(outcome);
    }
}

/// The span of a command that continues a trace; disabled when there is none or traces are not exported, so that it costs
/// nothing.
#[must_use]
pub fn span_of(action: &Action, traceparent: &str) -> Span {
    if traceparent.is_empty() || !trace_context::is_exported() {
        return Span::none();
    }
    let span = match action {
        Action::Send(_) => tracing::info_span!("message.send", otel.kind = "server"),
        Action::MarkRead(_) => tracing::info_span!("mark.read", otel.kind = "server"),
        Action::MarkDelivered(_) => tracing::info_span!("mark.delivered", otel.kind = "server"),
    };
    trace_context::set_parent(&span, traceparent);
    span
}

/// Stores one command, and waits for it.
///
/// # Errors
/// [`CommandError`].
pub async fn execute(
    context: &Context,
    command: Command,
    deadline: Instant,
    traceparent: &str,
) -> Result<Done, CommandError> {
    let (sender, receiver) = oneshot::channel();
    // Whoever has gone away does not hear the outcome.
    let reply: Reply = Box::new(move |outcome| drop(sender.send(outcome)));
    let span = span_of(&command.action, traceparent);
    context.writers.submit(Queued { command, deadline, span, reply });
    receiver.await.unwrap_or(Err(CommandError::Overloaded))
}
