//! Conversations as their members see them, and the one direct of two people.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;

use crate::domain::conversation::{Conversation, Head, Kind};
use crate::domain::person::Pair;
use crate::store::row::{ConversationRow, pair};
use crate::store::{Conn, StoreError};

/// Where a page of the inbox begins: after this conversation.
#[derive(Debug, Clone, Copy)]
pub struct InboxPosition {
    /// Its activity.
    pub active_at: OffsetDateTime,
    /// Its id, for those active in the same moment.
    pub conversation_id: ConversationId,
}

/// Which part of the inbox is wanted.
#[derive(Debug, Clone, Copy)]
pub struct InboxQuery {
    /// Whose.
    pub user_id: UserId,
    /// Only these.
    pub kind: Option<Kind>,
    /// The archived ones instead of the others.
    pub archived: bool,
    /// Where to go on.
    pub after: Option<InboxPosition>,
    /// At most so many.
    pub limit: i64,
}

/// A conversation with the part of one user in it, whether that user is a member or not. Its last message is left out.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<Option<Conversation>, StoreError> {
    // What is never null says so: behind outer joins that is otherwise read from the plan, which varies.
    let row = sqlx::query_as!(
        ConversationRow,
        r#"SELECT c.conversation_id AS "conversation_id!", c.kind AS "kind!", c.title AS "title!",
                  c.topic AS "topic!", c.avatar_url AS picture_url, c.is_closed AS "is_closed!", c.owner_id,
                  c.member_count AS "member_count!", c.last_seq AS "last_seq!", c.version AS "version!",
                  c.created_at AS "created_at!", c.updated_at AS "updated_at!", c.active_at AS "active_at!",
                  m.role AS "role?", m.joined_at AS "joined_at?", m.read_seq AS "read_seq?",
                  m.delivered_seq AS "delivered_seq?", m.muted_until AS "muted_until?", m.is_pinned AS "is_pinned?",
                  m.is_archived AS "is_archived?",
                  (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = c.conversation_id AND n.user_id = m.user_id AND n.seq > m.read_seq)
                      AS "mention_count!",
                  p.user_id AS "peer_id?", p.username AS "username?", p.display_name AS "display_name?",
                  p.avatar_url AS "avatar_url?"
           FROM conversations c
           LEFT JOIN members m ON m.conversation_id = c.conversation_id AND m.user_id = $2
           LEFT JOIN connections x ON x.low_user_id = c.low_user_id AND x.high_user_id = c.high_user_id
           LEFT JOIN people p ON p.user_id = CASE WHEN c.low_user_id = $2 THEN c.high_user_id ELSE c.low_user_id END
               AND NOT coalesce(CASE WHEN c.low_user_id = $2 THEN x.high_blocks ELSE x.low_blocks END, false)
           WHERE c.conversation_id = $1"#,
        conversation_id.as_uuid(),
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Conversation::try_from).transpose()
}

