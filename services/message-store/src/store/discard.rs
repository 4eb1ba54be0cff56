//! Files that go: their rows at once, in the transaction that discards them; their bytes soon after, by the names that are left
//! in `discarded_files`.

use pulse_types::{AttachmentId, ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Conn, StoreError};

/// Says that bytes of a file may stand in the object store from now on, and are to go at `discarded_at` if nothing else is said
/// by then.
///
/// # Errors
/// [`StoreError`].
pub async fn foresee(
    conn: &mut Conn,
    attachment_id: AttachmentId,
    discarded_at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO discarded_files (attachment_id, discarded_at) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT discarded_files_pkey DO UPDATE SET discarded_at = EXCLUDED.discarded_at",
        attachment_id.as_uuid(),
        discarded_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Discards the files of a message.
///
/// # Errors
/// [`StoreError`].
pub async fn of_message(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seq: i64,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    of_messages(conn, conversation_id, &[seq], now).await
}

/// Discards the files of some messages.
///
/// # Errors
/// [`StoreError`].
pub async fn of_messages(
    conn: &mut Conn,
    conversation_id: ConversationId,
    seqs: &[i64],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "WITH gone AS (DELETE FROM attachments WHERE conversation_id = $1 AND seq = ANY($2) RETURNING attachment_id)
         INSERT INTO discarded_files (attachment_id, discarded_at) SELECT attachment_id, $3 FROM gone",
        conversation_id.as_uuid(),
        seqs,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Discards up to `limit` files of a conversation, its pictures among them; tells how many. None is left when it is fewer.
///
/// # Errors
/// [`StoreError`].
pub async fn of_conversation(
    conn: &mut Conn,
    conversation_id: ConversationId,
    limit: i64,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "WITH found AS (
             (SELECT attachment_id FROM attachments WHERE conversation_id = $1 LIMIT $2)
             UNION ALL
             (SELECT attachment_id FROM attachments WHERE picture_of = $1 LIMIT $2)
         ), gone AS (
             DELETE FROM attachments WHERE attachment_id IN (SELECT attachment_id FROM found LIMIT $2)
             RETURNING attachment_id
         )
         INSERT INTO discarded_files (attachment_id, discarded_at) SELECT attachment_id, $3 FROM gone",
        conversation_id.as_uuid(),
        limit,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Discards up to `limit` of a person's uploads that are theirs alone: those not posted, and their pictures. With
/// `with_posted` those of their messages, too. Tells how many; none is left when it is fewer.
///
/// # Errors
/// [`StoreError`].
pub async fn of_person(
    conn: &mut Conn,
    user_id: UserId,
    with_posted: bool,
    limit: i64,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "WITH gone AS (
             DELETE FROM attachments WHERE attachment_id IN (
                 SELECT attachment_id FROM attachments
                 WHERE uploader_id = $1
                     AND (used_at IS NULL OR picture_of = $1 OR ($2 AND conversation_id IS NOT NULL))
                 ORDER BY attachment_id LIMIT $3
             ) RETURNING attachment_id
         )
         INSERT INTO discarded_files (attachment_id, discarded_at) SELECT attachment_id, $4 FROM gone",
        user_id.as_uuid(),
        with_posted,
        limit,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets who uploaded up to `limit` of a person's files; tells how many. None is left when it is fewer.
///
/// # Errors
/// [`StoreError`].
pub async fn disown(conn: &mut Conn, user_id: UserId, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "UPDATE attachments SET uploader_id = NULL WHERE attachment_id IN (
             SELECT attachment_id FROM attachments WHERE uploader_id = $1 ORDER BY attachment_id LIMIT $2
         )",
        user_id.as_uuid(),
        limit,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Discards up to `limit` uploads that were made before `unused_before` and never used, and as many pictures that were replaced
/// before `replaced_before`; tells how many.
///
/// # Errors
/// [`StoreError`].
pub async fn what_is_over(
    conn: &mut Conn,
    (unused_before, replaced_before): (OffsetDateTime, OffsetDateTime),
    limit: i64,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    // An upload that is being used just now is left to the next time.
    let done = sqlx::query!(
        "WITH unused AS (
             SELECT attachment_id FROM attachments WHERE used_at IS NULL AND created_at <= $1
             ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED
         ), replaced AS (
             SELECT attachment_id FROM attachments WHERE replaced_at <= $2
             ORDER BY replaced_at LIMIT $3 FOR UPDATE SKIP LOCKED
         ), gone AS (
             DELETE FROM attachments
             WHERE attachment_id IN (SELECT attachment_id FROM unused UNION ALL SELECT attachment_id FROM replaced)
             RETURNING attachment_id
         )
         INSERT INTO discarded_files (attachment_id, discarded_at) SELECT attachment_id, $4 FROM gone",
        unused_before,
        replaced_before,
        limit,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Up to `limit` files whose bytes are to go by now, those that wait longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list_due(
    conn: &mut Conn,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<AttachmentId>, StoreError> {
    let ids = sqlx::query_scalar!(
        "SELECT attachment_id FROM discarded_files WHERE discarded_at <= $1 ORDER BY discarded_at LIMIT $2",
        now,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(AttachmentId::from_uuid).collect())
}

/// Forgets files whose bytes are gone.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(conn: &mut Conn, attachment_ids: &[AttachmentId]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = attachment_ids.iter().map(|id| id.as_uuid()).collect();
    sqlx::query!("DELETE FROM discarded_files WHERE attachment_id = ANY($1)", &ids).execute(conn).await?;
    Ok(())
}

/// Puts off files whose bytes could not be deleted.
///
/// # Errors
/// [`StoreError`].
pub async fn postpone(
    conn: &mut Conn,
    attachment_ids: &[AttachmentId],
    until: OffsetDateTime,
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = attachment_ids.iter().map(|id| id.as_uuid()).collect();
    sqlx::query!(
        "UPDATE discarded_files SET discarded_at = greatest(discarded_at, $2) WHERE attachment_id = ANY($1)",
        &ids,
        until,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Discards an upload that nobody will use, whether or not it was written down; its bytes go at `discarded_at`, or are gone
/// without.
///
/// # Errors
/// [`StoreError`].
pub async fn uploaded(
    conn: &mut Conn,
    attachment_id: AttachmentId,
    discarded_at: Option<OffsetDateTime>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM attachments WHERE attachment_id = $1 AND used_at IS NULL",
        attachment_id.as_uuid(),
    )
    .execute(&mut *conn)
    .await?;
    match discarded_at {
        Some(discarded_at) => foresee(conn, attachment_id, discarded_at).await,
        None => forget(conn, &[attachment_id]).await,
    }
}
