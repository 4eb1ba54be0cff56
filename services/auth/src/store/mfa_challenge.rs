//! Table `mfa_challenges`.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::mfa::Challenge;
use crate::domain::secret::TokenHash;
use crate::store::{Conn, StoreError};

struct Row {
    user_id: sqlx::types::Uuid,
    method: String,
    remember: bool,
    cookie: bool,
    sealed_device_token: Option<Vec<u8>>,
    failures: i32,
    used_at: Option<OffsetDateTime>,
    expires_at: OffsetDateTime,
}

impl From<Row> for Challenge {
    fn from(row: Row) -> Self {
        Self {
            user_id: UserId::from_uuid(row.user_id),
            method: row.method,
            remember: row.remember,
            cookie: row.cookie,
            sealed_device_token: row.sealed_device_token,
            failures: row.failures,
            used_at: row.used_at,
            expires_at: row.expires_at,
        }
    }
}

/// Stores a challenge that waits.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    token_hash: &TokenHash,
    challenge: &Challenge,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO mfa_challenges
           (token_hash, user_id, method, remember, cookie, sealed_device_token, failures, used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        token_hash.as_bytes(),
        challenge.user_id.as_uuid(),
        challenge.method,
        challenge.remember,
        challenge.cookie,
        challenge.sealed_device_token,
        challenge.failures,
        challenge.used_at,
        challenge.expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A challenge by its token. Whoever locked its account keeps others from changing it.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, token_hash: &TokenHash) -> Result<Option<Challenge>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, method, remember, cookie, sealed_device_token, failures, used_at, expires_at
         FROM mfa_challenges WHERE token_hash = $1",
        token_hash.as_bytes()
    );
    Ok(row.fetch_optional(conn).await?.map(Challenge::from))
}

/// Counts a wrong code.
///
/// # Errors
/// [`StoreError`].
pub async fn fail(conn: &mut Conn, token_hash: &TokenHash) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE mfa_challenges SET failures = failures + 1 WHERE token_hash = $1",
        token_hash.as_bytes()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the challenge was answered; `false` when it was before.
///
/// # Errors
/// [`StoreError`].
pub async fn mark_used(
    conn: &mut Conn,
    token_hash: &TokenHash,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "UPDATE mfa_challenges SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL",
        token_hash.as_bytes(),
        now
    );
    Ok(used.execute(conn).await?.rows_affected() == 1)
}

/// Forgets all challenges of a user, so that none can be answered any more.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_all(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    let delete = sqlx::query!("DELETE FROM mfa_challenges WHERE user_id = $1", user_id.as_uuid());
    delete.execute(conn).await?;
    Ok(())
}

/// Forgets up to `limit` challenges that ended before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM mfa_challenges WHERE token_hash IN (
           SELECT token_hash FROM mfa_challenges WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