/// Some conversations with the part of one user in them, in the order of their ids. Absent ones, and the last messages, are
/// left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_some(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
    user_id: UserId,
) -> Result<Vec<Conversation>, StoreError> {
    let conversation_ids: Vec<uuid::Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    // LATERAL with a limit, so that the planner goes by both parts of the key: by the conversation alone it would read all
    // members of a large room.
    let rows = sqlx::query_as!(
        ConversationRow,
        r#"SELECT c.conversation_id AS "conversation_id!", c.kind AS "kind!", c.title AS "title!",
                  c.topic AS "topic!", c.avatar_url AS picture_url, c.is_closed AS "is_closed!", c.owner_id,
                  c.member_count AS "member_count!", c.last_seq AS "last_seq!", c.version AS "version!",
                  c.created_at AS "created_at!", c.updated_at AS "updated_at!", c.active_at AS "active_at!",
                  m.role AS "role?", m.joined_at AS "joined_at?", m.read_seq AS "read_seq?",
                  m.delivered_seq AS "delivered_seq?", m.muted_until AS "muted_until?", m.is_pinned AS "is_pinned?",
                  m.is_archived AS "is_archived?",
                  (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = c.conversation_id AND n.user_id = m.user_id AND n.seq > m.read_seq)
                      AS "mention_count!",
                  p.user_id AS "peer_id?", p.username AS "username?", p.display_name AS "display_name?",
                  p.avatar_url AS "avatar_url?"
           FROM conversations c
           LEFT JOIN LATERAL (
               SELECT * FROM members m WHERE m.conversation_id = c.conversation_id AND m.user_id = $2 LIMIT 1
           ) AS m ON true
           LEFT JOIN connections x ON x.low_user_id = c.low_user_id AND x.high_user_id = c.high_user_id
           LEFT JOIN people p ON p.user_id = CASE WHEN c.low_user_id = $2 THEN c.high_user_id ELSE c.low_user_id END
               AND NOT coalesce(CASE WHEN c.low_user_id = $2 THEN x.high_blocks ELSE x.low_blocks END, false)
           WHERE c.conversation_id = ANY($1)
           ORDER BY c.conversation_id"#,
        &conversation_ids,
        user_id.as_uuid(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Conversation::try_from).collect()
}

/// A conversation as everybody sees it: without anybody's own part, without a peer. Its last message is left out.
///
/// # Errors
/// [`StoreError`].
pub async fn find_shared(
    conn: &mut Conn,
    conversation_id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let nobody = UserId::from_uuid(uuid::Uuid::nil());
    let found = find(conn, conversation_id, nobody).await?;
    Ok(found.map(|conversation| Conversation { peer: None, ..conversation }))
}

/// Writes a locked head: what moved in it, at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn update_head(conn: &mut Conn, head: &Head, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations
         SET last_seq = $2, version = $3, member_count = $4, owner_id = $5, is_closed = $6, active_at = $7,
             updated_at = greatest(updated_at, $8), changed_xid = pg_current_xact_id()
         WHERE conversation_id = $1",
        head.conversation_id.as_uuid(),
        head.last_seq,
        head.version,
        head.member_count,
        head.owner_id.map(|owner_id| owner_id.as_uuid()),
        head.is_closed,
        head.active_at,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A page of somebody's inbox, latest activity first, without the last messages.
///
/// # Errors
/// [`StoreError`].
pub async fn list_inbox(conn: &mut Conn, query: InboxQuery) -> Result<Vec<Conversation>, StoreError> {
    // The page is cut before anything is joined to it (docs/decisions/0007).
    let rows = sqlx::query_as!(
        ConversationRow,
        r#"SELECT c.conversation_id AS "conversation_id!", c.kind AS "kind!", c.title AS "title!",
                  c.topic AS "topic!", c.avatar_url AS picture_url, c.is_closed AS "is_closed!", c.owner_id,
                  c.member_count AS "member_count!", c.last_seq AS "last_seq!", c.version AS "version!",
                  c.created_at AS "created_at!", c.updated_at AS "updated_at!", c.active_at AS "active_at!",
                  m.role AS "role?", m.joined_at AS "joined_at?", m.read_seq AS "read_seq?",
                  m.delivered_seq AS "delivered_seq?", m.muted_until AS "muted_until?", m.is_pinned AS "is_pinned?",
                  m.is_archived AS "is_archived?",
                  (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = c.conversation_id AND n.user_id = m.user_id AND n.seq > m.read_seq)
                      AS "mention_count!",
                  p.user_id AS "peer_id?", p.username AS "username?", p.display_name AS "display_name?",
                  p.avatar_url AS "avatar_url?"
           FROM (
               SELECT m.*, c.active_at
               FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
               WHERE m.user_id = $1 AND m.is_archived = $2
                 AND ($3::text IS NULL OR c.kind = $3)
                 AND ($4::timestamptz IS NULL OR (c.active_at, c.conversation_id) < ($4, $5::uuid))
               ORDER BY c.active_at DESC, c.conversation_id DESC
               LIMIT $6
           ) AS m
           JOIN conversations c ON c.conversation_id = m.conversation_id
           LEFT JOIN connections x ON x.low_user_id = c.low_user_id AND x.high_user_id = c.high_user_id
           LEFT JOIN people p ON p.user_id = CASE WHEN c.low_user_id = $1 THEN c.high_user_id ELSE c.low_user_id END
               AND NOT coalesce(CASE WHEN c.low_user_id = $1 THEN x.high_blocks ELSE x.low_blocks END, false)
           ORDER BY m.active_at DESC, m.conversation_id DESC"#,
        query.user_id.as_uuid(),
        query.archived,
        query.kind.map(Kind::as_str) as Option<&str>,
        query.after.map(|after| after.active_at) as Option<OffsetDateTime>,
        query.after.map(|after| after.conversation_id.as_uuid()) as Option<uuid::Uuid>,
        query.limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Conversation::try_from).collect()
}

/// The direct conversation of two people.
///
/// # Errors
/// [`StoreError`].
pub async fn find_direct(conn: &mut Conn, pair: Pair) -> Result<Option<ConversationId>, StoreError> {
    let id = sqlx::query_scalar!(
        "SELECT conversation_id FROM direct_pairs WHERE low_user_id = $1 AND high_user_id = $2",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ConversationId::from_uuid))
}

/// Takes the place of the one direct conversation of two people. False when somebody else has taken it; a transaction
/// that is about to is waited for.
///
/// # Errors
/// [`StoreError`].
pub async fn claim_direct(
    conn: &mut Conn,
    pair: Pair,
    conversation_id: ConversationId,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO direct_pairs (low_user_id, high_user_id, conversation_id) VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT direct_pairs_pkey DO NOTHING",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
        conversation_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Inserts the direct conversation of two connected people, at version 1, without its members.
///
/// # Errors
/// [`StoreError`].
pub async fn insert_direct(
    conn: &mut Conn,
    conversation_id: ConversationId,
    pair: Pair,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO conversations (conversation_id, kind, low_user_id, high_user_id, is_connected, member_count,
                                    created_at, updated_at, active_at)
         VALUES ($1, 'direct', $2, $3, true, 2, $4, $4, $4)",
        conversation_id.as_uuid(),
        pair.low.as_uuid(),
        pair.high.as_uuid(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells the direct conversation of two people, if there is one, whether they are connected. Waits for the transactions
/// that write to it: when this commits, all that was sent before has committed, and what comes later sees it.
///
/// # Errors
/// [`StoreError`].
pub async fn set_connected(conn: &mut Conn, pair: Pair, is_connected: bool) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations SET is_connected = $3
         WHERE conversation_id = (SELECT conversation_id FROM direct_pairs WHERE low_user_id = $1 AND high_user_id = $2)",
        pair.low.as_uuid(),
        pair.high.as_uuid(),
        is_connected,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The two people of a direct conversation, and whether they are connected; `None` for what is no direct.
///
/// # Errors
/// [`StoreError`].
pub async fn find_pair(
    conn: &mut Conn,
    conversation_id: ConversationId,
) -> Result<Option<(Pair, bool)>, StoreError> {
    let row = sqlx::query!(
        "SELECT low_user_id, high_user_id, is_connected FROM conversations WHERE conversation_id = $1",
        conversation_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| Some((pair(row.low_user_id, row.high_user_id)?, row.is_connected))))
}
