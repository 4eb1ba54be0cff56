//! `pulsechat.messages.v1.MessageStoreService`.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use pulse_proto::common::v1::PageInfo;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::message_store_service_server::MessageStoreService;
use pulse_rpc::{Failure, Principal};
use pulse_runtime::{Shutdown, trace_context};
use tokio::time::Instant;
use tonic::{Request, Response, Status, Streaming};

use crate::domain::batch::Command;
use crate::grpc::{command_stream, convert, parse};
use crate::ops::command::Done;
use crate::ops::direct::Opening;
use crate::ops::{self, Context};

/// What a unary command may take; callers set shorter deadlines on the call.
const UNARY_TIMEOUT: Duration = Duration::from_secs(10);

/// A writer's answer to a command of another kind; there is none.
fn mismatched() -> Failure {
    Failure::internal("a command was answered as one of another kind")
}

/// The service over its operations.
pub struct Service {
    context: Context,
    shutdown: Shutdown,
}

impl Service {
    /// The service; `shutdown` ends its streams.
    #[must_use]
    pub const fn new(context: Context, shutdown: Shutdown) -> Self {
        Self { context, shutdown }
    }

    async fn execute(&self, command: Command) -> Result<Done, Failure> {
        let deadline = Instant::now() + UNARY_TIMEOUT;
        let traceparent = trace_context::current().unwrap_or_default();
        Ok(ops::command::execute(&self.context, command, deadline, &traceparent).await?)
    }
}

#[tonic::async_trait]
impl MessageStoreService for Service {
    async fn apply_relationship(
        &self,
        request: Request<proto::ApplyRelationshipRequest>,
    ) -> Result<Response<proto::ApplyRelationshipResponse>, Status> {
        let request = request.into_inner();
        let applied = ops::relationship::apply(&self.context, parse::relationship(&request)?).await;
        applied.map_err(Failure::from)?;
        Ok(Response::new(proto::ApplyRelationshipResponse {}))
    }

    async fn apply_person(
        &self,
        request: Request<proto::ApplyPersonRequest>,
    ) -> Result<Response<proto::ApplyPersonResponse>, Status> {
        let known = parse::person(request.into_inner())?;
        ops::person::apply(&self.context, &known).await.map_err(Failure::from)?;
        Ok(Response::new(proto::ApplyPersonResponse {}))
    }

    async fn get_or_create_direct(
        &self,
        request: Request<proto::GetOrCreateDirectRequest>,
    ) -> Result<Response<proto::GetOrCreateDirectResponse>, Status> {
        let principal = Principal::of(&request)?;
        let (peer_id, client_id) = parse::direct(request.get_ref())?;
        let opened = ops::direct::open(&self.context, principal.user_id, peer_id, client_id).await;
        let (conversation, opening) = opened.map_err(Failure::from)?;
        Ok(Response::new(proto::GetOrCreateDirectResponse {
            conversation: Some(convert::conversation(&conversation, &self.context.signer())),
            created: opening == Opening::Made,
            replayed: opening == Opening::Repeated,
        }))
    }

    async fn get_conversation(
        &self,
        request: Request<proto::GetConversationRequest>,
    ) -> Result<Response<proto::GetConversationResponse>, Status> {
        let principal = Principal::of(&request)?;
        let conversation_id = parse::path_id("conversation", &request.get_ref().conversation_id)?;
        let found = ops::conversation::get(&self.context, principal.user_id, conversation_id).await;
        let conversation =
            Some(convert::conversation(&found.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::GetConversationResponse { conversation }))
    }

    async fn list_conversations(
        &self,
        request: Request<proto::ListConversationsRequest>,
    ) -> Result<Response<proto::ListConversationsResponse>, Status> {
        let principal = Principal::of(&request)?;
        let wanted = parse::inbox(request.into_inner())?;
        let inbox =
            ops::conversation::list(&self.context, principal.user_id, wanted).await.map_err(Failure::from)?;
        let signer = self.context.signer();
        let shown = inbox.conversations.iter().map(|found| convert::conversation(found, &signer));
        Ok(Response::new(proto::ListConversationsResponse {
            conversations: shown.collect(),
            page: Some(PageInfo { next_cursor: inbox.next_cursor }),
            total_unread: inbox.total_unread,
        }))
    }

    async fn send_message(
        &self,
        request: Request<proto::SendMessageRequest>,
    ) -> Result<Response<proto::SendMessageResponse>, Status> {
        let principal = Principal::of(&request)?;
        let command = parse::send(principal.user_id, request.get_ref(), &*self.context.clock)?;
        match self.execute(command).await? {
            Done::Sent { message, is_replay } => {
                Ok(Response::new(command_stream::sent(&message, is_replay, &self.context.signer())))
            }
            Done::Marked { .. } => Err(mismatched().into()),
        }
    }

