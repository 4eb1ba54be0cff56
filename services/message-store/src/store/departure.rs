//! People who are not in a conversation any more.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Conn, StoreError};

/// Somebody who is not in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
    /// The conversation's version of it.
    pub version: i64,
    /// Removed from a room by an admin: may not join again until added.
    pub is_barred: bool,
    /// When.
    pub departed_at: OffsetDateTime,
}

/// Notes that somebody has gone.
///
/// # Errors
/// [`StoreError`].
pub async fn record(conn: &mut Conn, departure: Departure) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO departures (conversation_id, user_id, version, is_barred, departed_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT departures_pkey DO UPDATE
         SET version = EXCLUDED.version, is_barred = EXCLUDED.is_barred, departed_at = EXCLUDED.departed_at,
             changed_xid = pg_current_xact_id()",
        departure.conversation_id.as_uuid(),
        departure.user_id.as_uuid(),
        departure.version,
        departure.is_barred,
        departure.departed_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a departure: the person is back, or is forgotten altogether.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM departures WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether somebody was removed from a room by an admin and not added since.
///
/// # Errors
/// [`StoreError`].
pub async fn is_barred(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<bool, StoreError> {
    let is_barred = sqlx::query_scalar!(
        "SELECT is_barred FROM departures WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(is_barred.unwrap_or(false))
}

/// Makes up to `limit` members of a conversation that is being deleted leave it, in the order of their ids, after one; tells
/// who they were.
///
/// # Errors
/// [`StoreError`].
pub async fn dismiss(
    conn: &mut Conn,
    conversation_id: ConversationId,
    (version, departed_at): (i64, OffsetDateTime),
    after: Uuid,
    limit: i64,
) -> Result<Vec<UserId>, StoreError> {
    let user_ids = sqlx::query_scalar!(
        "WITH gone AS (
             DELETE FROM members
             WHERE conversation_id = $1
               AND user_id = ANY(ARRAY(SELECT user_id FROM members WHERE conversation_id = $1 AND user_id > $4
                                       ORDER BY user_id LIMIT $5))
             RETURNING user_id
         )
         INSERT INTO departures (conversation_id, user_id, version, departed_at)
         SELECT $1, user_id, $2, $3 FROM gone
         RETURNING user_id",
        conversation_id.as_uuid(),
        version,
        departed_at,
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let mut user_ids: Vec<UserId> = user_ids.into_iter().map(UserId::from_uuid).collect();
    user_ids.sort_unstable();
    Ok(user_ids)
}
