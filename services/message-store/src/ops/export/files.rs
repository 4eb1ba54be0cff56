//! The files of a person: a list of them, and then each as it is.

use std::borrow::Cow;

use pulse_types::{AttachmentId, UserId};
use serde::Serialize;
use tokio_stream::StreamExt as _;
use uuid::Uuid;

use super::{ExportError, List, PAGE, Piece, Position, limit, moment};
use crate::clients::file_store::{FileStoreError, Part};
use crate::ops::Context;
use crate::store::{self, export::FileRow};

const ATTACHMENTS: Cow<'static, str> = Cow::Borrowed("attachments.json");
/// Bytes of a file in one piece.
const PIECE_BYTES: u64 = 1024 * 1024;

#[derive(Serialize)]
struct FileDocument {
    attachment_id: String,
    name: String,
    media_type: String,
    size: i64,
    created_at: String,
    conversation_id: Option<String>,
    seq: Option<i64>,
    is_picture: bool,
}

impl From<FileRow> for FileDocument {
    fn from(row: FileRow) -> Self {
        Self {
            attachment_id: row.attachment_id.to_string(),
            name: row.name,
            media_type: row.media_type,
            size: row.size_bytes,
            created_at: moment(row.created_at),
            conversation_id: row.conversation_id.map(|id| id.to_string()),
            seq: row.seq,
            is_picture: row.picture_key.is_some(),
        }
    }
}

/// The list of the files after one.
pub(super) async fn list(
    context: &Context,
    user_id: UserId,
    after: Option<Uuid>,
) -> Result<(Piece, Option<Position>), ExportError> {
    let mut conn = context.db.conn().await?;
    let rows = store::export::list_files(&mut conn, user_id, after.unwrap_or_default(), limit()).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.attachment_id);
    let mut list = List { bytes: Vec::new(), is_begun: after.is_some() };
    for row in rows {
        list.push(&FileDocument::from(row))?;
    }
    let position = match next {
        Some(attachment_id) => Position::Attachments(Some(attachment_id)),
        None => {
            list.end();
            Position::Files { after: Uuid::nil(), offset: 0 }
        }
    };
    Ok((Piece { name: ATTACHMENTS, bytes: list.bytes }, Some(position)))
}

/// A piece of the first file after one, from a byte on. What was deleted since has none.
pub(super) async fn read(
    context: &Context,
    user_id: UserId,
    after: Uuid,
    offset: u64,
) -> Result<(Piece, Option<Position>), ExportError> {
    let rows = store::export::list_files(&mut *context.db.conn().await?, user_id, after, 1).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok((Piece { name: ATTACHMENTS, bytes: Vec::new() }, None));
    };
    let name = Cow::Owned(format!("files/{}-{}", row.attachment_id, row.name));
    let end = Some(Position::Files { after: row.attachment_id, offset: 0 });
    let attachment_id = AttachmentId::from_uuid(row.attachment_id);
    let asked = Some(offset..offset + PIECE_BYTES);
    let mut reading = match context.files.store.read(attachment_id, Part::File, asked).await {
        Ok(reading) => reading,
        Err(FileStoreError::NotFound) => return Ok((Piece { name, bytes: Vec::new() }, end)),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    while let Some(read) = reading.bytes.next().await {
        bytes.extend_from_slice(&read?);
    }
    let reached = offset + bytes.len() as u64;
    let is_over = bytes.is_empty() || reached >= reading.size;
    let next = if is_over { end } else { Some(Position::Files { after, offset: reached }) };
    Ok((Piece { name, bytes }, next))
}
