//! Writing, reading and verifying the audit log.

use pulse_types::{EventId, UserId};

use crate::domain::audit::{AuditEntry, ChainEntry, Details, Head, Report, SeenEvent, Verification};
use crate::domain::page::{Limit, Page};
use crate::ops::Parts;
use crate::store::{self, Conn, StoreError};

/// Entries that are read at once while the chain is verified.
const VERIFY_PAGE: i64 = 1000;

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

/// What happened to a user's account, newest first, before a position.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    parts: &Parts,
    user_id: UserId,
    before: Option<i64>,
    limit: Limit,
) -> Result<Page<SeenEvent, i64>, StoreError> {
    let rows = store::audit::list_of_user(&mut *parts.db.conn().await?, user_id, before, limit).await?;
    Ok(Page::cut(rows, limit, |event| event.position))
}

/// Recomputes the whole chain as it stands at one moment. It must contain `anchor`, a head that was noted earlier: by that
/// alone a cut tail shows whose head was set back as well.
///
/// # Errors
/// [`StoreError`].
#[tracing::instrument(name = "audit.verify", skip_all)]
pub async fn verify(parts: &Parts, anchor: Option<Head>) -> Result<Report, StoreError> {
    let mut snapshot = parts.db.snapshot().await?;
    let head = store::audit::find_head(&mut snapshot).await?;
    let mut verification = Verification::new(&parts.audit_key, anchor);
    let mut after = i64::MIN;
    loop {
        let entries = store::audit::list_after(&mut snapshot, after, VERIFY_PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        entries.iter().for_each(|entry| verification.check(entry));
    }
    let report = verification.finish(head);
    if let Some(first) = report.breaches.first() {
        tracing::error!(
            audit.position = first.position,
            breaches = report.breaches.len(),
            "the audit log is broken"
        );
    }
    Ok(report)
}

/// Writes the end of the chain into the process's log: kept elsewhere, it is an anchor against which a cut tail shows.
///
/// # Errors
/// [`StoreError`].
pub async fn note_head(parts: &Parts) -> Result<(), StoreError> {
    if let Some(head) = store::audit::find_head(&mut *parts.db.conn().await?).await? {
        tracing::info!(audit.head = %head, "the audit log ends here");
    }
    Ok(())
}
