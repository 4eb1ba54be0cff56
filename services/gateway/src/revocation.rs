//! Whether a session still lives: told by the bus within a second, asked of auth while the bus is away, and refused when neither
//! has answered for half a minute (contract section 3, "End of a session").
//!
//! The rule is in `domain/certainty.rs`, what the bus tells in `events/sessions.rs`, the sessions that ended in `ended.rs`.

pub mod checker;
pub mod watch;

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use pulse_rpc::{Failure, Reason};
use pulse_types::SessionId;
use tokio::sync::Notify;

use crate::domain::certainty::{Certainty, Standing, Times};
use crate::ended::EndedSessions;
use checker::Checker;

/// When a client may come back whose session could not be checked.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What this process knows of sessions.
pub struct Revocation {
    ended: EndedSessions,
    certainty: RwLock<Certainty>,
    checker: Checker,
    /// All live sockets shall be checked once.
    recheck: Notify,
}

/// What an answer of auth says of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It lives.
    Lives,
    /// It has ended.
    Ended,
    /// Auth did not answer.
    None,
}

impl Revocation {
    /// Nothing is known yet. `checker` asks auth.
    #[must_use]
    pub fn new(times: Times, checker: Checker) -> Self {
        Self {
            ended: EndedSessions::default(),
            certainty: RwLock::new(Certainty::new(times)),
            checker,
            recheck: Notify::new(),
        }
    }

    /// Lets a session pass that lives, as far as it can be known.
    ///
    /// # Errors
    /// `session_revoked`; `unavailable` when it could not be checked for too long.
    pub async fn require_live(&self, session_id: SessionId) -> Result<(), Failure> {
        self.require_not_ended(session_id)?;
        let standing = self.certainty(|certainty| certainty.standing(session_id, Instant::now()));
        if standing == Standing::Certain {
            return Ok(());
        }
        match (self.ask(session_id).await, standing) {
            (Answer::Ended, _) => Err(revoked()),
            (Answer::None, Standing::Unknown) => {
                Err(Failure::unavailable("the service that checks sessions").with_retry_after(RETRY_AFTER))
            }
            // It may have been told by the bus meanwhile.
            (Answer::Lives | Answer::None, _) => self.require_not_ended(session_id),
        }
    }

    /// Lets a session pass of which no end was heard.
    ///
    /// # Errors
    /// `session_revoked`
    pub fn require_not_ended(&self, session_id: SessionId) -> Result<(), Failure> {
        if self.ended.contains(session_id) { Err(revoked()) } else { Ok(()) }
    }

    /// Asks auth, whatever is known, and remembers the answer.
    pub async fn ask(&self, session_id: SessionId) -> Answer {
        let answer = self.checker.ask(session_id).await;
        self.learn(session_id, answer);
        answer.into()
    }

    /// Remembers that a session has ended.
    pub fn end(&self, session_id: SessionId) {
        self.ended.note(session_id, Instant::now());
    }

    /// The bus tells every end from now on.
    pub fn bus_is_heard(&self) {
        self.change(Certainty::bus_is_heard);
    }

    /// The bus is away; until then nothing was missed.
    pub fn bus_is_away(&self, heard_until: Option<Instant>) {
        self.change(|certainty| certainty.bus_is_away(heard_until));
    }

    /// The bus is back and has told what it kept; what it did not get is to be asked of auth.
    pub fn bus_is_back(&self) {
        self.recheck.notify_one();
    }

    fn learn(&self, session_id: SessionId, answer: checker::Checked) {
        match answer {
            checker::Checked::At { asked_at, lives: true } => {
                self.change(|certainty| certainty.vouch(session_id, asked_at));
            }
            checker::Checked::At { lives: false, .. } => self.end(session_id),
            checker::Checked::Never => {}
        }
    }

    fn certainty<T>(&self, read: impl FnOnce(&Certainty) -> T) -> T {
        read(&self.certainty.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Certainty)) {
        change(&mut self.certainty.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl From<checker::Checked> for Answer {
    fn from(checked: checker::Checked) -> Self {
        match checked {
            checker::Checked::At { lives: true, .. } => Self::Lives,
            checker::Checked::At { lives: false, .. } => Self::Ended,
            checker::Checked::Never => Self::None,
        }
    }
}

fn revoked() -> Failure {
    Failure::new(Reason::SessionRevoked, "the session was ended; sign in")
}
