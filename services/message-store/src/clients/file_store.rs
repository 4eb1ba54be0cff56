//! Where the bytes of files stand: a folder of this machine, or a bucket of a server that speaks S3.
//!
//! A file is one to three objects: what is read under its id, beside it the small picture of an image, and while an image is
//! taken in, what was sent. Nothing is ever changed in place; an object is there whole, or not at all.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _,
    PutPayload, RetryConfig,
};
use pulse_types::AttachmentId;
use secrecy::{ExposeSecret as _, SecretString};

/// What is written into a folder at once.
const FOLDER_PART_BYTES: usize = 512 * 1024;
/// What is sent to a bucket at once; S3 takes no smaller parts.
const BUCKET_PART_BYTES: usize = 5 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long nothing may come.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const RETRIES_MAX: usize = 3;
/// How long a call may be repeated: less than silence lasts, so that whoever asks a silent server waits for it once.
const RETRY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where files are kept.
#[derive(Debug)]
pub enum Place {
    /// In a folder, which is made if it is missing.
    Folder(PathBuf),
    /// In a bucket, which must be there.
    Bucket(Bucket),
}

/// A bucket of a server that speaks S3.
#[derive(Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// URL of the server; Amazon's own without.
    pub endpoint: Option<String>,
    /// Of the bucket.
    pub region: String,
    /// Id and secret; without, those of the machine's role.
    pub keys: Option<(String, SecretString)>,
}

/// The part of a file that an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What is read.
    File,
    /// The small picture of it.
    Thumbnail,
    /// An image as it was sent; gone when it is taken in.
    Sent,
}

const PARTS: [Part; 3] = [Part::File, Part::Thumbnail, Part::Sent];

/// Why bytes are not there.
#[derive(Debug, thiserror::Error)]
pub enum FileStoreError {
    /// There is no such object.
    #[error("the object is not there")]
    NotFound,
    /// The folder or the server did not do it.
    #[error("the file store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<object_store::Error> for FileStoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Self::Failed(error.into()),
        }
    }
}

/// An object that is being read.
pub struct Reading {
    /// Of the whole object, in bytes.
    pub size: u64,
    /// What follows of it; `None` when nothing of what was asked for exists.
    pub range: Option<Range<u64>>,
    /// The bytes, as they come.
    pub bytes: BoxStream<'static, Result<Bytes, FileStoreError>>,
}

/// Keeps the bytes of files. Clones share connections.
#[derive(Debug, Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    part_bytes: usize,
}

