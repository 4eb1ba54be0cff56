//! Tables `exports` and `export_chunks`.

use pulse_types::{ExportId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::export::{Making, State};
use crate::store::{Conn, StoreError};

/// How many exports of a person are being made, and how many were asked for after `since`.
///
/// # Errors
/// [`StoreError`].
pub async fn count(
    conn: &mut Conn,
    user_id: UserId,
    since: OffsetDateTime,
) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE ready_at IS NULL) AS "pending!",
                  count(*) FILTER (WHERE requested_at > $2) AS "recent!"
           FROM exports WHERE user_id = $1"#,
        user_id.as_uuid(),
        since
    )
    .fetch_one(conn)
    .await?;
    Ok((row.pending, row.recent))
}

/// Stores that an export was asked for, to be taken up at once.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    export_id: ExportId,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO exports (export_id, user_id, requested_at, next_attempt_at) VALUES ($1, $2, $3, $3)",
        export_id.as_uuid(),
        user_id.as_uuid(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An export of a person that is not over.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    export_id: ExportId,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<Option<State>, StoreError> {
    let row = sqlx::query!(
        "SELECT size FROM exports
         WHERE export_id = $1 AND user_id = $2 AND (expires_at IS NULL OR expires_at > $3)",
        export_id.as_uuid(),
        user_id.as_uuid(),
        now
    );
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| State { size: row.size.map(|size| u64::try_from(size).unwrap_or_default()) }))
}

struct MakingRow {
    export_id: Uuid,
    user_id: Uuid,
    attempts: i32,
}

/// Takes up an export that is due; until `leased_until` no other replica does. What an earlier attempt left is deleted.
///
/// # Errors
/// [`StoreError`].
pub async fn claim(
    conn: &mut Conn,
    now: OffsetDateTime,
    leased_until: OffsetDateTime,
) -> Result<Option<Making>, StoreError> {
    let row = sqlx::query_as!(
        MakingRow,
        "UPDATE exports SET next_attempt_at = $2, attempts = attempts + 1
         WHERE export_id = (
           SELECT export_id FROM exports WHERE ready_at IS NULL AND next_attempt_at <= $1
           ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING export_id, user_id, attempts",
        now,
        leased_until
    );
    let Some(row) = row.fetch_optional(&mut *conn).await? else { return Ok(None) };
    sqlx::query!("DELETE FROM export_chunks WHERE export_id = $1", row.export_id).execute(conn).await?;
    Ok(Some(Making {
        export_id: ExportId::from_uuid(row.export_id),
        user_id: UserId::from_uuid(row.user_id),
        attempt: row.attempts,
    }))
}

/// Keeps an export until `leased_until`; false when another attempt has taken it, or the account is gone.
///
/// # Errors
/// [`StoreError`].
pub async fn renew(
    conn: &mut Conn,
    making: Making,
    leased_until: OffsetDateTime,
) -> Result<bool, StoreError> {
    let renewed = sqlx::query!(
        "UPDATE exports SET next_attempt_at = $3 WHERE export_id = $1 AND attempts = $2 AND ready_at IS NULL",
        making.export_id.as_uuid(),
        making.attempt,
        leased_until
    );
    Ok(renewed.execute(conn).await?.rows_affected() > 0)
}

/// Stores a piece of an archive, in the transaction that has renewed it.
///
/// # Errors
/// [`StoreError`].
pub async fn insert_chunk(
    conn: &mut Conn,
    export_id: ExportId,
    position: i32,
    chunk: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO export_chunks (export_id, position, chunk) VALUES ($1, $2, $3)",
        export_id.as_uuid(),
        position,
        chunk
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks an export as whole, in the transaction that has renewed it.
///
/// # Errors
/// [`StoreError`].
pub async fn finish(
    conn: &mut Conn,
    export_id: ExportId,
    size: i64,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE exports SET ready_at = $2, size = $3, expires_at = $4, last_error = NULL WHERE export_id = $1",
        export_id.as_uuid(),
        now,
        size,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves an export to whoever looks after `next_attempt_at`, if this attempt still has it.
///
/// # Errors
/// [`StoreError`].
pub async fn postpone(
    conn: &mut Conn,
    making: Making,
    next_attempt_at: OffsetDateTime,
    error: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE exports SET next_attempt_at = $3, last_error = coalesce($4, last_error)
         WHERE export_id = $1 AND attempts = $2 AND ready_at IS NULL",
        making.export_id.as_uuid(),
        making.attempt,
        next_attempt_at,
        error
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A piece of an archive.
///
/// # Errors
/// [`StoreError`].
pub async fn find_chunk(
    conn: &mut Conn,
    export_id: ExportId,
    position: i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let chunk = sqlx::query_scalar!(
        "SELECT chunk FROM export_chunks WHERE export_id = $1 AND position = $2",
        export_id.as_uuid(),
        position
    );
    Ok(chunk.fetch_optional(conn).await?)
}

/// Deletes up to `limit` exports that are over; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, now: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM exports WHERE export_id IN (
           SELECT export_id FROM exports WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        now,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
