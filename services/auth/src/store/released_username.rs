//! Table `released_usernames`: usernames that were given up. Only their hashes are kept.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::account::Username;
use crate::domain::secret::sha256;
use crate::store::{Conn, StoreError};

/// What stands for a username.
fn hash(username: &str) -> [u8; 32] {
    sha256(username.as_bytes())
}

/// Keeps a username from others until `free_at`; its former owner may have it back before, unless the account is deleted
/// (`None`). The transaction of the rename or deletion does it.
///
/// # Errors
/// [`StoreError`].
pub async fn release(
    conn: &mut Conn,
    username: &str,
    former_owner: Option<UserId>,
    free_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO released_usernames (username_hash, former_user_id, free_at) VALUES ($1, $2, $3)
         ON CONFLICT (username_hash) DO UPDATE
         SET former_user_id = EXCLUDED.former_user_id, free_at = EXCLUDED.free_at",
        &hash(username)[..],
        former_owner.map(|user_id| user_id.as_uuid()),
        free_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a username is kept from this person, or from a stranger (`None`), at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn is_kept_from(
    conn: &mut Conn,
    username: &Username,
    user_id: Option<UserId>,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let kept = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM released_usernames
             WHERE username_hash = $1 AND free_at > $3
               AND (former_user_id IS NULL OR former_user_id IS DISTINCT FROM $2)) AS "kept!""#,
        &hash(username.as_str())[..],
        user_id.map(|user_id| user_id.as_uuid()) as Option<sqlx::types::Uuid>,
        now
    );
    Ok(kept.fetch_one(conn).await?)
}

/// Forgets that a username was given up: somebody has it again.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, username: &Username) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM released_usernames WHERE username_hash = $1", &hash(username.as_str())[..])
        .execute(conn)
        .await?;
    Ok(())
}

/// A deleted account has no former owner any more: nobody gets the names back early that it gave up before.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_owner(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE released_usernames SET former_user_id = NULL WHERE former_user_id = $1",
        user_id.as_uuid()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes up to `limit` usernames that are free by now; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_free(conn: &mut Conn, now: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM released_usernames WHERE username_hash IN (
           SELECT username_hash FROM released_usernames WHERE free_at <= $1 ORDER BY free_at LIMIT $2)",
        now,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
