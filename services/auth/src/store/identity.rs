//! Table `identities`.

use pulse_types::UserId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::oidc::identity::{Identity, IdentityKey};
use crate::store::{Conn, StoreError};

struct Row {
    issuer: String,
    subject: String,
    user_id: Uuid,
    provider_id: String,
    email: Option<String>,
    created_at: OffsetDateTime,
}

impl From<Row> for Identity {
    fn from(row: Row) -> Self {
        Self {
            key: IdentityKey { issuer: row.issuer, subject: row.subject },
            user_id: UserId::from_uuid(row.user_id),
            provider_id: row.provider_id,
            email: row.email,
            created_at: row.created_at,
        }
    }
}

/// Stores an identity. `false` when it is somebody's already, or when the account has another one of its issuer; if a
/// transaction that is under way decides that, this waits for it.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, identity: &Identity) -> Result<bool, StoreError> {
    let inserted = sqlx::query!(
        "INSERT INTO identities (issuer, subject, user_id, provider_id, email, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        identity.key.issuer,
        identity.key.subject,
        identity.user_id.as_uuid(),
        identity.provider_id,
        identity.email,
        identity.created_at
    );
    Ok(inserted.execute(conn).await?.rows_affected() == 1)
}

/// Whose identity it is.
///
/// # Errors
/// [`StoreError`].
pub async fn find_owner(conn: &mut Conn, key: &IdentityKey) -> Result<Option<UserId>, StoreError> {
    let owner = sqlx::query_scalar!(
        "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2",
        key.issuer,
        key.subject
    );
    Ok(owner.fetch_optional(conn).await?.map(UserId::from_uuid))
}

/// The identities of an account, newest first; there is at most one for each issuer that was ever configured.
///
/// # Errors
/// [`StoreError`].
pub async fn list(conn: &mut Conn, user_id: UserId) -> Result<Vec<Identity>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT issuer, subject, user_id, provider_id, email, created_at FROM identities
         WHERE user_id = $1 ORDER BY created_at DESC, issuer LIMIT 100",
        user_id.as_uuid()
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(Identity::from).collect())
}

/// Deletes an account's identity at an issuer.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, user_id: UserId, issuer: &str) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM identities WHERE user_id = $1 AND issuer = $2", user_id.as_uuid(), issuer)
        .execute(conn)
        .await?;
    Ok(())
}
