//! What is known of files. A row that goes leaves a name in `discarded_files`, in the same transaction: the bytes follow.

use pulse_types::{AttachmentId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::attachment::Attachment;
use crate::domain::upload::{PictureUse, Posted, Upload};
use crate::store::{Conn, StoreError};

struct Row {
    attachment_id: Uuid,
    name: String,
    media_type: String,
    size_bytes: i64,
    width: Option<i32>,
    height: Option<i32>,
    has_thumbnail: bool,
}

impl From<Row> for Attachment {
    fn from(row: Row) -> Self {
        let pixels = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok());
        Self {
            attachment_id: AttachmentId::from_uuid(row.attachment_id),
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            dimensions: pixels(row.width).zip(pixels(row.height)),
            has_thumbnail: row.has_thumbnail,
        }
    }
}

/// A file whose bytes may be read, and since when it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// What is known of it.
    pub attachment: Attachment,
    /// When it was uploaded.
    pub created_at: OffsetDateTime,
}

/// Writes an upload that is whole. False when what stood for it while it was under way is gone: its bytes are, too.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, upload: &Upload, now: OffsetDateTime) -> Result<bool, StoreError> {
    let attachment = &upload.attachment;
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let done = sqlx::query!(
        "WITH begun AS (DELETE FROM discarded_files WHERE attachment_id = $1 RETURNING attachment_id)
         INSERT INTO attachments
             (attachment_id, uploader_id, name, media_type, size_bytes, width, height, has_thumbnail, created_at)
         SELECT attachment_id, $2, $3, $4, $5, $6, $7, $8, $9 FROM begun",
        attachment.attachment_id.as_uuid(),
        upload.uploader_id.as_uuid(),
        attachment.name,
        attachment.media_type,
        attachment.size_bytes,
        attachment.dimensions.map(|(width, _)| pixels(width)),
        attachment.dimensions.map(|(_, height)| pixels(height)),
        attachment.has_thumbnail,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A file that `user_id` may see: its uploader, while it is not used up to `unused_since`, and whoever is a member where it was
/// posted.
///
/// # Errors
/// [`StoreError`].
pub async fn find_visible(
    conn: &mut Conn,
    attachment_id: AttachmentId,
    user_id: UserId,
    unused_since: OffsetDateTime,
) -> Result<Option<Attachment>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT attachment_id, name, media_type, size_bytes, width, height, has_thumbnail
         FROM attachments a
         WHERE attachment_id = $1 AND (used_at IS NOT NULL OR created_at > $3)
             AND (uploader_id = $2 OR EXISTS (
                 SELECT FROM members m WHERE m.conversation_id = a.conversation_id AND m.user_id = $2
             ))",
        attachment_id.as_uuid(),
        user_id.as_uuid(),
        unused_since,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Attachment::from))
}

/// A file by its id, whoever asks.
///
/// # Errors
/// [`StoreError`].
pub async fn find_readable(
    conn: &mut Conn,
    attachment_id: AttachmentId,
    unused_since: OffsetDateTime,
) -> Result<Option<Readable>, StoreError> {
    let row = sqlx::query!(
        "SELECT name, media_type, size_bytes, width, height, has_thumbnail, created_at FROM attachments
         WHERE attachment_id = $1 AND (used_at IS NOT NULL OR created_at > $2)",
        attachment_id.as_uuid(),
        unused_since,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Readable {
        attachment: Row {
            attachment_id: attachment_id.as_uuid(),
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            width: row.width,
            height: row.height,
            has_thumbnail: row.has_thumbnail,
        }
        .into(),
        created_at: row.created_at,
    }))
}

/// A picture by its key.
///
/// # Errors
/// [`StoreError`].
pub async fn find_picture(conn: &mut Conn, key: &str) -> Result<Option<Readable>, StoreError> {
    let row = sqlx::query!(
        "SELECT attachment_id, name, media_type, size_bytes, width, height, has_thumbnail, created_at
         FROM attachments WHERE picture_key = $1",
        key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Readable {
        attachment: Row {
            attachment_id: row.attachment_id,
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            width: row.width,
            height: row.height,
            has_thumbnail: row.has_thumbnail,
        }
        .into(),
        created_at: row.created_at,
    }))
}

/// Those of some uploads that were made after `since` and not used yet, locked until the end of the transaction. Whoever takes
/// them compares the uploader.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_unused(
    conn: &mut Conn,
    attachment_ids: &[AttachmentId],
    since: OffsetDateTime,
) -> Result<Vec<Upload>, StoreError> {
    if attachment_ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = attachment_ids.iter().map(|id| id.as_uuid()).collect();
    // In one order for everybody, so that two who want the same ones do not wait for one another.
    let rows = sqlx::query!(
        r#"SELECT attachment_id, uploader_id AS "uploader_id!", name, media_type, size_bytes, width, height, has_thumbnail
           FROM attachments
           WHERE attachment_id = ANY($1) AND used_at IS NULL AND created_at > $2 AND uploader_id IS NOT NULL
           ORDER BY attachment_id FOR UPDATE"#,
        &ids,
        since,
    )
    .fetch_all(conn)
    .await?;
    let uploads = rows.into_iter().map(|row| Upload {
        uploader_id: UserId::from_uuid(row.uploader_id),
        attachment: Row {
            attachment_id: row.attachment_id,
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            width: row.width,
            height: row.height,
            has_thumbnail: row.has_thumbnail,
        }
        .into(),
    });
    Ok(uploads.collect())
}

/// Says where uploads that [`lock_unused`] gave were posted.
///
/// # Errors
/// [`StoreError`].
pub async fn mark_posted(conn: &mut Conn, posted: &[Posted], now: OffsetDateTime) -> Result<(), StoreError> {
    if posted.is_empty() {
        return Ok(());
    }
    let attachment_ids: Vec<Uuid> = posted.iter().map(|posted| posted.attachment_id.as_uuid()).collect();
    let conversation_ids: Vec<Uuid> = posted.iter().map(|posted| posted.conversation_id.as_uuid()).collect();
    let seqs: Vec<i64> = posted.iter().map(|posted| posted.seq).collect();
    sqlx::query!(
        "UPDATE attachments a SET used_at = $4, conversation_id = k.conversation_id, seq = k.seq
         FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[]) AS k (attachment_id, conversation_id, seq)
         WHERE a.attachment_id = k.attachment_id",
        &attachment_ids,
        &conversation_ids,
        &seqs,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses an upload as a picture. False when it is not the uploader's, was made before `since`, was used, or is no image.
///
/// # Errors
/// [`StoreError`].
pub async fn use_as_picture(
    conn: &mut Conn,
    picture: &PictureUse,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE attachments SET used_at = $5, picture_key = $3, picture_of = $4
         WHERE attachment_id = $1 AND uploader_id = $2 AND used_at IS NULL AND created_at > $6 AND width IS NOT NULL",
        picture.attachment_id.as_uuid(),
        picture.uploader_id.as_uuid(),
        picture.key,
        picture.picture_of,
        now,
        since,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Says which picture a person or conversation shows now, none without a key: the others go a day later.
///
/// # Errors
/// [`StoreError`].
pub async fn show_picture(
    conn: &mut Conn,
    picture_of: Uuid,
    key: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attachments SET replaced_at = CASE WHEN picture_key = $2 THEN NULL ELSE COALESCE(replaced_at, $3) END
         WHERE picture_of = $1",
        picture_of,
        key,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
