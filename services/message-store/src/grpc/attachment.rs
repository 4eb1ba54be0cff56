//! `pulsechat.messages.v1.AttachmentService`.

use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::attachment_service_server::AttachmentService;
use pulse_proto::messages::v1::upload_attachment_request::Frame as Sent;
use pulse_proto::messages::v1::{read_file_response, read_picture_response};
use pulse_rpc::{Failure, Principal};
use pulse_runtime::Shutdown;
use pulse_types::AttachmentId;
use tokio::sync::oneshot;
use tonic::{Request, Response, Status, Streaming};

use crate::domain::address::Variant;
use crate::domain::upload;
use crate::grpc::{convert, parse};
use crate::ops::file::{FileAsk, Opened};
use crate::ops::upload::{Piece, UploadError};
use crate::ops::{self, Context};

/// Longest chunk in bytes.
const CHUNK_MAX: usize = 256 * 1024;

/// The service over its operations.
pub struct Service {
    context: Context,
    shutdown: Shutdown,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A frame of a file that is read.
enum Frame {
    Header(proto::FileHeader),
    Chunk(Vec<u8>),
}

impl Service {
    /// The service; uploads are tasks of `shutdown`.
    #[must_use]
    pub const fn new(context: Context, shutdown: Shutdown) -> Self {
        Self { context, shutdown }
    }
}

#[tonic::async_trait]
impl AttachmentService for Service {
    type ReadFileStream = Answers<proto::ReadFileResponse>;
    type ReadPictureStream = Answers<proto::ReadPictureResponse>;

    async fn upload_attachment(
        &self,
        request: Request<Streaming<proto::UploadAttachmentRequest>>,
    ) -> Result<Response<proto::UploadAttachmentResponse>, Status> {
        let uploader_id = Principal::of(&request)?.user_id;
        let mut frames = request.into_inner();
        let name = match frames.message().await?.and_then(|first| first.frame) {
            Some(Sent::Header(header)) => name(&header)?,
            _ => return Err(Failure::invalid_field("file", "required", "begins with its header").into()),
        };
        // A task of its own, which cleans up also when nobody waits for the answer any more.
        let (sender, answer) = oneshot::channel();
        let context = self.context.clone();
        self.shutdown.spawn("files.upload", async move {
            let taken = ops::upload::take(&context, uploader_id, name, frames.map(piece)).await;
            if let Err(Ok(attachment)) = sender.send(taken) {
                ops::upload::discard(&context, attachment.attachment_id).await;
            }
        });
        let taken = answer.await.map_err(|_| Failure::unavailable("the message store"))?;
        let attachment = convert::attachment(&taken.map_err(Failure::from)?, &self.context.signer());
        Ok(Response::new(proto::UploadAttachmentResponse { attachment: Some(attachment) }))
    }

    async fn get_attachment(
        &self,
        request: Request<proto::GetAttachmentRequest>,
    ) -> Result<Response<proto::GetAttachmentResponse>, Status> {
        let user_id = Principal::of(&request)?.user_id;
        let attachment_id: AttachmentId = parse::path_id("file", &request.get_ref().attachment_id)?;
        let found = ops::file::get(&self.context, user_id, attachment_id).await.map_err(Failure::from)?;
        let attachment = Some(convert::attachment(&found, &self.context.signer()));
        Ok(Response::new(proto::GetAttachmentResponse { attachment }))
    }

