//! The directory of rooms.

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::conversation::Conversation;
use crate::store::row::ConversationRow;
use crate::store::{Db, StoreError};

/// Where a page of the directory begins: after this room.
#[derive(Debug, Clone, Copy)]
pub struct RoomPosition {
    /// Its members.
    pub member_count: i32,
    /// Its id, for those that are as busy.
    pub conversation_id: ConversationId,
}

/// A page of the rooms, busiest first, with the part of `user_id` in each, without their last messages. With a text those alone
/// whose title or topic holds it, whatever its case.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    user_id: UserId,
    text: &str,
    after: Option<RoomPosition>,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let mut tx = db.begin().await?;
    let pattern = (!text.is_empty()).then(|| containing(text));
    if pattern.is_some() {
        // Names are found by trigrams, which the planner reads as a bitmap alone; everything else goes without bitmaps.
        sqlx::query!(
            "SELECT set_config('enable_bitmapscan', 'on', true) AS bitmaps, set_config('enable_indexscan', 'off', true) AS indexes",
        )
            .fetch_one(&mut *tx)
            .await?;
    }
    let ids = match pattern {
        Some(pattern) => {
            sqlx::query_scalar!(
                "SELECT conversation_id FROM conversations
                 WHERE kind = 'room' AND lower(title || ' ' || topic) LIKE lower($1)
                   AND ($2::integer IS NULL OR (member_count, conversation_id) < ($2, $3::uuid))
                 ORDER BY member_count DESC, conversation_id DESC LIMIT $4",
                pattern,
                after.map(|after| after.member_count),
                after.map(|after| after.conversation_id.as_uuid()),
                limit,
            )
            .fetch_all(&mut *tx)
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "SELECT conversation_id FROM conversations
                 WHERE kind = 'room' AND (member_count, conversation_id) < ($1, $2)
                 ORDER BY member_count DESC, conversation_id DESC LIMIT $3",
                after.map_or(i32::MAX, |after| after.member_count),
                after.map_or(Uuid::max(), |after| after.conversation_id.as_uuid()),
                limit,
            )
            .fetch_all(&mut *tx)
            .await?
        }
    };
    tx.commit().await?;
    rooms(db, user_id, &ids).await
}

async fn rooms(db: &Db, user_id: UserId, ids: &[Uuid]) -> Result<Vec<Conversation>, StoreError> {
    let mut conn = db.conn().await?;
    let rows = sqlx::query_as!(
        ConversationRow,
        r#"SELECT c.conversation_id, c.kind, c.title, c.topic, c.avatar_url AS picture_url, c.is_closed, c.owner_id,
                  c.member_count, c.last_seq, c.version, c.created_at, c.updated_at, c.active_at,
                  m.role AS "role?", m.joined_at AS "joined_at?", m.read_seq AS "read_seq?",
                  m.delivered_seq AS "delivered_seq?", m.muted_until AS "muted_until?", m.is_pinned AS "is_pinned?",
                  m.is_archived AS "is_archived?",
                  (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = c.conversation_id AND n.user_id = m.user_id AND n.seq > m.read_seq)
                      AS "mention_count!",
                  NULL::uuid AS peer_id, NULL::text AS username, NULL::text AS display_name, NULL::text AS avatar_url
           FROM UNNEST($2::uuid[]) WITH ORDINALITY AS k (conversation_id, place)
           JOIN conversations c ON c.conversation_id = k.conversation_id
           LEFT JOIN members m ON m.conversation_id = c.conversation_id AND m.user_id = $1
           ORDER BY k.place"#,
        user_id.as_uuid(),
        ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    rows.into_iter().map(Conversation::try_from).collect()
}

/// What holds a text, as a pattern of LIKE.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_like_is_meant_as_it_stands() {
        assert_eq!(containing("100%_Ü\\"), "%100\\%\\_Ü\\\\%");
    }
}
