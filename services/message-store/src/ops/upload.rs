//! Files on their way in. The bytes pass in pieces, into the object store; only an image is read into memory, when it is its
//! turn to be cleaned. Before the first byte a row foresees the file as discarded, so that nothing stays of an upload that
//! fails, is broken off, or ends with the process.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use pulse_types::{AttachmentId, Clock as _, UserId};
use tokio::time::timeout;

use crate::clients::file_store::{FileStoreError, Part, Writing};
use crate::domain::attachment::Attachment;
use crate::domain::media::{self, HEAD_BYTES, Media};
use crate::domain::raster::{self, Cleaned, Raster, RasterFault};
use crate::domain::upload::Upload;
use crate::ops::Context;
use crate::store::{self, StoreError};

/// How long the next piece may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the bytes may take.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(12 * 60);
/// How long an image may wait for its turn and be cleaned.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(3 * 60);
/// When the bytes of an upload are deleted that nobody has heard of since it began: well after its end.
const FORESEEN_AFTER: Duration = Duration::from_secs(3600);

/// A piece of a file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Some bytes.
    Bytes(Bytes),
    /// There are no more; there were so many.
    End(u64),
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// It is larger than files may be.
    #[error("a file has at most {0} bytes")]
    TooLarge(u64),
    /// It is an image that can't be taken.
    #[error(transparent)]
    Raster(#[from] RasterFault),
    /// It is an image that may tell where it was taken, and that can't be cleaned.
    #[error("is {0}, which can't be cleaned of what it tells about you; send it as JPEG, PNG, GIF or WebP")]
    Unclean(&'static str),
    /// It did not come whole, or not in time.
    #[error("the upload was broken off")]
    BrokenOff,
    /// Too many are under way.
    #[error("too many files are being uploaded just now")]
    Busy,
    /// The object store failed.
    #[error(transparent)]
    Files(#[from] FileStoreError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a file in. It waits a day to be used.
///
/// # Errors
/// [`UploadError`]; then nothing stays of it.
pub async fn take(
    context: &Context,
    uploader_id: UserId,
    name: String,
    pieces: impl Stream<Item = Result<Piece, UploadError>> + Unpin + Send,
) -> Result<Attachment, UploadError> {
    let _permit = context.files.uploads.try_acquire().map_err(|_| UploadError::Busy)?;
    let attachment_id = AttachmentId::new(&*context.clock);
    let now = context.clock.now();
    store::discard::foresee(&mut *context.db.conn().await?, attachment_id, now + FORESEEN_AFTER).await?;
    let outcome = match keep(context, attachment_id, pieces).await {
        Ok(Kept { media_type, size_bytes, image }) => {
            let attachment = Attachment {
                attachment_id,
                name,
                media_type: media_type.to_owned(),
                size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
                dimensions: image,
                has_thumbnail: image.is_some(),
            };
            insert(context, Upload { attachment, uploader_id }).await
        }
        Err(error) => Err(error),
    };
    match &outcome {
        Ok(_) => {}
        // What was sent to a store that did not answer may still arrive there: the row that foresees the file stays, and the
        // sweep deletes it well after that.
        Err(UploadError::Files(_)) => metrics::counter!("pulse_messages_uploads_failed_total").increment(1),
        Err(_) => discard(context, attachment_id).await,
    }
    outcome
}

async fn insert(context: &Context, upload: Upload) -> Result<Attachment, UploadError> {
    let now = context.clock.now();
    let mut conn = context.db.conn().await?;
    if !store::attachment::insert(&mut conn, &upload, now).await? {
        return Err(UploadError::BrokenOff);
    }
    let kind = if upload.attachment.has_thumbnail { "image" } else { "other" };
    metrics::counter!("pulse_messages_files_total", "kind" => kind).increment(1);
    let bytes = u64::try_from(upload.attachment.size_bytes).unwrap_or_default();
    metrics::counter!("pulse_messages_file_bytes_total", "kind" => kind).increment(bytes);
    Ok(upload.attachment)
}

/// Leaves nothing of an upload that nobody will use. What can't be deleted now, the next sweep deletes.
pub async fn discard(context: &Context, attachment_id: AttachmentId) {
    metrics::counter!("pulse_messages_uploads_failed_total").increment(1);
    let deleted = context.files.store.delete_all(attachment_id).await;
    let forgotten = async {
        let mut conn = context.db.conn().await?;
        match &deleted {
            Ok(()) => store::discard::uploaded(&mut conn, attachment_id, None).await,
            Err(_) => store::discard::uploaded(&mut conn, attachment_id, Some(context.clock.now())).await,
        }
    };
    if let Err(error) = forgotten.await {
        tracing::warn!(attachment.id = %attachment_id, error = &error as &dyn std::error::Error, "an upload that failed is left for the sweep");
    }
    if let Err(error) = deleted {
        tracing::warn!(attachment.id = %attachment_id, error = &error as &dyn std::error::Error, "an upload that failed is left for the sweep");
    }
}

/// What is kept of a file.
struct Kept {
    media_type: &'static str,
    size_bytes: u64,
    /// Width and height.
    image: Option<(u32, u32)>,
}

async fn keep(
    context: &Context,
    attachment_id: AttachmentId,
    mut pieces: impl Stream<Item = Result<Piece, UploadError>> + Unpin + Send,
) -> Result<Kept, UploadError> {
    let mut receiving = Receiving { max_bytes: context.files.max_bytes, size: 0, is_over: false };
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES {
        let Some(bytes) = receiving.next(&mut pieces).await? else { break };
        head.extend_from_slice(&bytes);
    }
    let media = media::sniff(head.get(..HEAD_BYTES).unwrap_or(&head));
    let part = match media {
        _ if head.is_empty() => return Err(UploadError::Empty),
        Media::Unclean(media_type) => return Err(UploadError::Unclean(media_type)),
        Media::Raster(_) => Part::Sent,
        Media::Other(_) => Part::File,
    };
    let mut writing = context.files.store.write(attachment_id, part);
    // Not around the whole: what is late is to be aborted like what fails.
    let received = timeout(RECEIVE_TIMEOUT, receive(&mut writing, head, &mut receiving, &mut pieces)).await;
    if let Err(error) = received.unwrap_or(Err(UploadError::BrokenOff)) {
        writing.abort().await;
        return Err(error);
    }
    let media_type = media.media_type();
    let Media::Raster(raster) = media else {
        return Ok(Kept { media_type, size_bytes: receiving.size, image: None });
    };
    let cleaned = timeout(CLEAN_TIMEOUT, keep_image(context, attachment_id, raster)).await;
    let (size_bytes, width, height) = cleaned.unwrap_or(Err(UploadError::Busy))?;
    Ok(Kept { media_type, size_bytes, image: Some((width, height)) })
}

async fn receive(
    writing: &mut Writing,
    head: Vec<u8>,
    receiving: &mut Receiving,
    pieces: &mut (impl Stream<Item = Result<Piece, UploadError>> + Unpin + Send),
) -> Result<(), UploadError> {
    writing.write(&head).await?;
    drop(head);
    while let Some(bytes) = receiving.next(pieces).await? {
        writing.write(&bytes).await?;
    }
    Ok(writing.finish().await?)
}

/// How much has come.
struct Receiving {
    max_bytes: u64,
    size: u64,
    is_over: bool,
}

impl Receiving {
    /// The next bytes; `None` at the end of the whole file.
    async fn next(
        &mut self,
        pieces: &mut (impl Stream<Item = Result<Piece, UploadError>> + Unpin + Send),
    ) -> Result<Option<Bytes>, UploadError> {
        if self.is_over {
            return Ok(None);
        }
        let piece = timeout(PIECE_TIMEOUT, pieces.next()).await.map_err(|_| UploadError::BrokenOff)?;
        match piece.ok_or(UploadError::BrokenOff)?? {
            Piece::Bytes(bytes) => {
                self.size += bytes.len() as u64;
                if self.size > self.max_bytes {
                    return Err(UploadError::TooLarge(self.max_bytes));
                }
                Ok(Some(bytes))
            }
            Piece::End(size) if size == self.size => {
                self.is_over = true;
                Ok(None)
            }
            Piece::End(_) => Err(UploadError::BrokenOff),
        }
    }
}

/// Cleans an image that was sent and keeps what comes of it; tells its size in bytes and its sides.
async fn keep_image(
    context: &Context,
    attachment_id: AttachmentId,
    raster: Raster,
) -> Result<(u64, u32, u32), UploadError> {
    let files = &context.files;
    // Never closed. Held until the thread is done, also when nobody waits for it any more.
    let permit = files.images.clone().acquire_owned().await.map_err(|_| UploadError::Busy)?;
    let sent = files.store.read_whole(attachment_id, Part::Sent).await?;
    let started = tokio::time::Instant::now();
    let cleaning = tokio::task::spawn_blocking(move || {
        let cleaned = raster::clean(raster, &sent);
        drop(permit);
        cleaned
    });
    let Cleaned { bytes, width, height, thumbnail } = match cleaning.await {
        Ok(cleaned) => cleaned?,
        Err(error) => {
            tracing::warn!(%error, "an image could not be cleaned");
            return Err(RasterFault::Unreadable.into());
        }
    };
    metrics::histogram!("pulse_messages_image_seconds").record(started.elapsed().as_secs_f64());
    let size = bytes.len() as u64;
    files.store.put(attachment_id, Part::File, bytes).await?;
    files.store.put(attachment_id, Part::Thumbnail, thumbnail).await?;
    files.store.delete(attachment_id, Part::Sent).await?;
    Ok((size, width, height))
}