impl FileStore {
    /// Opens a place. Of a bucket nothing is asked yet.
    ///
    /// # Errors
    /// When the folder can't be made, or the bucket's settings are no such.
    pub fn open(place: &Place) -> Result<Self, FileStoreError> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| FileStoreError::Failed(error.into()))?;
                let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
                let (objects, folder) = (Arc::new(objects), Some(folder.clone()));
                Ok(Self { objects, folder, part_bytes: FOLDER_PART_BYTES })
            }
            Place::Bucket(bucket) => {
                let objects = Arc::new(open_bucket(bucket)?);
                Ok(Self { objects, folder: None, part_bytes: BUCKET_PART_BYTES })
            }
        }
    }

    /// Begins an object. It is there once [`Writing::finish`] is done.
    #[must_use]
    pub fn write(&self, attachment_id: AttachmentId, part: Part) -> Writing {
        Writing {
            store: self.clone(),
            path: path(attachment_id, part),
            upload: None,
            buffer: BytesMut::new(),
        }
    }

    /// Writes a whole object.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`].
    pub async fn put(
        &self,
        attachment_id: AttachmentId,
        part: Part,
        bytes: Vec<u8>,
    ) -> Result<(), FileStoreError> {
        self.objects.put(&path(attachment_id, part), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Reads an object, or what exists of a part of it.
    ///
    /// # Errors
    /// [`FileStoreError`].
    pub async fn read(
        &self,
        attachment_id: AttachmentId,
        part: Part,
        asked: Option<Range<u64>>,
    ) -> Result<Reading, FileStoreError> {
        let path = path(attachment_id, part);
        let mut options = GetOptions::default();
        if let Some(asked) = asked {
            let size = self.objects.head(&path).await?.size;
            let range = asked.start..asked.end.min(size);
            if range.is_empty() {
                return Ok(Reading { size, range: None, bytes: futures_util::stream::empty().boxed() });
            }
            options.range = Some(GetRange::Bounded(range));
        }
        let found = self.objects.get_opts(&path, options).await?;
        let (size, range) = (found.meta.size, found.range.clone());
        let bytes = found.into_stream().map_err(FileStoreError::from).boxed();
        Ok(Reading { size, range: Some(range), bytes })
    }

    /// A whole object.
    ///
    /// # Errors
    /// [`FileStoreError`].
    pub async fn read_whole(&self, attachment_id: AttachmentId, part: Part) -> Result<Bytes, FileStoreError> {
        Ok(self.objects.get(&path(attachment_id, part)).await?.bytes().await?)
    }

    /// Deletes one object. One that is not there is as good as deleted.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`].
    pub async fn delete(&self, attachment_id: AttachmentId, part: Part) -> Result<(), FileStoreError> {
        let path = path(attachment_id, part);
        match self.objects.delete(&path).await.map_err(FileStoreError::from) {
            Ok(()) | Err(FileStoreError::NotFound) => {}
            Err(error) => return Err(error),
        }
        self.delete_staged(&path).await
    }

    /// Deletes all that stands of a file.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`]; what was deleted stays deleted.
    pub async fn delete_all(&self, attachment_id: AttachmentId) -> Result<(), FileStoreError> {
        for part in PARTS {
            self.delete(attachment_id, part).await?;
        }
        Ok(())
    }

    /// In a folder, an object is written beside its place and then moved there; a crash leaves it beside.
    async fn delete_staged(&self, path: &Path) -> Result<(), FileStoreError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        for number in 1_u32.. {
            match tokio::fs::remove_file(folder.join(format!("{path}#{number}"))).await {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
                Err(error) => return Err(FileStoreError::Failed(error.into())),
            }
        }
        Ok(())
    }

    /// Asks for something that is not there, to see whether anybody answers.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`].
    pub async fn ping(&self) -> Result<(), FileStoreError> {
        if let Some(folder) = &self.folder {
            tokio::fs::metadata(folder).await.map_err(|error| FileStoreError::Failed(error.into()))?;
        }
        match self.objects.head(&Path::from("probe")).await.map_err(FileStoreError::from) {
            Ok(_) | Err(FileStoreError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn open_bucket(bucket: &Bucket) -> Result<impl ObjectStore + use<>, FileStoreError> {
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_TIMEOUT,
    };
    // Whoever reads a file takes their time; only silence is cut off.
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(READ_TIMEOUT);
    let plain = bucket.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_retry(retry)
        .with_client_options(client)
        .with_allow_http(plain);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some((id, secret)) = &bucket.keys {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
    }
    Ok(builder.build()?)
}

/// Files are spread over 256 folders by the last byte of their ids, which is random.
fn path(attachment_id: AttachmentId, part: Part) -> Path {
    let id = attachment_id.as_uuid();
    let spread = id.as_bytes().last().copied().unwrap_or_default();
    let ending = match part {
        Part::File => "",
        Part::Thumbnail => ".thumbnail",
        Part::Sent => ".sent",
    };
    Path::from(format!("{spread:02x}/{id}{ending}"))
}

/// An object that is being written: in memory up to one part, and beyond that in parts, one after the other.
pub struct Writing {
    store: FileStore,
    path: Path,
    upload: Option<Box<dyn MultipartUpload>>,
    buffer: BytesMut,
}

impl Writing {
    /// Takes bytes, and waits while a part of them goes out.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`]; then it is to be aborted.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FileStoreError> {
        self.buffer.extend_from_slice(bytes);
        while self.buffer.len() > self.store.part_bytes {
            let part = self.buffer.split_to(self.store.part_bytes).freeze();
            let upload = match &mut self.upload {
                Some(upload) => upload,
                None => self.upload.insert(self.store.objects.put_multipart(&self.path).await?),
            };
            upload.put_part(PutPayload::from(part)).await?;
        }
        Ok(())
    }

    /// Writes what is left, and makes the object appear.
    ///
    /// # Errors
    /// [`FileStoreError::Failed`]; then it is to be aborted.
    pub async fn finish(&mut self) -> Result<(), FileStoreError> {
        let rest = PutPayload::from(self.buffer.split().freeze());
        match &mut self.upload {
            None => drop(self.store.objects.put(&self.path, rest).await?),
            Some(upload) => {
                upload.put_part(rest).await?;
                upload.complete().await?;
            }
        }
        self.upload = None;
        Ok(())
    }

    /// Leaves nothing of it. What can't be deleted now is logged: a bucket's rule for unfinished uploads takes it.
    pub async fn abort(self) {
        let Some(mut upload) = self.upload else { return };
        if let Err(error) = upload.abort().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an unfinished upload can't be deleted");
        }
    }
}
