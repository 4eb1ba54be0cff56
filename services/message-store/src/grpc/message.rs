//! `pulsechat.messages.v1.MessageService`.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::message_service_server::MessageService;
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use crate::domain::message::Edit;
use crate::domain::reaction::Emoji;
use crate::domain::receipt::{MessageReceipt, Receipt};
use crate::grpc::{convert, parse};
use crate::ops::{self, Context};

/// The service over its operations.
pub struct Service {
    /// What operations work with.
    pub context: Context,
}

#[tonic::async_trait]
impl MessageService for Service {
    async fn edit_message(
        &self,
        request: Request<proto::EditMessageRequest>,
    ) -> Result<Response<proto::EditMessageResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.get_ref();
        // Whether the message has files, and so needs no text, is seen when it is read.
        let body = parse::body(&request.body, true).map_err(|fault| Failure::validation(vec![fault]))?;
        let message_id = parse::path_id("message", &request.message_id)?;
        let edited = ops::edit::edit(&self.context, principal.user_id, message_id, &body).await;
        let message = Some(convert::message(&edited.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::EditMessageResponse { message }))
    }

    async fn delete_message(
        &self,
        request: Request<proto::DeleteMessageRequest>,
    ) -> Result<Response<proto::DeleteMessageResponse>, Status> {
        let principal = Principal::of(&request)?;
        let message_id = parse::path_id("message", &request.get_ref().message_id)?;
        let deleted = ops::message::delete(&self.context, principal.user_id, message_id).await;
        deleted.map_err(Failure::from)?;
        Ok(Response::new(proto::DeleteMessageResponse {}))
    }

    async fn list_edits(
        &self,
        request: Request<proto::ListEditsRequest>,
    ) -> Result<Response<proto::ListEditsResponse>, Status> {
        let principal = Principal::of(&request)?;
        let message_id = parse::path_id("message", &request.get_ref().message_id)?;
        let edits = ops::edit::list(&self.context, principal.user_id, message_id).await;
        let edits = edits.map_err(Failure::from)?.into_iter().map(edit).collect();
        Ok(Response::new(proto::ListEditsResponse { edits }))
    }

    async fn set_reaction(
        &self,
        request: Request<proto::SetReactionRequest>,
    ) -> Result<Response<proto::SetReactionResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.get_ref();
        let emoji = Emoji::parse(&request.emoji)
            .map_err(|error| Failure::invalid_field("emoji", "invalid", error.to_string()))?;
        let message_id = parse::path_id("message", &request.message_id)?;
        let set = ops::reaction::set(&self.context, principal.user_id, message_id, emoji, request.active);
        let reactions = convert::reactions(&set.await.map_err(Failure::from)?);
        Ok(Response::new(proto::SetReactionResponse { reactions }))
    }

    async fn list_message_receipts(
        &self,
        request: Request<proto::ListMessageReceiptsRequest>,
    ) -> Result<Response<proto::ListMessageReceiptsResponse>, Status> {
        let principal = Principal::of(&request)?;
        let message_id = parse::path_id("message", &request.get_ref().message_id)?;
        let receipts = ops::receipt::of_message(&self.context, principal.user_id, message_id).await;
        let receipts = receipts.map_err(Failure::from)?.iter().map(message_receipt).collect();
        Ok(Response::new(proto::ListMessageReceiptsResponse { receipts }))
    }

    async fn list_receipts(
        &self,
        request: Request<proto::ListReceiptsRequest>,
    ) -> Result<Response<proto::ListReceiptsResponse>, Status> {
        let principal = Principal::of(&request)?;
        let conversation_id = parse::path_id("conversation", &request.get_ref().conversation_id)?;
        let listed = ops::receipt::list(&self.context, principal.user_id, conversation_id).await;
        let listed = listed.map_err(Failure::from)?;
        Ok(Response::new(proto::ListReceiptsResponse {
            version: listed.version,
            last_seq: listed.last_seq,
            receipts: listed.receipts.iter().map(receipt).collect(),
            peer_id: listed.peer_id.map(|peer_id| peer_id.to_string()).unwrap_or_default(),
            is_connected: listed.is_connected,
        }))
    }
}

fn edit(edit: Edit) -> proto::Edit {
    let written_at = Some(convert::timestamp(edit.written_at));
    proto::Edit { body: edit.body, version: edit.version, written_at }
}

fn message_receipt(receipt: &MessageReceipt) -> proto::MessageReceipt {
    let user = Some(convert::person(&receipt.person));
    proto::MessageReceipt { user, delivered: receipt.is_delivered, read: receipt.is_read }
}

fn receipt(receipt: &Receipt) -> proto::Receipt {
    proto::Receipt {
        user_id: receipt.user_id.to_string(),
        delivered_seq: receipt.marks.delivered_seq,
        read_seq: receipt.marks.read_seq,
    }
}
