//! Stored messages, complete: as somebody sees them, or as nobody in particular, without what is one's own.

use pulse_types::{ConversationId, MessageId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::conversation::Role;
use crate::domain::message::Message;
use crate::domain::system::SystemNote;
use crate::store::row::MessageRow;
use crate::store::{Conn, StoreError, hydrate, mention};

/// The messages of a range of positions, both ends included, ascending.
///
/// # Errors
/// [`StoreError`].
pub async fn list_range(
    conn: &mut Conn,
    viewer: Option<UserId>,
    conversation_id: ConversationId,
    (first, last): (i64, i64),
) -> Result<Vec<Message>, StoreError> {
    let rows = sqlx::query_as!(
        MessageRow,
        r#"SELECT m.message_id AS "message_id!", m.conversation_id AS "conversation_id!", m.seq AS "seq!",
                  m.version AS "version!", m.sender_id,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?",
                  m.client_id, m.kind AS "kind!", m.body AS "body!", r.message_id AS "reply_message_id?", r.seq AS "reply_seq?",
                  r.sender_id AS "reply_sender_id?", left(r.body, 120) AS "reply_excerpt?",
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at,
                  m.mentioned_user_ids AS "mentioned_user_ids!", m.attachment_ids AS "attachment_ids!",
                  m.has_reactions AS "has_reactions!", m.system_event, m.system_actor_id, m.system_user_id, m.system_title,
                  m.system_topic, m.system_role
           FROM messages m
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = $1 AND r.seq = m.reply_to_seq
           WHERE m.conversation_id = $1 AND m.seq BETWEEN $2 AND $3
           ORDER BY m.seq"#,
        conversation_id.as_uuid(),
        first,
        last,
    )
    .fetch_all(&mut *conn)
    .await?;
    hydrate::complete(conn, viewer, rows).await
}

/// The position of the first message that is not older than `at`, in a history that ends at `last_seq`. Times rise with
/// positions, so it is found by halving: each step reads one message by its key.
///
/// # Errors
/// [`StoreError`].
pub async fn find_not_older(
    conn: &mut Conn,
    conversation_id: ConversationId,
    last_seq: i64,
    at: OffsetDateTime,
) -> Result<Option<i64>, StoreError> {
    let seq = sqlx::query_scalar!(
        r#"WITH RECURSIVE halves (low, high) AS (
               SELECT 1::bigint, $2::bigint + 1
               UNION ALL
               SELECT CASE WHEN m.created_at < $3 THEN m.seq + 1 ELSE h.low END,
                      CASE WHEN m.created_at < $3 THEN h.high ELSE m.seq END
               FROM halves h
               CROSS JOIN LATERAL (
                   SELECT seq, created_at FROM messages
                   WHERE conversation_id = $1 AND seq >= (h.low + h.high) / 2 ORDER BY seq LIMIT 1
               ) AS m
               WHERE h.low < h.high
           )
           SELECT low AS "seq!" FROM halves WHERE low >= high"#,
        conversation_id.as_uuid(),
        last_seq,
        at,
    )
    .fetch_optional(conn)
    .await?;
    Ok(seq.filter(|seq| *seq <= last_seq))
}

/// The messages at some positions, in no order; absent ones are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_at(
    conn: &mut Conn,
    viewer: Option<UserId>,
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
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at,
                  m.mentioned_user_ids AS "mentioned_user_ids!", m.attachment_ids AS "attachment_ids!",
                  m.has_reactions AS "has_reactions!", m.system_event, m.system_actor_id, m.system_user_id, m.system_title,
                  m.system_topic, m.system_role
           FROM UNNEST($1::uuid[], $2::bigint[]) AS k (conversation_id, seq)
           JOIN messages m ON m.conversation_id = k.conversation_id AND m.seq = k.seq
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = k.conversation_id AND r.seq = m.reply_to_seq"#,
        &conversation_ids,
        &seqs,
    )
    .fetch_all(&mut *conn)
    .await?;
    hydrate::complete(conn, viewer, rows).await
}

