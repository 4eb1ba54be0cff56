//! What changed since a point in the order of commits. The statements that read are meant for one transaction with one
//! snapshot ([`crate::store::Db::begin_snapshot`]).

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::mark::Marks;
use crate::domain::person::Pair;
use crate::domain::sync::Point;
use crate::store::row::pair;
use crate::store::{Conn, StoreError};

/// A conversation that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub conversation_id: ConversationId,
    /// Whether the user has joined it since.
    pub is_new: bool,
    /// About how much of an answer its last message takes.
    pub last_bytes: i64,
}

/// A message that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position.
    pub seq: i64,
    /// About how much of an answer it takes.
    pub size_bytes: i64,
}

/// Marks that sync moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Where.
    pub conversation_id: ConversationId,
    /// The two people of a direct.
    pub pair: Option<Pair>,
    /// Whether these two are connected.
    pub is_connected: bool,
    /// How many members.
    pub member_count: i32,
    /// The marks as they are now.
    pub marks: Marks,
    /// Whether the user shows others what they have read.
    pub shows_read: bool,
}

/// What is committed, as this statement sees it; in a transaction with one snapshot, that snapshot.
///
/// # Errors
/// [`StoreError`].
pub async fn snapshot(conn: &mut Conn) -> Result<String, StoreError> {
    let snapshot = sqlx::query_scalar!(r#"SELECT pg_current_snapshot()::text AS "snapshot!""#);
    Ok(snapshot.fetch_one(conn).await?)
}

/// What somebody has unread in all conversations that are neither archived nor muted, and which of their conversations have
/// more than `members_max` members: one scan of their memberships tells both.
///
/// # Errors
/// [`StoreError`].
pub async fn inbox(
    conn: &mut Conn,
    user_id: UserId,
    members_max: i32,
    now: OffsetDateTime,
) -> Result<(i64, Vec<ConversationId>), StoreError> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(SUM(c.last_seq - m.read_seq)
                      FILTER (WHERE NOT m.is_archived AND (m.muted_until IS NULL OR m.muted_until <= $3)), 0)::bigint
                      AS "total_unread!",
                  COALESCE(array_agg(c.conversation_id) FILTER (WHERE c.member_count > $2), '{}') AS "large!"
           FROM members m JOIN conversations c ON c.conversation_id = m.conversation_id
           WHERE m.user_id = $1"#,
        user_id.as_uuid(),
        members_max,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok((row.total_unread, row.large.into_iter().map(ConversationId::from_uuid).collect()))
}

/// The conversations of somebody that changed since a point, or in which their own part did, in the order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn list_changed(
    conn: &mut Conn,
    user_id: UserId,
    since: &Point,
    after: ConversationId,
    limit: i64,
) -> Result<Vec<Changed>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT k.conversation_id AS "conversation_id!", k.is_new AS "is_new!",
                  COALESCE(l.size_bytes, 0)::bigint AS "last_bytes!"
           FROM (
               SELECT m.conversation_id, c.last_seq,
                      NOT pg_visible_in_snapshot(m.joined_xid, $3::text::pg_snapshot) AS is_new
               FROM members m
               JOIN conversations c ON c.conversation_id = m.conversation_id
               WHERE m.user_id = $1 AND m.conversation_id > $2
                 AND (NOT pg_visible_in_snapshot(c.changed_xid, $3::text::pg_snapshot)
                      OR (NOT pg_visible_in_snapshot(m.changed_xid, $3::text::pg_snapshot)
                          AND m.changed_xid <> ALL ($4::text[]::xid8[])))
               ORDER BY m.conversation_id
               LIMIT $5
           ) AS k
           LEFT JOIN LATERAL (
               SELECT octet_length(n.body) + 640 * (1 + cardinality(n.attachment_ids)) AS size_bytes
               FROM messages n
               WHERE n.conversation_id = k.conversation_id AND n.seq = k.last_seq
           ) AS l ON true
           ORDER BY k.conversation_id"#,
        user_id.as_uuid(),
        after.as_uuid(),
        since.snapshot(),
        &since.own(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let changed = rows.into_iter().map(|row| Changed {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        is_new: row.is_new,
        last_bytes: row.last_bytes,
    });
    Ok(changed.collect())
}

/// The conversations that somebody is not in any more since a point, in the order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn list_departed(
    conn: &mut Conn,
    user_id: UserId,
    since: &Point,
    after: ConversationId,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "SELECT d.conversation_id
         FROM departures d
         WHERE d.user_id = $1 AND d.conversation_id > $2
           AND NOT pg_visible_in_snapshot(d.changed_xid, $3::text::pg_snapshot)
         ORDER BY d.conversation_id
         LIMIT $4",
        user_id.as_uuid(),
        after.as_uuid(),
        since.snapshot(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ConversationId::from_uuid).collect())
}

