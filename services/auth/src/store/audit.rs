//! Tables `audit_log`, which only grows, and `audit_head`, the end of its chain.

use pulse_types::UserId;

use crate::domain::audit::{ChainEntry, ChainHash, Head};
use crate::store::{Conn, StoreError};

struct HeadRow {
    position: i64,
    hash: Vec<u8>,
}

impl TryFrom<HeadRow> for Head {
    type Error = StoreError;

    fn try_from(row: HeadRow) -> Result<Self, StoreError> {
        let corrupt = |_| StoreError::Corrupt { table: "audit_head", id: row.position.to_string() };
        Ok(Self { position: row.position, hash: ChainHash(row.hash.try_into().map_err(corrupt)?) })
    }
}

/// The end of the chain, and nobody else appends until the transaction ends.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Corrupt`] when somebody removed or broke the row.
pub async fn lock_head(conn: &mut Conn) -> Result<Head, StoreError> {
    let row = sqlx::query_as!(HeadRow, "SELECT position, hash FROM audit_head FOR UPDATE");
    let missing = || StoreError::Corrupt { table: "audit_head", id: "true".to_owned() };
    row.fetch_optional(conn).await?.ok_or_else(missing)?.try_into()
}

/// Appends an entry and moves the head to it, in one statement. The head must be locked.
///
/// # Errors
/// [`StoreError`].
pub async fn append(conn: &mut Conn, entry: &ChainEntry) -> Result<(), StoreError> {
    let details = entry.details.as_ref();
    sqlx::query!(
        "WITH entry AS (
           INSERT INTO audit_log (position, event_id, user_id, event, created_at, ip, user_agent, salt, details_hash,
                                  previous_hash, hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))
         UPDATE audit_head SET position = $1, hash = $11",
        entry.position,
        entry.event_id.as_uuid(),
        entry.user_id.map(|user_id| user_id.as_uuid()),
        entry.event,
        entry.created_at,
        details.map(|details| details.ip.as_str()),
        details.map(|details| details.user_agent.as_str()),
        details.map(|details| &details.salt[..]),
        entry.details_hash,
        entry.previous_hash,
        entry.hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets where somebody was in all entries of a user; returns how many had told it.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_details(conn: &mut Conn, user_id: UserId) -> Result<u64, StoreError> {
    let forgotten = sqlx::query!(
        "UPDATE audit_log SET ip = NULL, user_agent = NULL, salt = NULL WHERE user_id = $1 AND salt IS NOT NULL",
        user_id.as_uuid()
    );
    Ok(forgotten.execute(conn).await?.rows_affected())
}
