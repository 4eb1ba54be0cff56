//! Who is where, for counting those who are online: whoever shows nobody whether they are there is left out. And who may see
//! whose presence, whatever those people show.

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::store::{Conn, StoreError};

/// The members of some conversations, as pairs in no order; at most `limit`.
///
/// # Errors
/// [`StoreError`].
pub async fn list_members(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
    limit: i64,
) -> Result<Vec<(ConversationId, UserId)>, StoreError> {
    let conversation_ids: Vec<Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    // OFFSET, so that each is looked up by the index: as a join, everybody who hides would be compared with every member.
    let rows = sqlx::query!(
        "SELECT m.conversation_id, m.user_id FROM members m
         WHERE m.conversation_id = ANY($1)
           AND NOT EXISTS (SELECT FROM people p WHERE p.user_id = m.user_id AND NOT p.shows_presence OFFSET 0)
         LIMIT $2",
        &conversation_ids,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let pair = |row: (Uuid, Uuid)| (ConversationId::from_uuid(row.0), UserId::from_uuid(row.1));
    Ok(rows.into_iter().map(|row| pair((row.conversation_id, row.user_id))).collect())
}

/// How many of some people are in each of some conversations, in no order; those with none are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn count_members(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
    user_ids: &[UserId],
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let conversation_ids: Vec<Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    // One scan of the index by both arrays: it steps from entry to entry, or past those between two that are wanted, so it reads
    // about as much as the fewer of members and people. OFFSET as above.
    let rows = sqlx::query!(
        r#"SELECT m.conversation_id, count(*) AS "count!" FROM members m
           WHERE m.conversation_id = ANY($1)
             AND m.user_id = ANY(ARRAY(
                 SELECT u.user_id FROM UNNEST($2::uuid[]) AS u (user_id)
                 WHERE NOT EXISTS (SELECT FROM people p WHERE p.user_id = u.user_id AND NOT p.shows_presence OFFSET 0)
             ))
           GROUP BY m.conversation_id"#,
        &conversation_ids,
        &user_ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (ConversationId::from_uuid(row.conversation_id), row.count)).collect())
}

/// How many members some groups and rooms have, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn list_sizes(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
) -> Result<Vec<(ConversationId, i32)>, StoreError> {
    let conversation_ids: Vec<Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    let rows = sqlx::query!(
        "SELECT conversation_id, member_count FROM conversations
         WHERE conversation_id = ANY($1) AND kind <> 'direct'",
        &conversation_ids,
    )
    .fetch_all(conn)
    .await?;
    let size = |row: (Uuid, i32)| (ConversationId::from_uuid(row.0), row.1);
    Ok(rows.into_iter().map(|row| size((row.conversation_id, row.member_count))).collect())
}

/// Those of some people who are connected with a viewer or in a group with them, without those who block the viewer or whom the
/// viewer blocks; in no order, each once.
///
/// # Errors
/// [`StoreError`].
pub async fn list_in_sight(
    conn: &mut Conn,
    viewer_id: UserId,
    user_ids: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    // The viewer's groups are listed first, as an array: their members are then found by one scan of the key, which reads no more
    // than the people and groups that are wanted. OFFSET, so that each pair is looked up by its key.
    let rows = sqlx::query_scalar!(
        r#"WITH met AS (
               SELECT DISTINCT m.user_id FROM members m
               WHERE m.conversation_id = ANY(ARRAY(
                         SELECT own.conversation_id FROM members own
                         WHERE own.user_id = $1
                           AND (SELECT g.kind FROM conversations g WHERE g.conversation_id = own.conversation_id) = 'group'
                     ))
                 AND m.user_id = ANY($2)
           )
           SELECT k.user_id AS "user_id!" FROM (SELECT DISTINCT user_id FROM UNNEST($2::uuid[]) AS u (user_id)) AS k
           LEFT JOIN LATERAL (
               SELECT c.is_connected, c.low_blocks OR c.high_blocks AS is_blocked FROM connections c
               WHERE c.low_user_id = LEAST($1, k.user_id) AND c.high_user_id = GREATEST($1, k.user_id)
               OFFSET 0
           ) AS c ON true
           WHERE NOT coalesce(c.is_blocked, false)
             AND (coalesce(c.is_connected, false) OR k.user_id IN (SELECT user_id FROM met))"#,
        viewer_id.as_uuid(),
        &user_ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(UserId::from_uuid).collect())
}
