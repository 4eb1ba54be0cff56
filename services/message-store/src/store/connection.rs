//! Who is connected, and who blocks whom.

use crate::domain::person::{Connection, Pair};
use crate::store::{Conn, StoreError};

/// Stores what is between two people, unless something as new is stored already. Tells whether it changed anything.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(conn: &mut Conn, connection: Connection) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO connections AS c (low_user_id, high_user_id, is_connected, low_blocks, high_blocks, version)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ON CONSTRAINT connections_pkey DO UPDATE
         SET is_connected = EXCLUDED.is_connected, low_blocks = EXCLUDED.low_blocks,
             high_blocks = EXCLUDED.high_blocks, version = EXCLUDED.version
         WHERE c.version < EXCLUDED.version",
        connection.pair.low.as_uuid(),
        connection.pair.high.as_uuid(),
        connection.is_connected,
        connection.low_blocks,
        connection.high_blocks,
        connection.version,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What is between two people; nothing when nothing was told.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, pair: Pair) -> Result<Connection, StoreError> {
    let row = sqlx::query!(
        "SELECT is_connected, low_blocks, high_blocks, version FROM connections
         WHERE low_user_id = $1 AND high_user_id = $2",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        Some(row) => Connection {
            pair,
            is_connected: row.is_connected,
            low_blocks: row.low_blocks,
            high_blocks: row.high_blocks,
            version: row.version,
        },
        None => Connection { pair, is_connected: false, low_blocks: false, high_blocks: false, version: 0 },
    })
}

/// Whether two people are connected, held until the end of the transaction: a change waits for it.
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
