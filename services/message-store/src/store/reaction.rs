//! Reactions of people on messages.

use pulse_types::{ConversationId, MessageId, UserId};
use time::OffsetDateTime;

use crate::domain::reaction::{Emoji, Reaction};
use crate::store::{Conn, StoreError, hydrate};

/// Adds a reaction that does not stand yet, to the message at a position.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    (conversation_id, seq): (ConversationId, i64),
    (user_id, emoji): (UserId, Emoji),
    version: i64,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO reactions (conversation_id, seq, user_id, emoji, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        conversation_id.as_uuid(),
        seq,
        user_id.as_uuid(),
        emoji.as_str(),
        version,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes a reaction.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(
    conn: &mut Conn,
    (conversation_id, seq): (ConversationId, i64),
    (user_id, emoji): (UserId, &str),
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM reactions WHERE conversation_id = $1 AND seq = $2 AND emoji = $3 AND user_id = $4",
        conversation_id.as_uuid(),
        seq,
        emoji,
        user_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a message the version at which its reactions changed; the version of its body is kept.
///
/// # Errors
/// [`StoreError`].
pub async fn changed(
    conn: &mut Conn,
    (conversation_id, seq): (ConversationId, i64),
    version: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE messages
         SET version = $3, body_version = COALESCE(body_version, version), changed_xid = pg_current_xact_id(),
             has_reactions = EXISTS (SELECT FROM reactions WHERE conversation_id = $1 AND seq = $2)
         WHERE conversation_id = $1 AND seq = $2",
        conversation_id.as_uuid(),
        seq,
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The reactions on a message, the first ones first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    (conversation_id, seq): (ConversationId, i64),
    viewer: Option<UserId>,
) -> Result<Vec<Reaction>, StoreError> {
    let positions = [(conversation_id.as_uuid(), seq)];
    let mut found = hydrate::find_reactions(conn, viewer, &positions).await?;
    Ok(found.remove(&(conversation_id, seq)).unwrap_or_default())
}

/// A reaction of a person who is looked for.
#[derive(Debug, Clone)]
pub struct Trace {
    /// On which message.
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Fully qualified.
    pub emoji: String,
}

/// Up to `limit` reactions of a person in a conversation.
///
/// # Errors
/// [`StoreError`].
pub async fn list_of(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    limit: i64,
) -> Result<Vec<Trace>, StoreError> {
    let rows = sqlx::query!(
        "SELECT m.message_id, r.seq, r.emoji
         FROM reactions r
         CROSS JOIN LATERAL (
             SELECT message_id FROM messages WHERE conversation_id = r.conversation_id AND seq = r.seq OFFSET 0
         ) AS m
         WHERE r.user_id = $1 AND r.conversation_id = $2
         ORDER BY r.seq, r.emoji LIMIT $3",
        user_id.as_uuid(),
        conversation_id.as_uuid(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let traces = rows.into_iter().map(|row| Trace {
        message_id: MessageId::from_uuid(row.message_id),
        seq: row.seq,
        emoji: row.emoji,
    });
    Ok(traces.collect())
}
