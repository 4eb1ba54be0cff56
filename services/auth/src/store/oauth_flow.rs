//! Table `oauth_flows`.

use pulse_types::{SessionId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::oidc::flow::{Flow, Linker};
use crate::domain::secret::TokenHash;
use crate::store::{Conn, StoreError};

struct Row {
    browser_hash: Vec<u8>,
    provider_id: String,
    sealed_secrets: Vec<u8>,
    return_to: String,
    user_id: Option<Uuid>,
    session_id: Option<Uuid>,
}

impl TryFrom<Row> for Flow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let browser_hash = row
            .browser_hash
            .try_into()
            .map_err(|_| StoreError::Corrupt { table: "oauth_flows", id: row.provider_id.clone() })?;
        let linker = row.user_id.zip(row.session_id).map(|(user_id, session_id)| Linker {
            user_id: UserId::from_uuid(user_id),
            session_id: SessionId::from_uuid(session_id),
        });
        Ok(Self {
            browser_hash: TokenHash(browser_hash),
            provider_id: row.provider_id,
            sealed_secrets: row.sealed_secrets,
            return_to: row.return_to,
            linker,
        })
    }
}

/// Stores a flow that ends by itself at `expires_at`.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    state_hash: &TokenHash,
    flow: &Flow,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO oauth_flows
           (state_hash, browser_hash, provider_id, sealed_secrets, return_to, user_id, session_id, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        state_hash.as_bytes(),
        flow.browser_hash.as_bytes(),
        flow.provider_id,
        flow.sealed_secrets,
        flow.return_to,
        flow.linker.map(|linker| linker.user_id.as_uuid()) as Option<Uuid>,
        flow.linker.map(|linker| linker.session_id.as_uuid()) as Option<Uuid>,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The flow of a state, if it is not over.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    state_hash: &TokenHash,
    now: OffsetDateTime,
) -> Result<Option<Flow>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT browser_hash, provider_id, sealed_secrets, return_to, user_id, session_id
         FROM oauth_flows WHERE state_hash = $1 AND expires_at > $2",
        state_hash.as_bytes(),
        now
    );
    row.fetch_optional(conn).await?.map(Flow::try_from).transpose()
}

/// Takes the flow of a state away. Of any number at once, one is told `true`.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, state_hash: &TokenHash) -> Result<bool, StoreError> {
    let deleted = sqlx::query!("DELETE FROM oauth_flows WHERE state_hash = $1", state_hash.as_bytes());
    Ok(deleted.execute(conn).await?.rows_affected() == 1)
}

/// Deletes up to `limit` flows that ended before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM oauth_flows WHERE state_hash IN (
           SELECT state_hash FROM oauth_flows WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
