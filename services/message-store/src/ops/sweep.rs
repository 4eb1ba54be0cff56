//! Files that go: uploads that nobody used, pictures that were replaced, and the bytes of all that was discarded.

use std::time::Duration;

use pulse_runtime::Shutdown;
use pulse_types::Clock as _;

use crate::domain::upload::{REPLACED_FOR, usable_since};
use crate::ops::Context;
use crate::store::{self, StoreError};

/// How often is looked.
const PAUSE: Duration = Duration::from_secs(5);
/// Rows of one statement, and files deleted before their names are forgotten.
const BATCH: i64 = 100;
/// How long a file is left alone whose bytes could not be deleted.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Discards what is over and deletes the bytes of what was discarded, again and again, until the shutdown begins. Every replica
/// does it; doing it twice changes nothing. What can't be deleted is tried again a minute later.
pub async fn run(context: Context, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        let swept = tokio::select! {
            swept = sweep(&context) => swept,
            () = begun.cancelled() => return,
        };
        if let Err(error) = swept {
            tracing::warn!(%error, "discarded files are left for later");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = begun.cancelled() => return,
        }
    }
}

async fn sweep(context: &Context) -> Result<(), StoreError> {
    let now = context.clock.now();
    let over = (usable_since(now), now - REPLACED_FOR);
    while store::discard::what_is_over(&mut *context.db.conn().await?, over, BATCH, now).await? > 0 {}
    loop {
        let due = store::discard::list_due(&mut *context.db.conn().await?, now, BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        let (mut gone, mut left) = (Vec::new(), Vec::new());
        for attachment_id in due {
            match context.files.store.delete_all(attachment_id).await {
                Ok(()) => gone.push(attachment_id),
                Err(error) => {
                    tracing::warn!(attachment.id = %attachment_id, error = &error as &dyn std::error::Error, "the bytes of a discarded file are left for later");
                    left.push(attachment_id);
                }
            }
        }
        metrics::counter!("pulse_messages_files_deleted_total").increment(gone.len() as u64);
        let mut conn = context.db.conn().await?;
        store::discard::forget(&mut conn, &gone).await?;
        store::discard::postpone(&mut conn, &left, context.clock.now() + RETRY_AFTER).await?;
    }
}
