//! What is held on a person, page by page in the order of keys.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::departure::Departure;
use crate::store::{Conn, StoreError};

/// A conversation with the person's own part in it.
#[derive(Debug, Clone)]
pub struct ConversationRow {
    /// Which one.
    pub conversation_id: Uuid,
    /// `direct`, `group` or `room`.
    pub kind: String,
    /// Empty when there is none.
    pub title: String,
    /// The person's role.
    pub role: String,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// Position of the newest message.
    pub last_seq: i64,
    /// How far the person has read.
    pub read_seq: i64,
    /// How far it was delivered.
    pub delivered_seq: i64,
    /// Marked by the person.
    pub is_pinned: bool,
    /// Put away by the person.
    pub is_archived: bool,
    /// Muted up to then.
    pub muted_until: Option<OffsetDateTime>,
    /// The other one of a direct.
    pub peer_username: Option<String>,
    /// How the other one is shown.
    pub peer_display_name: Option<String>,
}

/// A message that the person wrote.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Which one.
    pub message_id: Uuid,
    /// What the person's device named it.
    pub client_id: Uuid,
    /// Its position.
    pub seq: i64,
    /// Whom it mentions.
    pub mentioned_user_ids: Vec<Uuid>,
    /// What it says; empty once deleted.
    pub body: String,
    /// Position of the message it answers.
    pub reply_to_seq: Option<i64>,
    /// When it was stored.
    pub created_at: OffsetDateTime,
    /// When it was edited last.
    pub edited_at: Option<OffsetDateTime>,
    /// When it was deleted.
    pub deleted_at: Option<OffsetDateTime>,
}

/// Up to `limit` conversations of a person, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn list_conversations(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ConversationRow>, StoreError> {
    let rows = sqlx::query_as!(
        ConversationRow,
        r#"SELECT c.conversation_id, c.kind, c.title, m.role, m.joined_at, c.last_seq, m.read_seq, m.delivered_seq,
                  m.is_pinned, m.is_archived, m.muted_until,
                  p.username AS "peer_username?", p.display_name AS "peer_display_name?"
           FROM members m
           JOIN conversations c ON c.conversation_id = m.conversation_id
           LEFT JOIN people p ON p.user_id = CASE WHEN c.low_user_id = $1 THEN c.high_user_id ELSE c.low_user_id END
           WHERE m.user_id = $1 AND m.conversation_id > $2
           ORDER BY m.conversation_id LIMIT $3"#,
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Up to `limit` conversations that a person has left, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn list_departures(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Departure>, StoreError> {
    let rows = sqlx::query!(
        "SELECT conversation_id, version, is_barred, departed_at FROM departures
         WHERE user_id = $1 AND conversation_id > $2
         ORDER BY conversation_id LIMIT $3",
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let departures = rows.into_iter().map(|row| Departure {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        user_id,
        version: row.version,
        is_barred: row.is_barred,
        departed_at: row.departed_at,
    });
    Ok(departures.collect())
}

/// The first conversation that a person is or was in, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn find_next_conversation(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
) -> Result<Option<ConversationId>, StoreError> {
    let id = sqlx::query_scalar!(
        r#"(SELECT conversation_id AS "conversation_id!" FROM members WHERE user_id = $1 AND conversation_id > $2
            ORDER BY conversation_id LIMIT 1)
           UNION
           (SELECT conversation_id FROM departures WHERE user_id = $1 AND conversation_id > $2
            ORDER BY conversation_id LIMIT 1)
           ORDER BY 1 LIMIT 1"#,
        user_id.as_uuid(),
        after,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Up to `limit` messages that a person wrote in a conversation, by the names that the person's devices gave them: whatever
/// others wrote there is not read.
///
/// # Errors
/// [`StoreError`].
pub async fn list_messages(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let rows = sqlx::query_as!(
        MessageRow,
        r#"SELECT message_id, client_id AS "client_id!", seq, mentioned_user_ids, body, reply_to_seq, created_at, edited_at, deleted_at
           FROM messages WHERE conversation_id = $1 AND sender_id = $2 AND client_id > $3
           ORDER BY client_id LIMIT $4"#,
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// An earlier body of a message that a person wrote.
#[derive(Debug, Clone)]
pub struct EditRow {
    /// Position of the message.
    pub seq: i64,
    /// What it said.
    pub body: String,
    /// When that was written.
    pub written_at: OffsetDateTime,
}

/// The earlier bodies of some messages of a conversation, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list_edits(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seqs: &[i64],
) -> Result<Vec<EditRow>, StoreError> {
    let rows = sqlx::query_as!(
        EditRow,
        "SELECT seq, body, written_at FROM message_edits WHERE conversation_id = $1 AND seq = ANY($2)
         ORDER BY seq, version",
        conversation_id.as_uuid(),
        seqs,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A reaction of the person.
#[derive(Debug, Clone)]
pub struct ReactionRow {
    /// Where.
    pub conversation_id: Uuid,
    /// Position of the message.
    pub seq: i64,
    /// Fully qualified.
    pub emoji: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
}

/// Up to `limit` reactions of a person, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn list_reactions(
    conn: &mut Conn,
    user_id: UserId,
    after: &(Uuid, i64, String),
    limit: i64,
) -> Result<Vec<ReactionRow>, StoreError> {
    let rows = sqlx::query_as!(
        ReactionRow,
        "SELECT conversation_id, seq, emoji, created_at FROM reactions
         WHERE user_id = $1 AND conversation_id >= $2 AND (conversation_id, seq, emoji) > ($2, $3, $4)
         ORDER BY conversation_id, seq, emoji LIMIT $5",
        user_id.as_uuid(),
        after.0,
        after.1,
        after.2,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A file that a person has sent up.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Which one.
    pub attachment_id: Uuid,
    /// As the person named it.
    pub name: String,
    /// As it was found to be.
    pub media_type: String,
    /// In bytes.
    pub size_bytes: i64,
    /// When it was sent up.
    pub created_at: OffsetDateTime,
    /// Where it was posted.
    pub conversation_id: Option<Uuid>,
    /// With which message.
    pub seq: Option<i64>,
    /// Of pictures.
    pub picture_key: Option<String>,
}

/// Up to `limit` files of a person, after one.
///
/// # Errors
/// [`StoreError`].
pub async fn list_files(
    conn: &mut Conn,
    user_id: UserId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<FileRow>, StoreError> {
    let rows = sqlx::query_as!(
        FileRow,
        "SELECT attachment_id, name, media_type, size_bytes, created_at, conversation_id, seq, picture_key
         FROM attachments WHERE uploader_id = $1 AND attachment_id > $2 ORDER BY attachment_id LIMIT $3",
        user_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
