//! Deleted conversations: their rows go at once, what was said there in pieces, and that they were there a month later.

use pulse_types::ConversationId;
use time::OffsetDateTime;

use crate::store::{Conn, StoreError};

/// Deletes a locked conversation whose members have left, and notes that what was said there is still to go.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(
    conn: &mut Conn,
    conversation_id: ConversationId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "WITH gone AS (DELETE FROM conversations WHERE conversation_id = $1 RETURNING conversation_id)
         INSERT INTO deleted_conversations (conversation_id, deleted_at) SELECT conversation_id, $2 FROM gone",
        conversation_id.as_uuid(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A deleted conversation of which something is left, and which nobody else is emptying; held until the end of the
/// transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn find_full_held(conn: &mut Conn) -> Result<Option<ConversationId>, StoreError> {
    let id = sqlx::query_scalar!(
        "SELECT conversation_id FROM deleted_conversations WHERE emptied_at IS NULL
         ORDER BY conversation_id LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Deletes up to `limit` messages of a deleted conversation with all that hangs on them but files; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_messages(
    conn: &mut Conn,
    conversation_id: ConversationId,
    limit: i64,
) -> Result<u64, StoreError> {
    let id = conversation_id.as_uuid();
    let seqs = sqlx::query_scalar!(
        "SELECT seq FROM messages WHERE conversation_id = $1 ORDER BY seq LIMIT $2",
        id,
        limit,
    )
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM reactions WHERE conversation_id = $1 AND seq = ANY($2)", id, &seqs)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM message_edits WHERE conversation_id = $1 AND seq = ANY($2)", id, &seqs)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("DELETE FROM messages WHERE conversation_id = $1 AND seq = ANY($2)", id, &seqs)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `limit` mentions of a deleted conversation; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_mentions(
    conn: &mut Conn,
    conversation_id: ConversationId,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM mentions n USING (
             SELECT conversation_id, user_id, seq FROM mentions WHERE conversation_id = $1
             ORDER BY user_id, seq LIMIT $2
         ) AS gone
         WHERE n.conversation_id = gone.conversation_id AND n.user_id = gone.user_id AND n.seq = gone.seq",
        conversation_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Notes that nothing is left of a deleted conversation.
///
/// # Errors
/// [`StoreError`].
pub async fn set_emptied(
    conn: &mut Conn,
    conversation_id: ConversationId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE deleted_conversations SET emptied_at = $2 WHERE conversation_id = $1",
        conversation_id.as_uuid(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An emptied conversation that was deleted before a moment, and which nobody else is forgetting; held until the end of the
/// transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn find_ended_held(
    conn: &mut Conn,
    before: OffsetDateTime,
) -> Result<Option<ConversationId>, StoreError> {
    let id = sqlx::query_scalar!(
        "SELECT conversation_id FROM deleted_conversations
         WHERE emptied_at IS NOT NULL AND deleted_at < $1
         ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        before,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Forgets up to `limit` people who were in a deleted conversation; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_departures(
    conn: &mut Conn,
    conversation_id: ConversationId,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM departures WHERE conversation_id = $1
           AND user_id = ANY(ARRAY(SELECT user_id FROM departures WHERE conversation_id = $1 ORDER BY user_id LIMIT $2))",
        conversation_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets that there was a conversation, and what its creator's client named it.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(conn: &mut Conn, conversation_id: ConversationId) -> Result<(), StoreError> {
    let id = conversation_id.as_uuid();
    sqlx::query!("DELETE FROM conversation_requests WHERE conversation_id = $1", id)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM deleted_conversations WHERE conversation_id = $1", id).execute(conn).await?;
    Ok(())
}