    type ExecuteCommandsStream =
        Pin<Box<dyn Stream<Item = Result<proto::ExecuteCommandsResponse, Status>> + Send + 'static>>;

    async fn execute_commands(
        &self,
        request: Request<Streaming<proto::ExecuteCommandsRequest>>,
    ) -> Result<Response<Self::ExecuteCommandsStream>, Status> {
        let answers = command_stream::spawn(self.context.clone(), request.into_inner(), &self.shutdown);
        // The permit is dropped here: the answer is on its way.
        Ok(Response::new(Box::pin(answers.map(|(answer, _permit)| Ok(answer)))))
    }

    async fn list_messages(
        &self,
        request: Request<proto::ListMessagesRequest>,
    ) -> Result<Response<proto::ListMessagesResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let (limit, position) = parse::history(&request)?;
        let conversation_id = parse::path_id("conversation", &request.conversation_id)?;
        let page =
            ops::message::list(&self.context, principal.user_id, conversation_id, position, limit).await;
        let page = page.map_err(Failure::from)?;
        let signer = self.context.signer();
        Ok(Response::new(proto::ListMessagesResponse {
            messages: page.messages.iter().map(|message| convert::message(message, &signer)).collect(),
            has_before: page.has_before,
            has_after: page.has_after,
        }))
    }

    async fn get_message(
        &self,
        request: Request<proto::GetMessageRequest>,
    ) -> Result<Response<proto::GetMessageResponse>, Status> {
        let principal = Principal::of(&request)?;
        let message_id = parse::path_id("message", &request.get_ref().message_id)?;
        let found =
            ops::message::get(&self.context, principal.user_id, message_id).await.map_err(Failure::from)?;
        Ok(Response::new(proto::GetMessageResponse {
            message: Some(convert::message(&found, &self.context.signer())),
        }))
    }

    async fn mark_read(
        &self,
        request: Request<proto::MarkReadRequest>,
    ) -> Result<Response<proto::MarkReadResponse>, Status> {
        let principal = Principal::of(&request)?;
        let command = parse::mark_read(principal.user_id, request.get_ref())?;
        match self.execute(command).await? {
            Done::Marked { marks, last_seq, counts, .. } => {
                let marks = Some(convert::marks(marks, last_seq, counts));
                Ok(Response::new(proto::MarkReadResponse { marks }))
            }
            Done::Sent { .. } => Err(mismatched().into()),
        }
    }

    async fn mark_delivered(
        &self,
        request: Request<proto::MarkDeliveredRequest>,
    ) -> Result<Response<proto::MarkDeliveredResponse>, Status> {
        let principal = Principal::of(&request)?;
        let command = parse::mark_delivered(principal.user_id, request.get_ref())?;
        match self.execute(command).await? {
            Done::Marked { marks, last_seq, counts, .. } => {
                let marks = Some(convert::marks(marks, last_seq, counts));
                Ok(Response::new(proto::MarkDeliveredResponse { marks }))
            }
            Done::Sent { .. } => Err(mismatched().into()),
        }
    }

    async fn mark_all_read(
        &self,
        request: Request<proto::MarkAllReadRequest>,
    ) -> Result<Response<proto::MarkAllReadResponse>, Status> {
        let principal = Principal::of(&request)?;
        let deadline = Instant::now() + UNARY_TIMEOUT;
        let traceparent = trace_context::current().unwrap_or_default();
        let marked = ops::mark::read_all(&self.context, principal.user_id, deadline, &traceparent).await;
        marked.map_err(Failure::from)?;
        Ok(Response::new(proto::MarkAllReadResponse {}))
    }

    async fn list_unread(
        &self,
        request: Request<proto::ListUnreadRequest>,
    ) -> Result<Response<proto::ListUnreadResponse>, Status> {
        let keys = parse::unread_keys(request.get_ref())?;
        let unread = ops::mark::list_unread(&self.context, &keys).await.map_err(Failure::from)?;
        Ok(Response::new(proto::ListUnreadResponse { unread: unread.iter().map(convert::unread).collect() }))
    }

    async fn get_sync_point(
        &self,
        request: Request<proto::GetSyncPointRequest>,
    ) -> Result<Response<proto::GetSyncPointResponse>, Status> {
        let principal = Principal::of(&request)?;
        let point = ops::sync::get_point(&self.context, principal.user_id).await.map_err(Failure::from)?;
        Ok(Response::new(proto::GetSyncPointResponse {
            sync_token: point.token,
            total_unread: point.total_unread,
            large_conversation_ids: point.large.iter().map(ToString::to_string).collect(),
            horizon: point.horizon,
        }))
    }
}
