//! Who mutes whom.

use pulse_types::UserId;
use time::OffsetDateTime;

use super::{Conn, StoreError};

/// Writes or deletes the mute of one person of a locked pair of the other one.
///
/// # Errors
/// When the database fails.
pub async fn write(
    conn: &mut Conn,
    muter_id: UserId,
    muted_id: UserId,
    muting: bool,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if muting {
        sqlx::query!(
            "INSERT INTO mutes (muter_id, muted_id, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (muter_id, muted_id) DO NOTHING",
            muter_id.as_uuid(),
            muted_id.as_uuid(),
            now,
        )
        .execute(conn)
        .await?;
    } else {
        sqlx::query!(
            "DELETE FROM mutes WHERE muter_id = $1 AND muted_id = $2",
            muter_id.as_uuid(),
            muted_id.as_uuid(),
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}
