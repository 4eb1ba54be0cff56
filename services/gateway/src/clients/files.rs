//! Files: calls to message-store's AttachmentService. Bytes pass through in pieces; nothing is kept here.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _};
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::attachment_service_client::AttachmentServiceClient;
use pulse_proto::messages::v1::upload_attachment_request::Frame;
use pulse_proto::messages::v1::{read_file_response, read_picture_response};
use pulse_rpc::{Connection, Failure, Identity, Principal, ServiceName, connect_for_streams};
use pulse_types::AttachmentId;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Endpoint;
use tonic::{Request, Status};

use crate::clients::convert;
use crate::domain::message::Attachment;

/// Longest chunk in bytes.
const CHUNK_MAX: usize = 256 * 1024;
/// Chunks of an upload on their way; beyond, its sender waits.
const CHUNKS_WAITING_MAX: usize = 2;
/// How long a call without bytes may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an upload may take.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// How long a file may take to be read; whoever reads it does so at their own pace.
const READ_TIMEOUT: Duration = Duration::from_secs(3600);

/// Calls message-store. Clones share the connection.
#[derive(Clone)]
pub struct Files(AttachmentServiceClient<Connection>);

/// What is asked for behind a signed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAsk {
    /// Of which file.
    pub attachment_id: AttachmentId,
    /// The small picture of it.
    pub is_thumbnail: bool,
    /// As in the address: Unix time in seconds.
    pub expires_at: i64,
    /// As in the address.
    pub signature: String,
}

/// The first and the last byte of a part, counted from 0.
pub type Part = (u64, u64);

/// A file that is being read.
pub struct FileBody {
    /// As its uploader named it.
    pub name: String,
    /// As it was found to be.
    pub media_type: String,
    /// Of the whole file, in bytes.
    pub size: u64,
    /// What follows; none when what was asked for begins beyond the end.
    pub part: Option<Part>,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, Failure>>,
}

impl Files {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn open(endpoint: Endpoint, identity: Arc<Identity>) -> Self {
        let connection = connect_for_streams(endpoint, ServiceName::MessageStore, identity);
        Self(AttachmentServiceClient::new(connection))
    }

    /// Begins an upload. Dropped before its end, nothing stays of it.
    #[must_use]
    pub fn upload(&self, caller: Principal, name: String) -> Upload {
        let (frames, receiver) = mpsc::channel(CHUNKS_WAITING_MAX);
        let header =
            proto::UploadAttachmentRequest { frame: Some(Frame::Header(proto::UploadHeader { name })) };
        let stream = futures_util::stream::iter([header]).chain(ReceiverStream::new(receiver));
        let mut request = caller.request(stream);
        request.set_timeout(UPLOAD_TIMEOUT);
        let mut client = self.0.clone();
        let call = Box::pin(async move {
            let answer = client.upload_attachment(request).await.map_err(Failure::from_status)?;
            let found = answer.into_inner().attachment;
            convert::attachment(
                found.ok_or_else(|| Failure::internal("message-store answered without a file"))?,
            )
        });
        Upload { frames, call, size: 0 }
    }

    /// A file with fresh addresses.
    ///
    /// # Errors
    /// `not_found`; `unavailable` when the service can't be reached, so with all calls below.
    pub async fn attachment(
        &self,
        caller: Principal,
        attachment_id: AttachmentId,
    ) -> Result<Attachment, Failure> {
        let request = proto::GetAttachmentRequest { attachment_id: attachment_id.to_string() };
        let mut request = caller.request(request);
        request.set_timeout(CALL_TIMEOUT);
        let answer = self.0.clone().get_attachment(request).await.map_err(Failure::from_status)?;
        let found = answer.into_inner().attachment;
        convert::attachment(found.ok_or_else(|| Failure::internal("message-store answered without a file"))?)
    }