/// One message.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    viewer: Option<UserId>,
    message_id: MessageId,
) -> Result<Option<Message>, StoreError> {
    let row = sqlx::query_as!(
        MessageRow,
        r#"SELECT m.message_id AS "message_id!", m.conversation_id AS "conversation_id!", m.seq AS "seq!",
                  m.version AS "version!", m.sender_id,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?",
                  m.client_id, m.kind AS "kind!", m.body AS "body!", r.message_id AS "reply_message_id?", r.seq AS "reply_seq?",
                  r.sender_id AS "reply_sender_id?", left(r.body, 120) AS "reply_excerpt?",
                  m.created_at AS "created_at!", m.edited_at, m.deleted_at,
                  m.mentioned_user_ids AS "mentioned_user_ids!", m.attachment_ids AS "attachment_ids!",
                  m.has_reactions AS "has_reactions!", m.system_event, m.system_actor_id, m.system_user_id, m.system_title,
                  m.system_topic, m.system_role
           FROM messages m
           LEFT JOIN people p ON p.user_id = m.sender_id
           LEFT JOIN messages r ON r.conversation_id = m.conversation_id AND r.seq = m.reply_to_seq
           WHERE m.message_id = $1"#,
        message_id.as_uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    Ok(hydrate::complete(conn, viewer, row.into_iter().collect()).await?.pop())
}

/// Writes a system message whose position and version are taken.
///
/// # Errors
/// [`StoreError`].
pub async fn insert_system(conn: &mut Conn, message: &Message, note: &SystemNote) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO messages (conversation_id, seq, message_id, version, kind, body, created_at, system_event,
                               system_actor_id, system_user_id, system_title, system_topic, system_role)
         VALUES ($1, $2, $3, $4, 'system', '', $5, $6, $7, $8, $9, $10, $11)",
        message.conversation_id.as_uuid(),
        message.seq,
        message.message_id.as_uuid(),
        message.version,
        message.created_at,
        note.event.as_str(),
        note.actor_id.map(|actor_id| actor_id.as_uuid()),
        note.user_id.map(|user_id| user_id.as_uuid()),
        note.title,
        note.topic,
        note.role.map(Role::as_str),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where a message stands.
///
/// # Errors
/// [`StoreError`].
pub async fn find_position(
    conn: &mut Conn,
    message_id: MessageId,
) -> Result<Option<(ConversationId, i64)>, StoreError> {
    let row = sqlx::query!(
        "SELECT conversation_id, seq FROM messages WHERE message_id = $1",
        message_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (ConversationId::from_uuid(row.conversation_id), row.seq)))
}

/// A message that is to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Deletion<'a> {
    /// As it is.
    pub message: &'a Message,
    /// The conversation's version of its deletion.
    pub version: i64,
}

/// Deletes messages of a locked conversation: what they said, before too, whom they mention, what was reacted. What was first
/// sent stays known by its digest alone.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(
    conn: &mut Conn,
    conversation_id: ConversationId,
    deletions: &[Deletion<'_>],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let id = conversation_id.as_uuid();
    let seqs: Vec<i64> = deletions.iter().map(|deletion| deletion.message.seq).collect();
    let versions: Vec<i64> = deletions.iter().map(|deletion| deletion.version).collect();
    let digests: Vec<Vec<u8>> =
        deletions.iter().map(|deletion| deletion.message.digest().as_bytes().to_vec()).collect();
    for deletion in deletions {
        mention::delete(conn, deletion.message).await?;
    }
    sqlx::query!("DELETE FROM message_edits WHERE conversation_id = $1 AND seq = ANY($2)", id, &seqs)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM reactions WHERE conversation_id = $1 AND seq = ANY($2)", id, &seqs)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "UPDATE messages m
         SET body = '', deleted_at = $5, version = k.version, body_version = NULL, mentioned_user_ids = '{}',
             attachment_ids = '{}', has_reactions = false, words = NULL,
             sent_digest = COALESCE(m.sent_digest, k.digest), changed_xid = pg_current_xact_id()
         FROM UNNEST($2::bigint[], $3::bigint[], $4::bytea[]) AS k (seq, version, digest)
         WHERE m.conversation_id = $1 AND m.seq = ANY($2) AND m.seq = k.seq",
        id,
        &seqs,
        &versions,
        &digests,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
