//! What is unread.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::change::MarksMoved;
use crate::store::{Conn, StoreError};

/// The unread state of one member in one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Position of the newest message.
    pub last_seq: i64,
    /// Version of the conversation.
    pub version: i64,
    /// How far the member has read.
    pub read_seq: i64,
    /// Undeleted messages above it that mention the member.
    pub mention_count: i64,
    /// Sum over the member's conversations that are neither archived nor muted.
    pub total_unread: i64,
}

/// The unread state of members; pairs that are no membership are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_unread(
    conn: &mut Conn,
    keys: &[(UserId, ConversationId)],
    now: OffsetDateTime,
) -> Result<Vec<Unread>, StoreError> {
    let (user_ids, conversation_ids): (Vec<Uuid>, Vec<Uuid>) =
        keys.iter().map(|(user_id, conversation_id)| (user_id.as_uuid(), conversation_id.as_uuid())).unzip();
    let rows = sqlx::query!(
        r#"WITH totals AS MATERIALIZED (
               SELECT u.user_id, t.total_unread
               FROM (SELECT DISTINCT user_id FROM UNNEST($1::uuid[]) AS a (user_id)) AS u
               CROSS JOIN LATERAL (
                   SELECT COALESCE(SUM(c.last_seq - m.read_seq), 0)::bigint AS total_unread
                   FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
                   WHERE m.user_id = u.user_id AND NOT m.is_archived AND (m.muted_until IS NULL OR m.muted_until <= $3)
               ) AS t
           )
           SELECT m.user_id, m.conversation_id, c.last_seq, c.version, m.read_seq, t.total_unread AS "total_unread!",
                  (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = k.conversation_id AND n.user_id = k.user_id AND n.seq > m.read_seq)
                      AS "mention_count!"
           FROM UNNEST($1::uuid[], $2::uuid[]) AS k (user_id, conversation_id)
           JOIN members m ON m.conversation_id = k.conversation_id AND m.user_id = k.user_id
           JOIN conversations c ON c.conversation_id = k.conversation_id
           JOIN totals t ON t.user_id = k.user_id"#,
        &user_ids,
        &conversation_ids,
        now,
    )
    .fetch_all(conn)
    .await?;
    let unread = rows.into_iter().map(|row| Unread {
        user_id: UserId::from_uuid(row.user_id),
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        last_seq: row.last_seq,
        version: row.version,
        read_seq: row.read_seq,
        mention_count: row.mention_count,
        total_unread: row.total_unread,
    });
    Ok(unread.collect())
}

/// The total of unread messages of some people; those without any conversation are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn total_unread(
    conn: &mut Conn,
    user_ids: &[UserId],
    now: OffsetDateTime,
) -> Result<Vec<(UserId, i64)>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT m.user_id, SUM(c.last_seq - m.read_seq)::bigint AS "total_unread!"
           FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
           WHERE m.user_id = ANY($1) AND NOT m.is_archived AND (m.muted_until IS NULL OR m.muted_until <= $2)
           GROUP BY m.user_id"#,
        &user_ids,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (UserId::from_uuid(row.user_id), row.total_unread)).collect())
}

/// What is counted for a member beside the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Undeleted messages above the read mark that mention the member.
    pub mention_count: i64,
    /// Sum over the member's conversations that are neither archived nor muted.
    pub total_unread: i64,
}

/// The counts of members who have read up to some positions, in the order of `members`.
///
/// # Errors
/// [`StoreError`].
pub async fn counts(
    conn: &mut Conn,
    members: &[MarksMoved],
    now: OffsetDateTime,
) -> Result<Vec<Counts>, StoreError> {
    let user_ids: Vec<Uuid> = members.iter().map(|member| member.user_id.as_uuid()).collect();
    let conversation_ids: Vec<Uuid> = members.iter().map(|member| member.conversation_id.as_uuid()).collect();
    let read_seqs: Vec<i64> = members.iter().map(|member| member.marks.read_seq).collect();
    let counts = sqlx::query_as!(
        Counts,
        r#"WITH totals AS MATERIALIZED (
               SELECT u.user_id, t.total_unread
               FROM (SELECT DISTINCT user_id FROM UNNEST($1::uuid[]) AS a (user_id)) AS u
               CROSS JOIN LATERAL (
                   SELECT COALESCE(SUM(c.last_seq - m.read_seq), 0)::bigint AS total_unread
                   FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
                   WHERE m.user_id = u.user_id AND NOT m.is_archived AND (m.muted_until IS NULL OR m.muted_until <= $4)
               ) AS t
           )
           SELECT (SELECT count(*) FROM mentions n
                   WHERE n.conversation_id = k.conversation_id AND n.user_id = k.user_id AND n.seq > k.read_seq)
                      AS "mention_count!",
                  t.total_unread AS "total_unread!"
           FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[])
                WITH ORDINALITY AS k (user_id, conversation_id, read_seq, place)
           JOIN totals t ON t.user_id = k.user_id
           ORDER BY k.place"#,
        &user_ids,
        &conversation_ids,
        &read_seqs,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(counts)
}

/// Up to `limit` conversations after one in which somebody has something unread, by id.
///
/// # Errors
/// [`StoreError`].
pub async fn list_with_unread(
    conn: &mut Conn,
    user_id: UserId,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "SELECT m.conversation_id
         FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
         WHERE m.user_id = $1 AND m.conversation_id > $2 AND c.last_seq > m.read_seq
         ORDER BY m.conversation_id LIMIT $3",
        user_id.as_uuid(),
        after.map(|after| after.as_uuid()).unwrap_or_default(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ConversationId::from_uuid).collect())
}
