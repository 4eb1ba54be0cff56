//! Bodies of messages that were edited.

use pulse_types::ConversationId;
use uuid::Uuid;

use crate::domain::language::Language;
use crate::domain::message::{EDITS_MAX, Edit, Message, SentDigest};
use crate::store::{Conn, StoreError};

/// Writes a message as it was edited, and keeps what it said before. `digest` is of what it said; what was first sent stays
/// known by the first one.
///
/// # Errors
/// [`StoreError`].
pub async fn write(
    conn: &mut Conn,
    edited: &Message,
    digest: &SentDigest,
    language: Language,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO message_edits (conversation_id, seq, version, body, written_at)
         SELECT conversation_id, seq, COALESCE(body_version, version), body, COALESCE(edited_at, created_at)
         FROM messages WHERE conversation_id = $1 AND seq = $2",
        edited.conversation_id.as_uuid(),
        edited.seq,
    )
    .execute(&mut *conn)
    .await?;
    let mentions: Vec<Uuid> = edited.mentions.iter().map(|user_id| user_id.as_uuid()).collect();
    sqlx::query!(
        "UPDATE messages
         SET body = $3, version = $4, body_version = NULL, edited_at = $5, mentioned_user_ids = $6,
             sent_digest = COALESCE(sent_digest, $7), changed_xid = pg_current_xact_id(),
             words = CASE WHEN $3 <> '' THEN to_tsvector('simple', $3) || to_tsvector($8::text::regconfig, $3) END
         WHERE conversation_id = $1 AND seq = $2",
        edited.conversation_id.as_uuid(),
        edited.seq,
        edited.body,
        edited.version,
        edited.edited_at,
        &mentions,
        digest.as_bytes(),
        language.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The latest earlier bodies of a message, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seq: i64,
) -> Result<Vec<Edit>, StoreError> {
    let mut edits = sqlx::query_as!(
        Edit,
        "SELECT body, version, written_at FROM message_edits
         WHERE conversation_id = $1 AND seq = $2 ORDER BY version DESC LIMIT $3",
        conversation_id.as_uuid(),
        seq,
        EDITS_MAX,
    )
    .fetch_all(conn)
    .await?;
    edits.reverse();
    Ok(edits)
}