    /// Uses an upload of the caller as their picture; gives its address.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn use_picture(
        &self,
        caller: Principal,
        attachment_id: AttachmentId,
    ) -> Result<String, Failure> {
        let request = proto::UsePictureRequest { attachment_id: attachment_id.to_string() };
        let mut request = caller.request(request);
        request.set_timeout(CALL_TIMEOUT);
        let answer = self.0.clone().use_picture(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().avatar_url)
    }

    /// The bytes behind a signed address.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; within the stream whatever broke it off.
    pub async fn read(&self, ask: &FileAsk, part: Option<Part>) -> Result<FileBody, Failure> {
        let mut request = Request::new(proto::ReadFileRequest {
            attachment_id: ask.attachment_id.to_string(),
            thumbnail: ask.is_thumbnail,
            expires_at_unix: ask.expires_at,
            signature: ask.signature.clone(),
            range: part.map(range),
        });
        request.set_timeout(READ_TIMEOUT);
        let answer = self.0.clone().read_file(request).await.map_err(Failure::from_status)?;
        body(answer.into_inner().map(|frame| {
            Ok(match frame?.frame {
                Some(read_file_response::Frame::Header(header)) => Piece::Header(header),
                Some(read_file_response::Frame::Chunk(chunk)) => Piece::Chunk(chunk),
                None => Piece::Chunk(Vec::new()),
            })
        }))
        .await
    }

    /// The bytes of a picture of a person or conversation.
    ///
    /// # Errors
    /// `not_found`; within the stream whatever broke it off.
    pub async fn read_picture(&self, key: &str, part: Option<Part>) -> Result<FileBody, Failure> {
        let mut request =
            Request::new(proto::ReadPictureRequest { key: key.to_owned(), range: part.map(range) });
        request.set_timeout(READ_TIMEOUT);
        let answer = self.0.clone().read_picture(request).await.map_err(Failure::from_status)?;
        body(answer.into_inner().map(|frame| {
            Ok(match frame?.frame {
                Some(read_picture_response::Frame::Header(header)) => Piece::Header(header),
                Some(read_picture_response::Frame::Chunk(chunk)) => Piece::Chunk(chunk),
                None => Piece::Chunk(Vec::new()),
            })
        }))
        .await
    }
}

/// A frame of a file that is read.
enum Piece {
    Header(proto::FileHeader),
    Chunk(Vec<u8>),
}

fn range((first, last): Part) -> proto::ByteRange {
    let signed = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
    proto::ByteRange { first: signed(first), last: signed(last) }
}

async fn body(
    mut pieces: impl Stream<Item = Result<Piece, Status>> + Send + Unpin + 'static,
) -> Result<FileBody, Failure> {
    let header = match pieces.next().await {
        Some(Ok(Piece::Header(header))) => header,
        Some(Err(status)) => return Err(Failure::from_status(status)),
        _ => return Err(Failure::internal("message-store sent a file without its header")),
    };
    let unsigned = |count: i64| u64::try_from(count).unwrap_or_default();
    let bytes = pieces.map(|piece| match piece {
        Ok(Piece::Chunk(chunk)) => Ok(Bytes::from(chunk)),
        Ok(Piece::Header(_)) => Err(Failure::internal("message-store sent a file with two headers")),
        Err(status) => Err(Failure::from_status(status)),
    });
    Ok(FileBody {
        name: header.name,
        media_type: header.media_type,
        size: unsigned(header.size_bytes),
        part: header.range.map(|part| (unsigned(part.first), unsigned(part.last))),
        bytes: bytes.boxed(),
    })
}

/// An upload under way.
pub struct Upload {
    frames: mpsc::Sender<proto::UploadAttachmentRequest>,
    call: Pin<Box<dyn Future<Output = Result<Attachment, Failure>> + Send>>,
    size: i64,
}

impl Upload {
    /// Hands on bytes, as fast as they are taken.
    ///
    /// # Errors
    /// Why the upload is refused; then it is over.
    pub async fn send(&mut self, bytes: &Bytes) -> Result<(), Failure> {
        for chunk in bytes.chunks(CHUNK_MAX) {
            self.size += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
            self.put(Frame::Chunk(chunk.to_vec())).await?;
        }
        Ok(())
    }

    async fn put(&mut self, frame: Frame) -> Result<(), Failure> {
        let early = || Failure::internal("message-store took a file before its end");
        tokio::select! {
            biased;
            answer = &mut self.call => return Err(answer.err().unwrap_or_else(early)),
            sent = self.frames.send(proto::UploadAttachmentRequest { frame: Some(frame) }) => {
                if sent.is_ok() {
                    return Ok(());
                }
            }
        }
        Err((&mut self.call).await.err().unwrap_or_else(early))
    }

    /// Says that the file is whole, and waits until it is taken.
    ///
    /// # Errors
    /// `too_large`, `validation_failed` (file), `unavailable`.
    pub async fn finish(mut self) -> Result<Attachment, Failure> {
        let end = proto::UploadEnd { size_bytes: self.size };
        self.put(Frame::End(end)).await?;
        let Self { frames, call, .. } = self;
        drop(frames);
        call.await
    }
}
