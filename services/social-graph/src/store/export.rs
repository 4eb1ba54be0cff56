//! What is between a person and others, and what they reported, page by page.

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

/// Somebody whom a person blocks or mutes.
#[derive(Debug, Clone)]
pub struct MarkedRow {
    /// Who.
    pub user_id: Uuid,
    /// What they are called.
    pub username: String,
    /// Since when.
    pub created_at: OffsetDateTime,
}

/// Up to `limit` people whom a person blocks, in the order of their ids, after an id.
///
/// # Errors
/// When the database fails.
pub async fn list_blocks(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<MarkedRow>, StoreError> {
    let rows = sqlx::query_as!(
        MarkedRow,
        "SELECT b.blocked_id AS user_id, p.username, b.created_at
         FROM blocks AS b JOIN profiles AS p ON p.user_id = b.blocked_id
         WHERE b.blocker_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Up to `limit` people whom a person mutes, in the order of their ids, after an id.
///
/// # Errors
/// When the database fails.
pub async fn list_mutes(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<MarkedRow>, StoreError> {
    let rows = sqlx::query_as!(
        MarkedRow,
        "SELECT m.muted_id AS user_id, p.username, m.created_at
         FROM mutes AS m JOIN profiles AS p ON p.user_id = m.muted_id
         WHERE m.muter_id = $1 AND m.muted_id > $2 ORDER BY m.muted_id LIMIT $3",
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A report that a person made.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// Which.
    pub report_id: Uuid,
    /// Who is reported.
    pub user_id: Uuid,
    /// The message that it is about.
    pub message_id: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// In the person's words.
    pub detail: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Up to `limit` reports that a person made, in the order of their ids, after an id.
///
/// # Errors
/// When the database fails.
pub async fn list_reports(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ReportRow>, StoreError> {
    let rows = sqlx::query_as!(
        ReportRow,
        "SELECT report_id, user_id, message_id, reason, detail, created_at FROM reports
         WHERE reporter_id = $1 AND report_id > $2 ORDER BY report_id LIMIT $3",
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
