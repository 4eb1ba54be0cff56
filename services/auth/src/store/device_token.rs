//! Table `device_tokens`.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::secret::TokenHash;
use crate::store::{Conn, StoreError};

/// Remembers a device of a user until `expires_at`; a device that is known lives on until then.
///
/// # Errors
/// [`StoreError`].
pub async fn upsert(
    conn: &mut Conn,
    token_hash: &TokenHash,
    user_id: UserId,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO device_tokens (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT device_tokens_pkey DO UPDATE SET expires_at = EXCLUDED.expires_at",
        token_hash.as_bytes(),
        user_id.as_uuid(),
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the device signed in to this user's account before.
///
/// # Errors
/// [`StoreError`].
pub async fn is_known(
    conn: &mut Conn,
    token_hash: &TokenHash,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM device_tokens WHERE token_hash = $1 AND user_id = $2 AND expires_at > $3
           ) AS "known!""#,
        token_hash.as_bytes(),
        user_id.as_uuid(),
        now
    );
    Ok(known.fetch_one(conn).await?)
}

/// Whether the device signed in to anybody's account before.
///
/// # Errors
/// [`StoreError`].
pub async fn is_known_to_anybody(
    conn: &mut Conn,
    token_hash: &TokenHash,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM device_tokens WHERE token_hash = $1 AND expires_at > $2) AS "known!""#,
        token_hash.as_bytes(),
        now
    );
    Ok(known.fetch_one(conn).await?)
}

/// Forgets all devices of a user.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_all(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM device_tokens WHERE user_id = $1", user_id.as_uuid()).execute(conn).await?;
    Ok(())
}

/// Deletes up to `limit` devices that ended before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM device_tokens WHERE (token_hash, user_id) IN (
           SELECT token_hash, user_id FROM device_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
