//! `pulsechat.messages.v1.PrivacyService`.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _, stream};
use pulse_proto::messages::v1::privacy_service_server::PrivacyService;
use pulse_proto::messages::v1::{
    ErasePersonRequest, ErasePersonResponse, ExportPersonRequest, ExportPersonResponse,
};
use pulse_rpc::Failure;
use pulse_types::UserId;
use tonic::{Request, Response, Status};

use crate::grpc::parse;
use crate::ops::erasure::Messages;
use crate::ops::export::{Piece, Position};
use crate::ops::{self, Context};

/// Longest chunk in bytes.
const CHUNK_MAX: usize = 256 * 1024;

/// The service over its operations.
pub struct Service {
    /// What operations work with.
    pub context: Context,
}

#[tonic::async_trait]
impl PrivacyService for Service {
    type ExportPersonStream = Pin<Box<dyn Stream<Item = Result<ExportPersonResponse, Status>> + Send>>;

    async fn erase_person(
        &self,
        request: Request<ErasePersonRequest>,
    ) -> Result<Response<ErasePersonResponse>, Status> {
        let request = request.into_inner();
        let messages = if request.erase_messages { Messages::Erase } else { Messages::Keep };
        let user_id = user_id(&request.user_id)?;
        ops::erasure::erase(&self.context, user_id, messages).await.map_err(Failure::from)?;
        Ok(Response::new(ErasePersonResponse {}))
    }

    async fn export_person(
        &self,
        request: Request<ExportPersonRequest>,
    ) -> Result<Response<Self::ExportPersonStream>, Status> {
        let user_id = user_id(&request.get_ref().user_id)?;
        let context = self.context.clone();
        // A piece is read when the one before it was taken.
        let pieces = stream::try_unfold(Some(Position::Conversations(None)), move |position| {
            let context = context.clone();
            async move {
                let Some(position) = position else { return Ok(None) };
                let (piece, next) =
                    ops::export::next(&context, user_id, position).await.map_err(Failure::from)?;
                Ok::<_, Status>(Some((piece, next)))
            }
        });
        let chunks = pieces.flat_map(|piece| {
            stream::iter(match piece {
                Ok(piece) => chunks(&piece).into_iter().map(Ok).collect(),
                Err(status) => vec![Err(status)],
            })
        });
        Ok(Response::new(Box::pin(chunks)))
    }
}

fn user_id(text: &str) -> Result<UserId, Failure> {
    parse::id("user_id", text).map_err(|fault| Failure::validation(vec![fault]))
}

fn chunks(piece: &Piece) -> Vec<ExportPersonResponse> {
    let answer = |chunk: &[u8]| ExportPersonResponse { name: piece.name.to_string(), chunk: chunk.to_vec() };
    piece.bytes.chunks(CHUNK_MAX).map(answer).collect()
}
