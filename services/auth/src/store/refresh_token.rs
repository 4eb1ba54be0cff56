//! Table `refresh_tokens`.

use pulse_types::SessionId;
use time::OffsetDateTime;

use crate::domain::secret::TokenHash;
use crate::domain::session::{FirstUse, StoredToken};
use crate::store::{Conn, StoreError};

struct Row {
    session_id: sqlx::types::Uuid,
    used_at: Option<OffsetDateTime>,
    successor_hash: Option<Vec<u8>>,
    successor_sealed: Option<Vec<u8>>,
}

impl TryFrom<Row> for StoredToken {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let session_id = SessionId::from_uuid(row.session_id);
        let first_use = match (row.used_at, row.successor_hash, row.successor_sealed) {
            (None, None, None) => None,
            (Some(used_at), Some(hash), Some(successor_sealed)) => {
                let hash = hash.try_into().map_err(|_| corrupt(session_id))?;
                Some(FirstUse { used_at, successor_hash: TokenHash(hash), successor_sealed })
            }
            _ => return Err(corrupt(session_id)),
        };
        Ok(Self { session_id, first_use })
    }
}

fn corrupt(session_id: SessionId) -> StoreError {
    StoreError::Corrupt { table: "refresh_tokens", id: format!("of session {session_id}") }
}

/// Stores a token that was not used yet.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    token_hash: &TokenHash,
    session_id: SessionId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO refresh_tokens (token_hash, session_id) VALUES ($1, $2)",
        token_hash.as_bytes(),
        session_id.as_uuid()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A token by its hash.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, token_hash: &TokenHash) -> Result<Option<StoredToken>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT session_id, used_at, successor_hash, successor_sealed FROM refresh_tokens WHERE token_hash = $1",
        token_hash.as_bytes()
    );
    row.fetch_optional(conn).await?.map(StoredToken::try_from).transpose()
}

/// Stores the first use of a token. The caller holds the lock of its session, so there is no second first use.
///
/// # Errors
/// [`StoreError`].
pub async fn mark_used(
    conn: &mut Conn,
    token_hash: &TokenHash,
    first_use: &FirstUse,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE refresh_tokens SET used_at = $2, successor_hash = $3, successor_sealed = $4
         WHERE token_hash = $1 AND used_at IS NULL",
        token_hash.as_bytes(),
        first_use.used_at,
        first_use.successor_hash.as_bytes(),
        first_use.successor_sealed
    )
    .execute(conn)
    .await?;
    Ok(())
}
