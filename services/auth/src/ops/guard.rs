//! Counting failures of whatever is guarded against guessing. The rules are in `domain/guard.rs`.

use std::time::Duration;

use time::OffsetDateTime;

use crate::domain::guard::Subject;
use crate::store::{self, Conn, StoreError};

/// What became of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It was counted.
    Failed {
        /// Whether it is the one that locks.
        locks: bool,
    },
    /// Failures beside this one locked before it, for as long: it was not counted.
    Locked(Duration),
}

/// How long a subject stays locked; `None` if it is not.
pub(crate) async fn locked_for(
    conn: &mut Conn,
    subject: &Subject,
    now: OffsetDateTime,
) -> Result<Option<Duration>, StoreError> {
    Ok(store::guard::find(conn, subject).await?.and_then(|guard| guard.locked_for(now)))
}

/// As [`locked_for`], and keeps others from counting on this subject until the transaction ends: of guesses that run side by
/// side no more are right than of guesses one after the other.
pub(crate) async fn hold(
    conn: &mut Conn,
    subject: &Subject,
    now: OffsetDateTime,
) -> Result<Option<Duration>, StoreError> {
    Ok(store::guard::lock(conn, subject).await?.and_then(|guard| guard.locked_for(now)))
}

/// Counts a failure inside the caller's transaction, which the caller commits: of guesses that run side by side no more learn
/// that they are wrong than of guesses one after the other.
pub(crate) async fn count(
    conn: &mut Conn,
    subject: &Subject,
    now: OffsetDateTime,
) -> Result<Counted, StoreError> {
    store::guard::ensure(conn, subject, now).await?;
    let mut guard = store::guard::lock(conn, subject).await?.unwrap_or_default();
    if let Some(left) = guard.locked_for(now) {
        return Ok(Counted::Locked(left));
    }
    guard.fail(now);
    store::guard::update(conn, subject, &guard, now).await?;
    Ok(Counted::Failed { locks: guard.locked_for(now).is_some() })
}
