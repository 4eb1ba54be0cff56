//! Making archives: each replica takes exports that are due, collects what every service holds, and stores the ZIP in
//! chunks. An attempt that ended half-way is begun anew; one that was overtaken stores nothing more.

use std::sync::Arc;
use std::time::Duration;

use pulse_rpc::Failure;
use pulse_runtime::Shutdown;
use zip::result::ZipError;

use super::archive::Archive;
use super::documents;
use crate::clients::holders::Pieces;
use crate::domain::erasure::pause_after;
use crate::domain::export::{KEPT, Making};
use crate::ops::Parts;
use crate::store::{self, StoreError};

/// How often a replica looks when nobody wakes it.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// For how long an export is left to the replica that took it up, counted from its last chunk.
const LEASE: Duration = Duration::from_secs(120);
/// Longest making; it ends within the lease of its last chunk.
const MAKE_TIMEOUT: Duration = Duration::from_secs(3600);

/// Why an archive is not whole yet.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error("another attempt has it, or the account is gone")]
    Overtaken,
    #[error("a service refused or can't be reached: {0}")]
    Service(#[from] Failure),
    #[error("the archive can't be written")]
    Zip(#[from] ZipError),
    #[error("it took too long")]
    TimedOut,
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// Makes archives, one after the other, until the shutdown begins.
pub async fn run(parts: Arc<Parts>, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        let made = tokio::select! {
            made = make_one(&parts, &shutdown) => made,
            () = begun.cancelled() => return,
        };
        match made {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "exports can't be read now"),
        }
        tokio::select! {
            () = parts.wakers.exports.notified() => {}
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
            () = begun.cancelled() => return,
        }
    }
}

/// Makes the archive that has been due longest; false when none is.
async fn make_one(parts: &Parts, shutdown: &Shutdown) -> Result<bool, StoreError> {
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    let claimed = store::export::claim(&mut tx, now, now + LEASE).await?;
    tx.commit().await?;
    let Some(making) = claimed else { return Ok(false) };
    let begun = shutdown.token();
    let outcome = tokio::select! {
        outcome = tokio::time::timeout(MAKE_TIMEOUT, make(parts, making)) => outcome,
        () = begun.cancelled() => {
            // Another replica, or the next process, need not wait for the lease.
            store::export::postpone(&mut *parts.db.conn().await?, making, parts.now(), None).await?;
            return Ok(false);
        }
    };
    match outcome.unwrap_or(Err(MakeError::TimedOut)) {
        Ok(()) => metrics::counter!("pulse_auth_exports_made_total").increment(1),
        Err(MakeError::Overtaken) => {
            tracing::debug!(export.id = %making.export_id, "an export was overtaken")
        }
        Err(error) => {
            tracing::warn!(export.id = %making.export_id, error = &error as &dyn std::error::Error, "an export is not made yet");
            let next_attempt_at =
                parts.now() + pause_after(u32::try_from(making.attempt).unwrap_or_default());
            let text = error.to_string();
            let mut conn = parts.db.conn().await?;
            store::export::postpone(&mut conn, making, next_attempt_at, Some(&text)).await?;
        }
    }
    Ok(true)
}

async fn make(parts: &Parts, making: Making) -> Result<(), MakeError> {
    let user_id = making.user_id;
    let mut store = Store { parts, making, position: 0, size: 0 };
    let mut archive = Archive::new();
    store.put(archive.write("README.txt", documents::README.as_bytes())?).await?;
    let account = documents::account(parts, user_id).await?.ok_or(MakeError::Overtaken)?;
    store.put(archive.write(&account.name, &account.bytes)?).await?;
    let mut position = Some(documents::first());
    while let Some(here) = position {
        let (piece, next) = documents::next(parts, user_id, here).await?;
        store.put(archive.write(&piece.name, &piece.bytes)?).await?;
        position = next;
    }
    let graph = parts.holders.export_from_social_graph(user_id).await?;
    collect(&mut store, &mut archive, graph).await?;
    let messages = parts.holders.export_from_message_store(user_id).await?;
    collect(&mut store, &mut archive, messages).await?;
    store.finish(archive.finish()?).await
}

/// Writes all that a service holds.
async fn collect(store: &mut Store<'_>, archive: &mut Archive, mut pieces: Pieces) -> Result<(), MakeError> {
    while let Some(piece) = pieces.next().await? {
        store.put(archive.write(&piece.name, &piece.bytes)?).await?;
    }
    Ok(())
}

/// Where the chunks of one attempt go.
struct Store<'p> {
    parts: &'p Parts,
    making: Making,
    position: i32,
    size: i64,
}

impl Store<'_> {
    async fn put(&mut self, chunks: Vec<Vec<u8>>) -> Result<(), MakeError> {
        if chunks.is_empty() {
            return Ok(());
        }
        let mut tx = self.parts.db.begin().await?;
        self.write(&mut tx, &chunks).await?;
        Ok(tx.commit().await?)
    }

    async fn finish(mut self, chunks: Vec<Vec<u8>>) -> Result<(), MakeError> {
        let mut tx = self.parts.db.begin().await?;
        self.write(&mut tx, &chunks).await?;
        let now = self.parts.now();
        store::export::finish(&mut tx, self.making.export_id, self.size, now, now + KEPT).await?;
        Ok(tx.commit().await?)
    }

    async fn write(&mut self, tx: &mut store::Tx, chunks: &[Vec<u8>]) -> Result<(), MakeError> {
        if !store::export::renew(tx, self.making, self.parts.now() + LEASE).await? {
            return Err(MakeError::Overtaken);
        }
        for chunk in chunks {
            store::export::insert_chunk(tx, self.making.export_id, self.position, chunk).await?;
            self.position += 1;
            self.size += i64::try_from(chunk.len()).unwrap_or_default();
        }
        Ok(())
    }
}