    async fn read_file(
        &self,
        request: Request<proto::ReadFileRequest>,
    ) -> Result<Response<Self::ReadFileStream>, Status> {
        let request = request.into_inner();
        let ask = FileAsk {
            attachment_id: parse::path_id("file", &request.attachment_id)?,
            variant: if request.thumbnail { Variant::Thumbnail } else { Variant::Whole },
            expires_at: request.expires_at_unix,
            signature: request.signature,
            range: request.range.map(|asked| range(&asked)),
        };
        let opened = ops::file::read(&self.context, ask).await.map_err(Failure::from)?;
        let answers = frames(opened).map(|frame| {
            let frame = match frame? {
                Frame::Header(header) => read_file_response::Frame::Header(header),
                Frame::Chunk(chunk) => read_file_response::Frame::Chunk(chunk),
            };
            Ok(proto::ReadFileResponse { frame: Some(frame) })
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn read_picture(
        &self,
        request: Request<proto::ReadPictureRequest>,
    ) -> Result<Response<Self::ReadPictureStream>, Status> {
        let request = request.into_inner();
        let asked = request.range.map(|asked| range(&asked));
        let opened = ops::file::read_picture(&self.context, &request.key, asked).await;
        let answers = frames(opened.map_err(Failure::from)?).map(|frame| {
            let frame = match frame? {
                Frame::Header(header) => read_picture_response::Frame::Header(header),
                Frame::Chunk(chunk) => read_picture_response::Frame::Chunk(chunk),
            };
            Ok(proto::ReadPictureResponse { frame: Some(frame) })
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn use_picture(
        &self,
        request: Request<proto::UsePictureRequest>,
    ) -> Result<Response<proto::UsePictureResponse>, Status> {
        let user_id = Principal::of(&request)?.user_id;
        let attachment_id = parse::id("avatar_attachment_id", &request.get_ref().attachment_id);
        let attachment_id = attachment_id.map_err(|fault| Failure::validation(vec![fault]))?;
        let used = ops::picture::use_own(&self.context, user_id, attachment_id).await;
        Ok(Response::new(proto::UsePictureResponse { avatar_url: used.map_err(Failure::from)? }))
    }
}

fn name(header: &proto::UploadHeader) -> Result<String, Failure> {
    upload::parse_name(&header.name).map_err(|fault| {
        let code = match fault {
            upload::NameFault::TooLong => "too_long",
            upload::NameFault::Nul => "invalid",
        };
        Failure::invalid_field("file", code, format!("its name {fault}"))
    })
}

/// What follows the header.
fn piece(frame: Result<proto::UploadAttachmentRequest, Status>) -> Result<Piece, UploadError> {
    match frame.ok().and_then(|frame| frame.frame) {
        Some(Sent::Chunk(chunk)) => Ok(Piece::Bytes(Bytes::from(chunk))),
        Some(Sent::End(end)) => {
            u64::try_from(end.size_bytes).map(Piece::End).map_err(|_| UploadError::BrokenOff)
        }
        Some(Sent::Header(_)) | None => Err(UploadError::BrokenOff),
    }
}

/// Bytes from the first to the one after the last; an impossible range asks for nothing.
fn range(asked: &proto::ByteRange) -> Range<u64> {
    let first = u64::try_from(asked.first).unwrap_or(u64::MAX);
    first..u64::try_from(asked.last).map_or(first, |last| last.saturating_add(1))
}

/// The header of a file, then its bytes in chunks.
fn frames(opened: Opened) -> impl Stream<Item = Result<Frame, Status>> + Send {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let range = opened.reading.range;
    let header = proto::FileHeader {
        name: opened.name,
        media_type: opened.media_type,
        size_bytes: signed(opened.reading.size),
        range: range.map(|range| proto::ByteRange {
            first: signed(range.start),
            last: signed(range.end.saturating_sub(1)),
        }),
        created_at: Some(convert::timestamp(opened.created_at)),
    };
    let chunks = opened.reading.bytes.flat_map(|bytes| {
        stream::iter(match bytes {
            Ok(bytes) => bytes.chunks(CHUNK_MAX).map(|chunk| Ok(Frame::Chunk(chunk.to_vec()))).collect(),
            Err(error) => vec![Err(Status::from(Failure::unavailable("the file store").with_source(error)))],
        })
    });
    stream::iter([Ok(Frame::Header(header))]).chain(chunks)
}
