//! Forgetting what is over. Every replica does it; doing it twice changes nothing.

use std::time::Duration;

use crate::domain::guard::{LOCK, WINDOW};
use crate::ops::Parts;
use crate::store::{self, StoreError};

/// How long the tokens of an expired session are still told apart from unknown ones.
const SESSION_MEMORY: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long the audit log tells where somebody was (docs/privacy.md).
const DETAILS_MEMORY: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long it is known that an account was erased.
const ERASURE_MEMORY: Duration = Duration::from_secs(30 * 24 * 3600);
/// Rows deleted by one statement, so that none holds locks for long.
const BATCH: i64 = 500;

/// Deletes expired sessions with their tokens, expired devices and old failures.
///
/// # Errors
/// [`StoreError`]; what was deleted stays deleted.
pub async fn forget_what_is_over(parts: &Parts) -> Result<u64, StoreError> {
    let now = parts.now();
    let mut conn = parts.db.conn().await?;
    let mut forgotten = 0;
    loop {
        let deleted = store::session::delete_expired(&mut conn, now - SESSION_MEMORY, BATCH).await?
            + store::device_token::delete_expired(&mut conn, now, BATCH).await?
            + store::mfa_challenge::delete_expired(&mut conn, now, BATCH).await?
            + store::oauth_flow::delete_expired(&mut conn, now, BATCH).await?
            + store::oauth_code::delete_expired(&mut conn, now, BATCH).await?
            + store::mail_token::delete_expired(&mut conn, now, BATCH).await?
            + store::released_username::delete_free(&mut conn, now, BATCH).await?
            + store::released_username::delete_free(&mut conn, now, BATCH).await?
            + store::erasure::delete_finished(&mut conn, now - ERASURE_MEMORY, BATCH).await?
            + store::export::delete_expired(&mut conn, now, BATCH).await?
            + store::guard::delete_older(&mut conn, now - WINDOW - LOCK, BATCH).await?
            + store::audit::forget_details_older(&mut conn, now - DETAILS_MEMORY, BATCH).await?;
        if deleted == 0 {
            return Ok(forgotten);
        }
        forgotten += deleted;
    }
}
