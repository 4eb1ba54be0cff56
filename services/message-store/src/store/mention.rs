//! Who is mentioned where, and who is called what.

use std::collections::HashMap;
use std::sync::Arc;

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::message::Message;
use crate::store::{Conn, StoreError};

/// The members of conversations that have some names, in lower case; nothing is asked for none.
///
/// # Errors
/// [`StoreError`].
pub async fn find_members(
    conn: &mut Conn,
    names: &[(ConversationId, String)],
) -> Result<HashMap<(ConversationId, String), UserId>, StoreError> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let (conversation_ids, names): (Vec<Uuid>, Vec<String>) =
        names.iter().map(|(conversation_id, name)| (conversation_id.as_uuid(), name.clone())).unzip();
    let rows = sqlx::query!(
        r#"SELECT k.conversation_id AS "conversation_id!", k.name AS "name!", p.user_id
           FROM UNNEST($1::uuid[], $2::text[]) AS k (conversation_id, name)
           CROSS JOIN LATERAL (SELECT user_id FROM people WHERE username = k.name OFFSET 0) AS p
           CROSS JOIN LATERAL (
               SELECT FROM members WHERE conversation_id = k.conversation_id AND user_id = p.user_id OFFSET 0
           ) AS m"#,
        &conversation_ids,
        &names,
    )
    .fetch_all(conn)
    .await?;
    let members = rows.into_iter().map(|row| {
        let key = (ConversationId::from_uuid(row.conversation_id), row.name);
        (key, UserId::from_uuid(row.user_id))
    });
    Ok(members.collect())
}

/// Writes whom new messages mention; nothing is written for none.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, messages: &[Arc<Message>]) -> Result<(), StoreError> {
    let mut rows: (Vec<Uuid>, Vec<Uuid>, Vec<i64>) = Default::default();
    for message in messages {
        for user_id in &message.mentions {
            rows.0.push(message.conversation_id.as_uuid());
            rows.1.push(user_id.as_uuid());
            rows.2.push(message.seq);
        }
    }
    if rows.0.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO mentions (conversation_id, user_id, seq)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[])",
        &rows.0,
        &rows.1,
        &rows.2,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets whom a message mentions.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, message: &Message) -> Result<(), StoreError> {
    if message.mentions.is_empty() {
        return Ok(());
    }
    let user_ids: Vec<Uuid> = message.mentions.iter().map(UserId::as_uuid).collect();
    sqlx::query!(
        "DELETE FROM mentions WHERE conversation_id = $1 AND user_id = ANY($2) AND seq = $3",
        message.conversation_id.as_uuid(),
        &user_ids,
        message.seq,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets up to `limit` mentions of a person in a conversation; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "WITH gone AS (
             DELETE FROM mentions WHERE conversation_id = $1 AND user_id = $2 AND seq = ANY(ARRAY(
                 SELECT seq FROM mentions WHERE conversation_id = $1 AND user_id = $2 ORDER BY seq LIMIT $3
             )) RETURNING seq
         )
         UPDATE messages SET mentioned_user_ids = array_remove(mentioned_user_ids, $2)
         WHERE conversation_id = $1 AND seq = ANY(ARRAY(SELECT seq FROM gone))",
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
