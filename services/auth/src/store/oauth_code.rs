//! Table `oauth_codes`.

use time::OffsetDateTime;

use crate::domain::oidc::identity::IdentityKey;
use crate::domain::secret::TokenHash;
use crate::store::{Conn, StoreError};

/// A finished sign-in as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Where they came from.
    pub provider_id: String,
    /// Who they are there.
    pub key: IdentityKey,
    /// What the issuer told of them.
    pub sealed_profile: Vec<u8>,
}

struct Row {
    provider_id: String,
    issuer: String,
    subject: String,
    sealed_profile: Vec<u8>,
}

/// Stores a finished sign-in that waits until `expires_at` to be exchanged.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    code_hash: &TokenHash,
    finished: &Finished,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO oauth_codes (code_hash, provider_id, issuer, subject, sealed_profile, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        code_hash.as_bytes(),
        finished.provider_id,
        finished.key.issuer,
        finished.key.subject,
        finished.sealed_profile,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a finished sign-in away and gives it, if its time is not over. Of any number at once, one gets it.
///
/// # Errors
/// [`StoreError`].
pub async fn take(
    conn: &mut Conn,
    code_hash: &TokenHash,
    now: OffsetDateTime,
) -> Result<Option<Finished>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "DELETE FROM oauth_codes WHERE code_hash = $1 AND expires_at > $2
         RETURNING provider_id, issuer, subject, sealed_profile",
        code_hash.as_bytes(),
        now
    );
    Ok(row.fetch_optional(conn).await?.map(|row| Finished {
        provider_id: row.provider_id,
        key: IdentityKey { issuer: row.issuer, subject: row.subject },
        sealed_profile: row.sealed_profile,
    }))
}

/// Deletes up to `limit` codes that ended before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM oauth_codes WHERE code_hash IN (
           SELECT code_hash FROM oauth_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
