//! What goes by itself, once a minute. Every replica does it; doing it twice changes nothing.

use std::time::Duration;

use pulse_runtime::Shutdown;
use pulse_types::Clock as _;

use crate::ops::{Context, deletion};

const PAUSE: Duration = Duration::from_secs(60);

/// Deletes what is left of deleted conversations, until the shutdown begins. What fails is tried again the next time.
pub async fn run(context: Context, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = begun.cancelled() => return,
        }
        let purging = deletion::purge(&context.db, context.clock.now());
        let purged = tokio::select! {
            purged = purging => purged,
            () = begun.cancelled() => return,
        };
        if let Err(error) = purged {
            tracing::warn!(%error, "deleted conversations are left for the next cleaning");
        }
    }
}
