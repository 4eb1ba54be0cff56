//! Where the conversations of many people stand.

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::position::Position;
use crate::store::{Conn, StoreError};

/// Where the conversations of some people stand that changed since the snapshot beside each of them, those too that they are
/// not in any more; at most `limit`, in no order.
///
/// It reads one head for each membership of these people: an index of what changed lately would cost every send more.
///
/// # Errors
/// [`StoreError`].
pub async fn list_changed(
    conn: &mut Conn,
    asked: &[(UserId, &str)],
    limit: i64,
) -> Result<Vec<Position>, StoreError> {
    let (user_ids, horizons): (Vec<Uuid>, Vec<String>) =
        asked.iter().map(|(user_id, horizon)| (user_id.as_uuid(), (*horizon).to_owned())).unzip();
    // OFFSET, so that a snapshot is read once for each person and not for each membership.
    let rows = sqlx::query!(
        r#"WITH asked AS MATERIALIZED (
               SELECT u.user_id, u.horizon::pg_snapshot AS since
               FROM UNNEST($1::uuid[], $2::text[]) AS u (user_id, horizon) OFFSET 0
           )
           SELECT p.user_id AS "user_id!", p.conversation_id AS "conversation_id!", p.version AS "version!",
                  p.member_count AS "member_count!", p.is_gone AS "is_gone!"
           FROM (
               SELECT m.user_id, m.conversation_id, c.version, c.member_count, false AS is_gone
               FROM asked a
               JOIN members m ON m.user_id = a.user_id
               JOIN conversations c ON c.conversation_id = m.conversation_id
               WHERE NOT pg_visible_in_snapshot(c.changed_xid, a.since)
               UNION ALL
               SELECT d.user_id, d.conversation_id, d.version, 0, true
               FROM asked a
               JOIN departures d ON d.user_id = a.user_id
               WHERE NOT pg_visible_in_snapshot(d.changed_xid, a.since)
           ) AS p
           LIMIT $3"#,
        &user_ids,
        &horizons,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let positions = rows.into_iter().map(|row| Position {
        user_id: UserId::from_uuid(row.user_id),
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        version: row.version,
        member_count: row.member_count,
        is_gone: row.is_gone,
    });
    Ok(positions.collect())
}
