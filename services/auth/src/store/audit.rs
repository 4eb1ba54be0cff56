//! Tables `audit_log`, which only grows, and `audit_head`, the end of its chain.

use pulse_types::{EventId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::audit::{ChainEntry, ChainHash, Details, Head, SeenEvent};
use crate::domain::page::Limit;
use crate::store::{Conn, StoreError};

struct Row {
    position: i64,
    event_id: Uuid,
    user_id: Option<Uuid>,
    event: String,
    created_at: OffsetDateTime,
    ip: Option<String>,
    user_agent: Option<String>,
    salt: Option<Vec<u8>>,
    details_hash: Vec<u8>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl From<Row> for ChainEntry {
    /// Takes whatever the row says: judging it is the verification's part.
    fn from(row: Row) -> Self {
        let details = match (row.salt, row.ip, row.user_agent) {
            (None, None, None) => None,
            (salt, ip, user_agent) => Some(Details {
                salt: salt.unwrap_or_default(),
                ip: ip.unwrap_or_default(),
                user_agent: user_agent.unwrap_or_default(),
            }),
        };
        Self {
            position: row.position,
            event_id: EventId::from_uuid(row.event_id),
            user_id: row.user_id.map(UserId::from_uuid),
            event: row.event,
            created_at: row.created_at,
            details,
            details_hash: row.details_hash,
            previous_hash: row.previous_hash,
            hash: row.hash,
        }
    }
}

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

/// The end of the chain; `None` when somebody removed or broke the row.
///
/// # Errors
/// [`StoreError`].
pub async fn find_head(conn: &mut Conn) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query_as!(HeadRow, "SELECT position, hash FROM audit_head").fetch_optional(conn).await?;
    Ok(row.and_then(|row| Head::try_from(row).ok()))
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

/// Forgets where somebody was in up to `limit` entries that were written before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_details_older(
    conn: &mut Conn,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64, StoreError> {
    let forgotten = sqlx::query!(
        "UPDATE audit_log SET ip = NULL, user_agent = NULL, salt = NULL WHERE position IN (
           SELECT position FROM audit_log WHERE salt IS NOT NULL AND created_at < $1 ORDER BY created_at LIMIT $2)",
        before,
        limit
    );
    Ok(forgotten.execute(conn).await?.rows_affected())
}

/// Up to `limit` entries behind a position, in order, as they stand there.
///
/// # Errors
/// [`StoreError`].
pub async fn list_after(conn: &mut Conn, position: i64, limit: i64) -> Result<Vec<ChainEntry>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT position, event_id, user_id, event, created_at, ip, user_agent, salt, details_hash, previous_hash, hash
         FROM audit_log WHERE position > $1 ORDER BY position LIMIT $2",
        position,
        limit
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(ChainEntry::from).collect())
}

/// What happened to an account, newest first, before a position.
///
/// # Errors
/// [`StoreError`].
pub async fn list_of_user(
    conn: &mut Conn,
    user_id: UserId,
    before: Option<i64>,
    limit: Limit,
) -> Result<Vec<SeenEvent>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT position, event_id, event, created_at, coalesce(ip, '') AS "ip!", coalesce(user_agent, '') AS "user_agent!"
         FROM audit_log WHERE user_id = $1 AND position < $2
         ORDER BY position DESC LIMIT $3"#,
        user_id.as_uuid(),
        before.unwrap_or(i64::MAX),
        limit.rows()
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| SeenEvent {
            position: row.position,
            event_id: EventId::from_uuid(row.event_id),
            event: row.event,
            created_at: row.created_at,
            ip: row.ip,
            user_agent: row.user_agent,
        })
        .collect())
}
