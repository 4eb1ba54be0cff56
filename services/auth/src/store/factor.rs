//! Tables `totp_factors` and `recovery_codes`.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::totp::RecoveryCodeHash;
use crate::store::{Conn, StoreError};

/// A second factor as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFactor {
    /// Its secret, sealed for its owner.
    pub sealed_secret: Vec<u8>,
    /// `None` while it waits for its first code.
    pub activated_at: Option<OffsetDateTime>,
}

/// The second factor of a user, active or not.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, user_id: UserId) -> Result<Option<StoredFactor>, StoreError> {
    let factor = sqlx::query_as!(
        StoredFactor,
        "SELECT sealed_secret, activated_at FROM totp_factors WHERE user_id = $1",
        user_id.as_uuid()
    );
    Ok(factor.fetch_optional(conn).await?)
}

/// Stores a secret that waits for its first code, in the place of one that waited before; `false` when a factor is active.
///
/// # Errors
/// [`StoreError`].
pub async fn start(
    conn: &mut Conn,
    user_id: UserId,
    sealed_secret: &[u8],
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let started = sqlx::query!(
        "INSERT INTO totp_factors AS f (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT totp_factors_pkey
           DO UPDATE SET sealed_secret = EXCLUDED.sealed_secret, created_at = EXCLUDED.created_at, last_step = 0
           WHERE f.activated_at IS NULL",
        user_id.as_uuid(),
        sealed_secret,
        now
    );
    Ok(started.execute(conn).await?.rows_affected() == 1)
}

/// Turns the waiting factor on by the code of `step`; `false` when none waits, or that step is used up.
///
/// # Errors
/// [`StoreError`].
pub async fn activate(
    conn: &mut Conn,
    user_id: UserId,
    step: i64,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let activated = sqlx::query!(
        "UPDATE totp_factors SET activated_at = $3, last_step = $2
         WHERE user_id = $1 AND activated_at IS NULL AND last_step < $2",
        user_id.as_uuid(),
        step,
        now
    );
    Ok(activated.execute(conn).await?.rows_affected() == 1)
}

/// Uses the code of a step of the active factor; `false` when it or a later one was used before. Of any number of uses at
/// once one succeeds.
///
/// # Errors
/// [`StoreError`].
pub async fn use_step(conn: &mut Conn, user_id: UserId, step: i64) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "UPDATE totp_factors SET last_step = $2
         WHERE user_id = $1 AND activated_at IS NOT NULL AND last_step < $2",
        user_id.as_uuid(),
        step
    );
    Ok(used.execute(conn).await?.rows_affected() == 1)
}

/// Turns the active factor off and forgets its recovery codes; `false` when none is active.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, user_id: UserId) -> Result<bool, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM totp_factors WHERE user_id = $1 AND activated_at IS NOT NULL",
        user_id.as_uuid()
    );
    if deleted.execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let codes = sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user_id.as_uuid());
    codes.execute(conn).await?;
    Ok(true)
}

/// Stores recovery codes in the place of all earlier ones.
///
/// # Errors
/// [`StoreError`].
pub async fn replace_recovery_codes(
    conn: &mut Conn,
    user_id: UserId,
    hashes: &[RecoveryCodeHash],
) -> Result<(), StoreError> {
    let delete = sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user_id.as_uuid());
    delete.execute(&mut *conn).await?;
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.0.to_vec()).collect();
    let insert = sqlx::query!(
        "INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, code_hash FROM unnest($2::bytea[]) AS code_hash",
        user_id.as_uuid(),
        &hashes
    );
    insert.execute(conn).await?;
    Ok(())
}

/// Uses a recovery code; `false` when it is unknown or was used before. Of any number of uses at once one succeeds.
///
/// # Errors
/// [`StoreError`].
pub async fn use_recovery_code(
    conn: &mut Conn,
    user_id: UserId,
    hash: &RecoveryCodeHash,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
        user_id.as_uuid(),
        hash.0.as_slice(),
        now
    );
    Ok(used.execute(conn).await?.rows_affected() == 1)
}

/// How many recovery codes were not used yet.
///
/// # Errors
/// [`StoreError`].
pub async fn count_recovery_codes(conn: &mut Conn, user_id: UserId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL"#,
        user_id.as_uuid()
    );
    Ok(count.fetch_one(conn).await?)
}
