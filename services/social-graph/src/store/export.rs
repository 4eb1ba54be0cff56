//! What is between a person and others, page by page.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};

/// One direction between a person and another one.
#[derive(Debug, Clone)]
pub struct FollowRow {
    /// From whom.
    pub follower_id: Uuid,
    /// To whom.
    pub followed_id: Uuid,
    /// What the other one is called.
    pub other_username: String,
    /// `requested` or `accepted`.
    pub state: String,
    /// Since when.
    pub created_at: OffsetDateTime,
    /// Since when both follow one another.
    pub connected_at: Option<OffsetDateTime>,
}

/// Up to `limit` follows and requests of a person, in both directions, in the order of their keys, after a key.
///
/// # Errors
/// When the database fails.
pub async fn list_follows(
    conn: &mut Conn,
    user_id: UserId,
    after: (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<FollowRow>, StoreError> {
    let rows = sqlx::query_as!(
        FollowRow,
        r#"SELECT f.follower_id AS "follower_id!", f.followed_id AS "followed_id!", o.username AS "other_username!",
                  f.state AS "state!", f.created_at AS "created_at!", p.connected_at AS "connected_at?"
           FROM (
               (SELECT * FROM follows WHERE follower_id = $1 AND (follower_id, followed_id) > ($2, $3)
                ORDER BY follower_id, followed_id LIMIT $4)
               UNION ALL
               (SELECT * FROM follows WHERE followed_id = $1 AND (follower_id, followed_id) > ($2, $3)
                ORDER BY follower_id, followed_id LIMIT $4)
           ) AS f
           JOIN profiles o ON o.user_id = CASE WHEN f.follower_id = $1 THEN f.followed_id ELSE f.follower_id END
           LEFT JOIN pairs p ON p.low_user_id = least(f.follower_id, f.followed_id)
                            AND p.high_user_id = greatest(f.follower_id, f.followed_id)
           ORDER BY f.follower_id, f.followed_id LIMIT $4"#,
        user_id.as_uuid(),
        after.0,
        after.1,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
