//! What changed in one conversation after a version. The statements are meant for one transaction with one snapshot
//! ([`crate::store::Db::begin_snapshot`]).

use pulse_types::{ConversationId, UserId};

use crate::domain::conversation::Member;
use crate::store::row::person;
use crate::store::{Conn, StoreError};

/// A version at which something changed, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The conversation's version of the change.
    pub version: i64,
    /// What changed.
    pub what: T,
}

/// Positions of the messages that changed after a version, ascending by version, and about how much of an answer they take.
///
/// # Errors
/// [`StoreError`].
pub async fn list_messages(
    conn: &mut Conn,
    conversation_id: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<At<(i64, i64)>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT version, seq,
                  (octet_length(body) + 1024 * (1 + cardinality(attachment_ids)))::bigint AS "size_bytes!"
           FROM messages
           WHERE conversation_id = $1 AND version > 0 AND version > $2
           ORDER BY version
           LIMIT $3"#,
        conversation_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| At { version: row.version, what: (row.seq, row.size_bytes) }).collect())
}

/// The members who were added or changed after a version, ascending by version.
///
/// # Errors
/// [`StoreError`].
pub async fn list_members(
    conn: &mut Conn,
    conversation_id: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<At<Member>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT m.user_id, m.role, m.joined_at, m.version,
                  p.username AS "username?", p.display_name AS "display_name?", p.avatar_url AS "avatar_url?"
           FROM members m
           LEFT JOIN people p ON p.user_id = m.user_id
           WHERE m.conversation_id = $1 AND m.version > $2
           ORDER BY m.version
           LIMIT $3"#,
        conversation_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let members = rows.into_iter().map(|row| {
        let corrupt = |_| StoreError::Corrupt { table: "members", id: conversation_id.as_uuid() };
        let member = Member {
            user_id: UserId::from_uuid(row.user_id),
            person: person(Some(row.user_id), row.username, row.display_name, row.avatar_url),
            role: row.role.parse().map_err(corrupt)?,
            joined_at: row.joined_at,
            version: row.version,
        };
        Ok(At { version: row.version, what: member })
    });
    members.collect()
}

/// Those who have left, or were removed, after a version, ascending by version.
///
/// # Errors
/// [`StoreError`].
pub async fn list_departed(
    conn: &mut Conn,
    conversation_id: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<At<UserId>>, StoreError> {
    let rows = sqlx::query!(
        "SELECT version, user_id FROM departures
         WHERE conversation_id = $1 AND version > $2
         ORDER BY version
         LIMIT $3",
        conversation_id.as_uuid(),
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| At { version: row.version, what: UserId::from_uuid(row.user_id) })
        .collect())
}
