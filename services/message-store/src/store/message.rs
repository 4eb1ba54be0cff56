//! Stored messages, each with its sender and the message it answers.

use pulse_types::{ConversationId, MessageId};
use uuid::Uuid;

use crate::domain::message::Message;
use crate::store::row::MessageRow;
use crate::store::{Conn, StoreError};

/// The messages of a range of positions, both ends included, ascending.
///
/// # Errors
/// [`StoreError`].
pub async fn list_range(
    conn: &mut Conn,
    conversation_id: ConversationId,
    first: i64,
    last: i64,
) -> Result<Vec<Message>, StoreError> {
    let rows = sqlx::query_as!(
        MessageRow,
        r#"SELECT m.message_id AS "message_id!", m.conversation_id AS "conversation_id!", m.seq AS "seq!",
                  m.version AS "version!", m.sender_id,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?",
                  m.client_id, m.kind AS "kind!", m.body AS "body!", r.message_id AS "reply_message_id?", r.seq AS "reply_seq?",
                  r.sender_id AS "reply_sender_id?", left(r.body, 120) AS "reply_excerpt?",
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at
           FROM messages m
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = $1 AND r.seq = m.reply_to_seq
           WHERE m.conversation_id = $1 AND m.seq BETWEEN $2 AND $3
           ORDER BY m.seq"#,
        conversation_id.as_uuid(),
        first,
        last,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// The messages at some positions, in no order; absent ones are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_at(
    conn: &mut Conn,
    positions: &[(ConversationId, i64)],
) -> Result<Vec<Message>, StoreError> {
    let (conversation_ids, seqs): (Vec<Uuid>, Vec<i64>) =
        positions.iter().map(|(conversation_id, seq)| (conversation_id.as_uuid(), *seq)).unzip();
    let rows = sqlx::query_as!(
        MessageRow,
        r#"SELECT m.message_id AS "message_id!", m.conversation_id AS "conversation_id!", m.seq AS "seq!",
                  m.version AS "version!", m.sender_id,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?",
                  m.client_id, m.kind AS "kind!", m.body AS "body!", r.message_id AS "reply_message_id?", r.seq AS "reply_seq?",
                  r.sender_id AS "reply_sender_id?", left(r.body, 120) AS "reply_excerpt?",
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at
           FROM UNNEST($1::uuid[], $2::bigint[]) AS k (conversation_id, seq)
           JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = k.conversation_id AND r.seq = m.reply_to_seq"#,
        &conversation_ids,
        &seqs,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// One message.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, message_id: MessageId) -> Result<Option<Message>, StoreError> {
    let row = sqlx::query_as!(
        MessageRow,
        r#"SELECT m.message_id AS "message_id!", m.conversation_id AS "conversation_id!", m.seq AS "seq!",
                  m.version AS "version!", m.sender_id,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?",
                  m.client_id, m.kind AS "kind!", m.body AS "body!", r.message_id AS "reply_message_id?", r.seq AS "reply_seq?",
                  r.sender_id AS "reply_sender_id?", left(r.body, 120) AS "reply_excerpt?",
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at
           FROM messages m
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = m.conversation_id AND r.seq = m.reply_to_seq
           WHERE m.message_id = $1"#,
        message_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Message::try_from).transpose()
}
