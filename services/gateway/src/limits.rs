//! What is too much: messages of a user, and calls to accounts by address and by user.
//!
//! What is counted for all gateways together, and what happens while Redis is away, is told in
//! `docs/decisions/0005-shared-limits.md`. The numbers are in `domain/limits.rs` and `domain/rate.rs`.

pub mod accounts;
pub mod messages;
pub mod passwords;
pub mod sharing;
pub mod subject;

use std::sync::Arc;
use std::time::Duration;

use pulse_rpc::{Failure, Reason};
use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::cache::{Link, Rates, Sends};
use crate::domain::Limits as Allowed;
pub use crate::domain::rate::Limit;
pub use accounts::Accounts;
pub use messages::{Messages, Taken};
pub use passwords::Passwords;
pub use subject::Subject;

/// Handshakes of sockets and event streams under way in this process: each holds a request, and asks other services.
const HANDSHAKES_MAX: usize = 2048;
/// When it is worth trying again: they are answered within moments.
const HANDSHAKES_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Counts all that is limited.
pub struct Limits {
    /// Sends.
    pub messages: Arc<Messages>,
    /// Whether auth has time for passwords.
    pub passwords: Passwords,
    /// Places for handshakes under way.
    handshakes: Arc<Semaphore>,
    accounts: Accounts,
}

/// More than a limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Name of the limit, as clients are told it.
    pub name: &'static str,
    /// How often in the window.
    pub quota: u32,
    /// The window.
    pub window: Duration,
    /// When the next one may come.
    pub retry_after: Duration,
}

impl From<Exceeded> for Failure {
    fn from(exceeded: Exceeded) -> Self {
        let Exceeded { name, quota, window, retry_after } = exceeded;
        let what = if name == messages::NAME { "messages" } else { "requests of this kind" };
        let detail = format!("at most {quota} {what} in {} s; wait a little", window.as_secs());
        Self::new(Reason::RateLimited, detail).with_retry_after(retry_after)
    }
}

impl Limits {
    /// Counts by the limits that clients are told and the table in `domain/rate.rs`; `is_on` false lifts them. What is sent is
    /// shared with other gateways by a task of `shutdown`.
    #[must_use]
    pub fn new(allowed: &Allowed, is_on: bool, link: &Link, shutdown: &Shutdown) -> Self {
        let (sharing, named) = sharing::Sharing::new(Sends::new(link.clone()));
        let messages = Arc::new(Messages::new(allowed, is_on).shared_by(sharing.clone()));
        sharing::spawn(Arc::clone(&messages), sharing, named, shutdown);
        let shared = Rates::new(link.clone());
        let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
        Self { messages, passwords: Passwords::default(), handshakes, accounts: Accounts::new(is_on, shared) }
    }

    /// Begins a handshake of a socket or event stream; it is under way until the place is dropped.
    ///
    /// # Errors
    /// `unavailable` when too many are under way here.
    pub fn begin_handshake(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let place = Arc::clone(&self.handshakes).try_acquire_owned();
        place.map_err(|_| {
            let detail = "too many sockets are being opened here just now; try again in a moment";
            let mut failure = Failure::new(Reason::Unavailable, detail);
            failure.retry_after = Some(HANDSHAKES_RETRY_AFTER);
            failure
        })
    }

    /// Counts a handshake of a user.
    ///
    /// # Errors
    /// [`Exceeded`]; nothing was taken.
    pub async fn handshake(&self, user_id: UserId) -> Result<(), Exceeded> {
        self.accounts.take_seldom(Limit::Handshake, &user_id.into()).await
    }

    /// Takes one of what `limit` allows `subject`: a client's address, a user, or a text like an e-mail address.
    ///
    /// # Errors
    /// [`Exceeded`]; nothing was taken.
    pub async fn account(&self, limit: Limit, subject: impl Into<Subject>) -> Result<(), Exceeded> {
        self.accounts.take(limit, &subject.into()).await
    }
}

#[cfg(test)]
mod tests {
    use pulse_runtime::Readiness;

    use super::*;

    #[tokio::test]
    async fn so_many_handshakes_are_under_way_and_no_more() {
        let shutdown = Shutdown::new(Duration::from_secs(1));
        let link =
            Link::new("redis://127.0.0.1:1", Readiness::default().check("redis", false)).expect("a link");
        let limits = Limits::new(&Allowed::default(), true, &link, &shutdown);
        let mut places: Vec<_> =
            (0..HANDSHAKES_MAX).map(|_| limits.begin_handshake().expect("a place")).collect();
        assert_eq!(limits.begin_handshake().expect_err("full").reason, Reason::Unavailable);
        places.pop();
        drop(limits.begin_handshake().expect("a place is free again"));
    }
}
