//! The last change between somebody and others, by its transaction. A slow transaction can't be skipped: whoever commits
//! later leaves another number, whatever the order in which the numbers were given out.

use pulse_types::UserId;
use uuid::Uuid;

use super::{Conn, StoreError};

/// Notes that something between each of these people and others changes in this transaction. The rows are locked in the
/// order of their ids, after all other locks: two changes never wait for one another in a circle.
///
/// # Errors
/// When the database fails.
pub async fn touch(conn: &mut Conn, user_ids: &[UserId]) -> Result<(), StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    sqlx::query!(
        "INSERT INTO relationship_points (user_id)
         SELECT user_id FROM profiles WHERE user_id = ANY($1) ORDER BY user_id
         ON CONFLICT (user_id) DO UPDATE SET changed_xid = pg_current_xact_id()",
        &user_ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The number of the last change; 0 before the first.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, user_id: UserId) -> Result<i64, StoreError> {
    let xid = sqlx::query_scalar!(
        r#"SELECT changed_xid::text::bigint AS "xid!" FROM relationship_points WHERE user_id = $1"#,
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(xid.unwrap_or(0))
}
