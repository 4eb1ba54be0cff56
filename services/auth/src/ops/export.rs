//! Exports of all data held on a person: asked for, looked at, read. They are made by `ops/export/making.rs`.

mod archive;
mod documents;
pub mod making;

use std::time::Duration;

use pulse_types::{ExportId, UserId};

use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::export::{KEPT, MAX_A_DAY, State};
use crate::domain::session::Caller;
use crate::ops::{Parts, audit};
use crate::store::{self, StoreError};

/// When to ask again while one is being made.
const PENDING_RETRY: Duration = Duration::from_secs(30);
/// When to ask again after too many.
const MANY_RETRY: Duration = Duration::from_secs(3600);

/// Why no export was begun.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One is being made, or there were many of late.
    #[error("an export is being made, or there were too many")]
    TooMany(Duration),
    /// The account is gone.
    #[error("there is no account any more")]
    NoAccount,
    /// The database failed.
    #[error("the export can't be stored")]
    Store(#[from] StoreError),
}

/// Why an export can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Unknown, over, or somebody else's.
    #[error("there is no such export")]
    NotFound,
    /// It is still being made.
    #[error("the archive is not finished")]
    NotFinished,
    /// The database failed.
    #[error("the export can't be read")]
    Store(#[from] StoreError),
}

/// Begins an export of the caller's data.
///
/// # Errors
/// [`StartError`].
#[tracing::instrument(name = "account.export", skip_all)]
pub async fn start(parts: &Parts, caller: Caller) -> Result<ExportId, StartError> {
    let now = parts.now();
    let export_id = ExportId::new(&*parts.clock);
    let mut tx = parts.db.begin().await?;
    // Of two that ask at once, one waits here and then sees the other's.
    store::account::lock(&mut tx, caller.user_id).await?.ok_or(StartError::NoAccount)?;
    let (pending, recent) = store::export::count(&mut tx, caller.user_id, now - KEPT).await?;
    if pending > 0 {
        return Err(StartError::TooMany(PENDING_RETRY));
    }
    if recent >= MAX_A_DAY {
        return Err(StartError::TooMany(MANY_RETRY));
    }
    store::export::insert(&mut tx, export_id, caller.user_id, now).await?;
    let event = SecurityEvent::AccountExportRequested;
    let entry = AuditEntry { user_id: Some(caller.user_id), event, client: caller.client };
    audit::record(parts, &mut tx, entry).await?;
    tx.commit().await?;
    parts.wakers.exports.notify_one();
    Ok(export_id)
}

/// The state of an export of a person.
///
/// # Errors
/// [`ReadError::NotFound`] when it is unknown, over, or somebody else's.
pub async fn find(parts: &Parts, user_id: UserId, export_id: ExportId) -> Result<State, ReadError> {
    let mut conn = parts.db.conn().await?;
    store::export::find(&mut conn, export_id, user_id, parts.now()).await?.ok_or(ReadError::NotFound)
}

/// As [`find`], for an archive that is to be read.
///
/// # Errors
/// [`ReadError::NotFinished`] too.
pub async fn require_finished(parts: &Parts, user_id: UserId, export_id: ExportId) -> Result<(), ReadError> {
    match find(parts, user_id, export_id).await?.size {
        Some(_) => Ok(()),
        None => Err(ReadError::NotFinished),
    }
}

/// A piece of a finished archive; `None` after the last one.
///
/// # Errors
/// [`StoreError`].
pub async fn read(parts: &Parts, export_id: ExportId, position: i32) -> Result<Option<Vec<u8>>, StoreError> {
    store::export::find_chunk(&mut *parts.db.conn().await?, export_id, position).await
}
