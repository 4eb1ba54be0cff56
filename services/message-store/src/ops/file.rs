//! Files that are there: what is known of them, and their bytes behind an address.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use pulse_runtime::{Check, Shutdown};
use pulse_types::{AttachmentId, Clock as _, UserId};
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use crate::clients::file_store::{FileStore, FileStoreError, Part, Reading};
use crate::domain::address::{AddressFault, Variant};
use crate::domain::attachment::Attachment;
use crate::domain::raster;
use crate::domain::upload::usable_since;
use crate::ops::Context;
use crate::store::attachment::Readable;
use crate::store::{self, StoreError};

/// How often the file store is asked whether it answers.
const PROBE_INTERVAL: Duration = Duration::from_secs(10);

/// What takes files in and gives them out. Clones share it.
#[derive(Debug, Clone)]
pub struct Files {
    /// Where the bytes stand.
    pub(super) store: FileStore,
    /// Bytes of a file, at most.
    pub(super) max_bytes: u64,
    /// Uploads that may begin.
    pub(super) uploads: Arc<Semaphore>,
    /// Images that may be cleaned.
    pub(super) images: Arc<Semaphore>,
}

impl Files {
    /// Takes `uploads` files at once, of at most `max_bytes` each, and cleans `images` of them at once.
    #[must_use]
    pub fn new(store: FileStore, max_bytes: u64, uploads: usize, images: usize) -> Self {
        let (uploads, images) = (Arc::new(Semaphore::new(uploads)), Arc::new(Semaphore::new(images)));
        Self { store, max_bytes, uploads, images }
    }

    /// Asks again and again whether the file store answers, until the shutdown begins.
    pub async fn probe(self, check: Check, shutdown: Shutdown) {
        let begun = shutdown.token();
        loop {
            let pinged = tokio::select! {
                pinged = self.store.ping() => pinged,
                () = begun.cancelled() => return,
            };
            match pinged {
                Ok(()) => check.up(),
                Err(error) => check.down(&error.to_string()),
            }
            tokio::select! {
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
                () = begun.cancelled() => return,
            }
        }
    }
}

/// What is asked for behind a signed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAsk {
    /// Of which file.
    pub attachment_id: AttachmentId,
    /// What of it.
    pub variant: Variant,
    /// End of the address: Unix time in seconds.
    pub expires_at: i64,
    /// As in the address.
    pub signature: String,
    /// A part of the bytes; without, all.
    pub range: Option<Range<u64>>,
}

/// A file that is being read.
pub struct Opened {
    /// As its uploader named it.
    pub name: String,
    /// Of the bytes.
    pub media_type: String,
    /// When it was uploaded.
    pub created_at: OffsetDateTime,
    /// The bytes.
    pub reading: Reading,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadFileError {
    /// The address is not followed.
    #[error(transparent)]
    Address(#[from] AddressFault),
    /// It is not there.
    #[error("there is no such file")]
    NotFound,
    /// Its bytes can't be had.
    #[error(transparent)]
    Files(FileStoreError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of a file that the user may see.
///
/// # Errors
/// [`ReadFileError::NotFound`], [`ReadFileError::Store`].
pub async fn get(
    context: &Context,
    user_id: UserId,
    attachment_id: AttachmentId,
) -> Result<Attachment, ReadFileError> {
    let mut conn = context.db.conn().await?;
    let since = usable_since(context.clock.now());
    let found = store::attachment::find_visible(&mut conn, attachment_id, user_id, since).await?;
    found.ok_or(ReadFileError::NotFound)
}

/// Opens what stands behind a signed address.
///
/// # Errors
/// [`ReadFileError`].
pub async fn read(context: &Context, ask: FileAsk) -> Result<Opened, ReadFileError> {
    let now = context.clock.now();
    context.addresses.check(ask.attachment_id, ask.variant, (ask.expires_at, &ask.signature), now)?;
    let since = usable_since(now);
    let mut conn = context.db.conn().await?;
    let found = store::attachment::find_readable(&mut conn, ask.attachment_id, since).await?;
    drop(conn);
    open(context, found.ok_or(ReadFileError::NotFound)?, ask.variant, ask.range).await
}

/// Opens a picture of a person or conversation: the small one, which is what is shown of it.
///
/// # Errors
/// [`ReadFileError::NotFound`], [`ReadFileError::Files`], [`ReadFileError::Store`].
pub async fn read_picture(
    context: &Context,
    key: &str,
    range: Option<Range<u64>>,
) -> Result<Opened, ReadFileError> {
    let mut conn = context.db.conn().await?;
    let found = store::attachment::find_picture(&mut conn, key).await?.ok_or(ReadFileError::NotFound)?;
    drop(conn);
    open(context, found, Variant::Thumbnail, range).await
}

async fn open(
    context: &Context,
    found: Readable,
    variant: Variant,
    range: Option<Range<u64>>,
) -> Result<Opened, ReadFileError> {
    let Attachment { attachment_id, name, media_type, has_thumbnail, .. } = found.attachment;
    let (part, media_type) = match variant {
        Variant::Whole => (Part::File, media_type),
        Variant::Thumbnail if has_thumbnail => {
            (Part::Thumbnail, raster::thumbnail_type(&media_type).to_owned())
        }
        Variant::Thumbnail => return Err(ReadFileError::NotFound),
    };
    let reading =
        context.files.store.read(attachment_id, part, range).await.map_err(|error| match error {
            // Discarded since, or lost: the log of the deletions tells which.
            FileStoreError::NotFound => {
                tracing::warn!(attachment.id = %attachment_id, "the bytes of a file are not there");
                ReadFileError::NotFound
            }
            error => ReadFileError::Files(error),
        })?;
    Ok(Opened { name, media_type, created_at: found.created_at, reading })
}
