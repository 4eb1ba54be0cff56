//! Table `mail_tokens`: the links in mails. A used one is gone.

use pulse_types::UserId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::mail_token::{TokenKind, TokenOwner};
use crate::domain::secret::TokenHash;
use crate::store::{Conn, StoreError};

struct Row {
    user_id: Uuid,
    email_lower: String,
}

impl From<Row> for TokenOwner {
    fn from(row: Row) -> Self {
        Self { user_id: UserId::from_uuid(row.user_id), email_lower: row.email_lower }
    }
}

/// Stores a token in the place of the account's earlier one of its kind.
///
/// # Errors
/// [`StoreError`].
pub async fn replace(
    conn: &mut Conn,
    token_hash: &TokenHash,
    kind: TokenKind,
    owner: &TokenOwner,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO mail_tokens (token_hash, user_id, kind, email_lower, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT mail_tokens_user_id_kind_key
         DO UPDATE SET token_hash = EXCLUDED.token_hash, email_lower = EXCLUDED.email_lower,
                       expires_at = EXCLUDED.expires_at",
        token_hash.as_bytes(),
        owner.user_id.as_uuid(),
        kind.as_str(),
        owner.email_lower,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose token it is, if it still works at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    token_hash: &TokenHash,
    kind: TokenKind,
    now: OffsetDateTime,
) -> Result<Option<TokenOwner>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, email_lower FROM mail_tokens WHERE token_hash = $1 AND kind = $2 AND expires_at > $3",
        token_hash.as_bytes(),
        kind.as_str(),
        now
    );
    Ok(row.fetch_optional(conn).await?.map(TokenOwner::from))
}

/// Uses a token up: of any number at once one gets its owner.
///
/// # Errors
/// [`StoreError`].
pub async fn take(
    conn: &mut Conn,
    token_hash: &TokenHash,
    kind: TokenKind,
    now: OffsetDateTime,
) -> Result<Option<TokenOwner>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "DELETE FROM mail_tokens WHERE token_hash = $1 AND kind = $2 AND expires_at > $3
         RETURNING user_id, email_lower",
        token_hash.as_bytes(),
        kind.as_str(),
        now
    );
    Ok(row.fetch_optional(conn).await?.map(TokenOwner::from))
}

/// Voids the token of a kind that an account has.
///
/// # Errors
/// [`StoreError`].
pub async fn void(conn: &mut Conn, user_id: UserId, kind: TokenKind) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM mail_tokens WHERE user_id = $1 AND kind = $2",
        user_id.as_uuid(),
        kind.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes up to `limit` tokens that ended before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM mail_tokens WHERE token_hash IN (
           SELECT token_hash FROM mail_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
