//! The directory of rooms.

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::conversation::Conversation;
use crate::store::{Db, StoreError, conversation};

/// Where a page of the directory begins: after this room.
#[derive(Debug, Clone, Copy)]
pub struct RoomPosition {
    /// Its members.
    pub member_count: i32,
    /// Its id, for those that are as busy.
    pub conversation_id: ConversationId,
}

/// The busiest rooms after one, in no order, with the part of `user_id` in each, without their last messages. With a text those
/// alone whose title or topic holds it, whatever its case.
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
    let ids: Vec<ConversationId> = ids.into_iter().map(ConversationId::from_uuid).collect();
    conversation::list_some(&mut *db.conn().await?, &ids, user_id).await
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
