//! Members of conversations.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::conversation::Role;
use crate::store::{Conn, StoreError};

/// Adds people with one role, nothing unread.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_ids: &[UserId],
    role: Role,
    joined_at: OffsetDateTime,
) -> Result<(), StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    sqlx::query!(
        "INSERT INTO members (conversation_id, user_id, role, joined_at, version, read_seq, delivered_seq)
         SELECT c.conversation_id, u.user_id, $3, $4, c.version, c.last_seq, c.last_seq
         FROM conversations c CROSS JOIN UNNEST($2::uuid[]) AS u (user_id)
         WHERE c.conversation_id = $1",
        conversation_id.as_uuid(),
        &user_ids,
        role.as_str(),
        joined_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The members of some conversations, as pairs in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn list_ids(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
) -> Result<Vec<(ConversationId, UserId)>, StoreError> {
    let conversation_ids: Vec<Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    let rows = sqlx::query!(
        "SELECT conversation_id, user_id FROM members WHERE conversation_id = ANY($1)",
        &conversation_ids,
    )
    .fetch_all(conn)
    .await?;
    let pairs = rows
        .into_iter()
        .map(|row| (ConversationId::from_uuid(row.conversation_id), UserId::from_uuid(row.user_id)));
    Ok(pairs.collect())
}

/// What somebody may do in a conversation; `None` when they are not in.
///
/// # Errors
/// [`StoreError`].
pub async fn find_role(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<Option<Role>, StoreError> {
    let role = sqlx::query_scalar!(
        "SELECT role FROM members WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    let corrupt = |_| StoreError::Corrupt { table: "members", id: conversation_id.as_uuid() };
    role.map(|role| role.parse().map_err(corrupt)).transpose()
}

/// Moves somebody's marks up to a position at which they stand or which they wrote themselves; never back.
///
/// # Errors
/// [`StoreError`].
pub async fn catch_up(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    seq: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members
         SET read_seq = GREATEST(read_seq, $3), delivered_seq = GREATEST(delivered_seq, $3),
             changed_xid = pg_current_xact_id()
         WHERE conversation_id = $1 AND user_id = $2",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        seq,
    )
    .execute(conn)
    .await?;
    Ok(())
}
