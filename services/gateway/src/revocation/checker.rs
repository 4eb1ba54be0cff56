//! Asks auth which sessions live. Questions that come while one is under way travel together in the next, and nobody asks twice
//! about one session at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use pulse_runtime::Shutdown;
use pulse_types::SessionId;
use tokio::sync::{mpsc, oneshot};

use crate::clients::Sessions;

/// Most sessions in one question.
pub const BATCH: usize = 1000;
/// Questions that wait. When it is full a question has no answer, and the session is judged by what is known.
const QUESTIONS_MAX: usize = 16_384;
/// How long after a failed question all others fail at once, so that nobody waits for an auth that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// What auth said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Auth was asked then, and answered.
    At {
        /// When it was asked.
        asked_at: Instant,
        /// Whether the session lived.
        lives: bool,
    },
    /// It did not answer.
    Never,
}

struct Question {
    session_id: SessionId,
    answer: oneshot::Sender<Checked>,
}

/// Where questions are put.
pub struct Checker(mpsc::Sender<Question>);

impl Checker {
    /// Begins to ask, as a task of `shutdown`, which ends with the last question.
    #[must_use]
    pub fn spawn(sessions: Sessions, shutdown: &Shutdown) -> Self {
        let (sender, questions) = mpsc::channel(QUESTIONS_MAX);
        let begun = shutdown.token();
        shutdown.spawn("revocation.checker", async move {
            tokio::select! {
                () = serve(&sessions, questions) => {}
                () = begun.cancelled() => {}
            }
        });
        Self(sender)
    }

    /// Asks about one session.
    pub async fn ask(&self, session_id: SessionId) -> Checked {
        let (answer, answered) = oneshot::channel();
        if self.0.try_send(Question { session_id, answer }).is_err() {
            return Checked::Never;
        }
        answered.await.unwrap_or(Checked::Never)
    }
}

async fn serve(sessions: &Sessions, mut questions: mpsc::Receiver<Question>) {
    let mut waiting = Vec::new();
    let mut paused_until = None;
    while questions.recv_many(&mut waiting, BATCH).await > 0 {
        let asked_at = Instant::now();
        if paused_until.is_some_and(|until| asked_at < until) {
            waiting.clear();
            continue;
        }
        let asked: HashSet<_> = waiting.iter().map(|question| question.session_id).collect();
        let asked: Vec<_> = asked.into_iter().collect();
        match sessions.living(&asked).await {
            Ok(living) => {
                let living: HashSet<_> = living.into_iter().collect();
                for Question { session_id, answer } in waiting.drain(..) {
                    // Whoever asked may have gone.
                    let _ = answer.send(Checked::At { asked_at, lives: living.contains(&session_id) });
                }
            }
            Err(failure) => {
                tracing::debug!(%failure, sessions = asked.len(), "auth does not tell which sessions live");
                paused_until = Some(Instant::now() + PAUSE);
                // Dropped questions are not answered.
                waiting.clear();
            }
        }
    }
}
