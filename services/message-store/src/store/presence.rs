//! Who is where, for counting those who are online. Whoever shows nobody whether they are there is left out.

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