/// The messages of each conversation that changed since a point, the latest `limit` by position; of conversations that are
/// new to the user the latest ones, changed or not. In the order of the conversations, then descending by position.
///
/// In one conversation the order of versions is that of commits, so what changed is found from the end, up to the first one
/// that the point shows. After `searched_max`, which is above `limit`, it is not looked for any more: these and the last ones
/// of the conversation are what is told then.
///
/// # Errors
/// [`StoreError`].
pub async fn list_messages(
    conn: &mut Conn,
    changed: &[Changed],
    since: &Point,
    limit: i64,
    searched_max: i64,
) -> Result<Vec<Found>, StoreError> {
    let (conversation_ids, are_new): (Vec<Uuid>, Vec<bool>) =
        changed.iter().map(|changed| (changed.conversation_id.as_uuid(), changed.is_new)).unzip();
    let rows = sqlx::query!(
        r#"SELECT k.conversation_id AS "conversation_id!", f.seq AS "seq!", f.size_bytes::bigint AS "size_bytes!"
           FROM UNNEST($1::uuid[], $2::boolean[]) WITH ORDINALITY AS k (conversation_id, is_new, place)
           LEFT JOIN LATERAL (
               SELECT n.version
               FROM (SELECT m.version, m.changed_xid FROM messages m
                     WHERE m.conversation_id = k.conversation_id AND m.version > 0 AND NOT k.is_new
                     ORDER BY m.version DESC LIMIT $5) AS n
               WHERE pg_visible_in_snapshot(n.changed_xid, $3::text::pg_snapshot)
               LIMIT 1
           ) AS known ON true
           CROSS JOIN LATERAL (
               SELECT u.seq, max(u.size_bytes) AS size_bytes
               FROM (
                   (SELECT m.seq, octet_length(m.body) + 640 * (1 + cardinality(m.attachment_ids)) AS size_bytes
                    FROM messages m
                    WHERE m.conversation_id = k.conversation_id AND NOT k.is_new
                      AND m.version > 0 AND m.version > COALESCE(known.version, 0)
                    ORDER BY m.version DESC LIMIT $5)
                   UNION ALL
                   (SELECT l.seq, l.size_bytes
                    FROM (SELECT m.seq, m.changed_xid,
                                 octet_length(m.body) + 640 * (1 + cardinality(m.attachment_ids)) AS size_bytes
                          FROM messages m
                          WHERE m.conversation_id = k.conversation_id AND known.version IS NULL
                          ORDER BY m.seq DESC LIMIT $4) AS l
                    WHERE k.is_new OR NOT pg_visible_in_snapshot(l.changed_xid, $3::text::pg_snapshot))
               ) AS u
               GROUP BY u.seq
               ORDER BY u.seq DESC LIMIT $4
           ) AS f
           ORDER BY k.place, f.seq DESC"#,
        &conversation_ids,
        &are_new,
        since.snapshot(),
        limit,
        searched_max,
    )
    .fetch_all(conn)
    .await?;
    let found = rows.into_iter().map(|row| Found {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        seq: row.seq,
        size_bytes: row.size_bytes,
    });
    Ok(found.collect())
}

/// Moves somebody's delivered marks up to what is told to them; and the transaction that did it, if any moved.
///
/// # Errors
/// [`StoreError`]; also when the marks were moved since the snapshot of the transaction.
pub async fn mark_delivered(
    conn: &mut Conn,
    user_id: UserId,
    told: &[(ConversationId, i64)],
) -> Result<(Vec<Delivered>, Option<u64>), StoreError> {
    if told.is_empty() {
        return Ok((Vec::new(), None));
    }
    let (conversation_ids, seqs): (Vec<Uuid>, Vec<i64>) =
        told.iter().map(|(conversation_id, seq)| (conversation_id.as_uuid(), *seq)).unzip();
    let rows = sqlx::query!(
        r#"WITH moved AS (
               UPDATE members m
               SET delivered_seq = k.seq, changed_xid = pg_current_xact_id()
               FROM UNNEST($2::uuid[], $3::bigint[]) AS k (conversation_id, seq)
               WHERE m.user_id = $1 AND m.conversation_id = ANY($2) AND m.conversation_id = k.conversation_id
                 AND m.delivered_seq < k.seq
               RETURNING m.conversation_id, m.read_seq, m.delivered_seq, m.changed_xid
           )
           SELECT m.conversation_id, m.read_seq, m.delivered_seq, m.changed_xid::text AS "xid!",
                  c.low_user_id, c.high_user_id, c.is_connected, c.member_count, COALESCE(p.sends_read_receipts, true) AS "shows_read!"
           FROM moved m
           JOIN conversations c ON c.conversation_id = m.conversation_id
           LEFT JOIN people p ON p.user_id = $1"#,
        user_id.as_uuid(),
        &conversation_ids,
        &seqs,
    )
    .fetch_all(conn)
    .await?;
    let xid = rows.first().and_then(|row| row.xid.parse().ok());
    let delivered = rows.into_iter().map(|row| Delivered {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        pair: pair(row.low_user_id, row.high_user_id),
        is_connected: row.is_connected,
        member_count: row.member_count,
        shows_read: row.shows_read,
        marks: Marks { read_seq: row.read_seq, delivered_seq: row.delivered_seq },
    });
    Ok((delivered.collect(), xid))
}
