//! Who blocks whom.

use pulse_types::UserId;
use time::OffsetDateTime;

use super::{Conn, StoreError};

/// Writes or deletes the block of one person of a locked pair against the other one.
///
/// # Errors
/// When the database fails.
pub async fn write(
    conn: &mut Conn,
    blocker_id: UserId,
    blocked_id: UserId,
    blocking: bool,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if blocking {
        sqlx::query!(
            "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (blocker_id, blocked_id) DO NOTHING",
            blocker_id.as_uuid(),
            blocked_id.as_uuid(),
            now,
        )
        .execute(conn)
        .await?;
    } else {
        sqlx::query!(
            "DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2",
            blocker_id.as_uuid(),
            blocked_id.as_uuid(),
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}
