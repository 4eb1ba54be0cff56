//! Writing the audit log.

use pulse_types::{EventId, UserId};

use crate::domain::audit::{AuditEntry, ChainEntry, Details};
use crate::ops::Parts;
use crate::store::{self, Conn, StoreError};

/// Appends an entry to the chain, in the transaction of what it tells of. It locks the end of the chain until that
/// transaction ends: call it last.
///
/// # Errors
/// [`StoreError`].
pub async fn record(parts: &Parts, conn: &mut Conn, entry: AuditEntry) -> Result<(), StoreError> {
    let AuditEntry { user_id, event, client } = entry;
    let details = Details::new(client)?;
    // Nothing slow from here on: whoever else appends waits.
    let head = store::audit::lock_head(conn).await?;
    let mut entry = ChainEntry {
        position: head.position.saturating_add(1),
        event_id: EventId::new(&*parts.clock),
        user_id,
        event: event.as_str().to_owned(),
        created_at: parts.now(),
        details_hash: details.hash().to_vec(),
        details: Some(details),
        previous_hash: head.hash.as_bytes().to_vec(),
        hash: Vec::new(),
    };
    entry.hash = parts.audit_key.hash(&entry).as_bytes().to_vec();
    store::audit::append(conn, &entry).await
}

/// Forgets where a user was in the whole log; the chain stays whole. Doing it twice changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    let entries = store::audit::forget_details(conn, user_id).await?;
    tracing::debug!(user.id = %user_id, entries, "forgot where somebody was");
    Ok(())
}
