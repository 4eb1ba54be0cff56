//! Forgetting a person, in pieces that hold few locks.

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::store::{Conn, StoreError};

/// Forgets how a person is shown. What stays is the id, with a version above all others: nothing brings the person back.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_person(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO people (user_id, username, display_name, avatar_url, version) VALUES ($1, NULL, NULL, NULL, $2)
         ON CONFLICT ON CONSTRAINT people_pkey DO UPDATE
         SET username = NULL, display_name = NULL, avatar_url = NULL, sends_read_receipts = DEFAULT, locale = DEFAULT,
             shows_presence = DEFAULT, version = EXCLUDED.version",
        user_id.as_uuid(),
        i64::MAX,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets up to `limit` of a person's connections; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_connections(conn: &mut Conn, user_id: UserId, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM connections c USING (
             (SELECT low_user_id, high_user_id FROM connections WHERE low_user_id = $1 LIMIT $2)
             UNION ALL
             (SELECT low_user_id, high_user_id FROM connections WHERE high_user_id = $1 LIMIT $2)
         ) AS gone
         WHERE c.low_user_id = gone.low_user_id AND c.high_user_id = gone.high_user_id",
        user_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Up to `limit` conversations that a person is or was in.
///
/// # Errors
/// [`StoreError`].
pub async fn list_conversations(
    conn: &mut Conn,
    user_id: UserId,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    let ids = sqlx::query_scalar!(
        r#"(SELECT conversation_id AS "conversation_id!" FROM members WHERE user_id = $1 ORDER BY conversation_id LIMIT $2)
           UNION
           (SELECT conversation_id FROM departures WHERE user_id = $1 ORDER BY conversation_id LIMIT $2)"#,
        user_id.as_uuid(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ConversationId::from_uuid).collect())
}

/// Positions of up to `limit` messages that name a person as their sender, in no order, and which of them are not deleted.
///
/// # Errors
/// [`StoreError`].
pub async fn list_messages(
    conn: &mut Conn,
    conversation_id: ConversationId,
    user_id: UserId,
    limit: i64,
) -> Result<Vec<(i64, bool)>, StoreError> {
    // By the key of `client_id`s, which the forgotten ones leave: each batch reads what is left alone.
    let rows = sqlx::query!(
        r#"SELECT seq, deleted_at IS NULL AS "is_there!" FROM messages
           WHERE conversation_id = $1 AND sender_id = $2 ORDER BY client_id LIMIT $3"#,
        conversation_id.as_uuid(),
        user_id.as_uuid(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.seq, row.is_there)).collect())
}

/// Makes messages nobody's: without a sender, the name that the sender gave them, and the digest of what was first sent.
///
/// # Errors
/// [`StoreError`].
pub async fn disown(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seqs: &[i64],
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE messages SET sender_id = NULL, client_id = NULL, sent_digest = NULL
         WHERE conversation_id = $1 AND seq = ANY($2)",
        conversation_id.as_uuid(),
        seqs,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a locked conversation another label, without a version: kept pages show what is gone now.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(conn: &mut Conn, conversation_id: ConversationId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations SET changed_xid = pg_current_xact_id() WHERE conversation_id = $1",
        conversation_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Parts the two people of a locked direct conversation for good.
///
/// # Errors
/// [`StoreError`].
pub async fn disconnect(conn: &mut Conn, conversation_id: ConversationId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations SET is_connected = false WHERE conversation_id = $1",
        conversation_id.as_uuid(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM direct_pairs d USING conversations c
         WHERE c.conversation_id = $1 AND d.low_user_id = c.low_user_id AND d.high_user_id = c.high_user_id",
        conversation_id.as_uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets up to `limit` names that a person's clients gave to conversations; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn forget_requests(conn: &mut Conn, user_id: UserId, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM conversation_requests WHERE creator_id = $1 AND client_id = ANY(ARRAY(
             SELECT client_id FROM conversation_requests WHERE creator_id = $1 ORDER BY client_id LIMIT $2
         ))",
        user_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Whether an event that shows a person, or that is for the person, is not published yet.
///
/// # Errors
/// [`StoreError`].
pub async fn has_events(conn: &mut Conn, user_id: UserId, inbox: &str) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM outbox WHERE $2 = ANY(subjects) OR position(convert_to($1, 'UTF8') IN payload) > 0
           ) AS "found!""#,
        user_id.to_string(),
        inbox,
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// Whether one of two people was erased; held until the end of the transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn is_either_erased(conn: &mut Conn, user_ids: [UserId; 2]) -> Result<bool, StoreError> {
    let ids: [Uuid; 2] = user_ids.map(|user_id| user_id.as_uuid());
    let rows = sqlx::query_scalar!(
        r#"SELECT username IS NULL AS "is_erased!" FROM people WHERE user_id = ANY($1) ORDER BY user_id FOR SHARE"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.contains(&true))
}
