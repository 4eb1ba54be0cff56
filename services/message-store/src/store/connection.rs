//! Who is connected.

use crate::domain::person::Pair;
use crate::store::{Conn, StoreError};

/// Stores whether two people are connected, unless something as new is stored already. Tells whether it changed anything.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(
    conn: &mut Conn,
    pair: Pair,
    is_connected: bool,
    version: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO connections AS c (low_user_id, high_user_id, is_connected, version)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT connections_pkey DO UPDATE
         SET is_connected = EXCLUDED.is_connected, version = EXCLUDED.version
         WHERE c.version < EXCLUDED.version",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
        is_connected,
        version,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether two people are connected.
///
/// # Errors
/// [`StoreError`].
pub async fn is_connected(conn: &mut Conn, pair: Pair) -> Result<bool, StoreError> {
    let row = sqlx::query_scalar!(
        "SELECT is_connected FROM connections WHERE low_user_id = $1 AND high_user_id = $2",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.unwrap_or(false))
}

/// The same, held until the end of the transaction: a change waits for it.
///
/// # Errors
/// [`StoreError`].
pub async fn is_connected_held(conn: &mut Conn, pair: Pair) -> Result<bool, StoreError> {
    let row = sqlx::query_scalar!(
        "SELECT is_connected FROM connections WHERE low_user_id = $1 AND high_user_id = $2 FOR SHARE",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.unwrap_or(false))
}
