//! `pulsechat.messages.v1.SyncService`.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::sync_service_server::SyncService;
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use crate::domain::address::Signer;
use crate::domain::position::Position;
use crate::grpc::{convert, parse};
use crate::ops::{self, Context};

/// The service over its operations.
pub struct Service {
    /// What operations work with.
    pub context: Context,
}

#[tonic::async_trait]
impl SyncService for Service {
    async fn sync(
        &self,
        request: Request<proto::SyncRequest>,
    ) -> Result<Response<proto::SyncResponse>, Status> {
        let principal = Principal::of(&request)?;
        let page = ops::sync::sync(&self.context, principal.user_id, &request.get_ref().since).await;
        let page = page.map_err(Failure::from)?;
        let signer = self.context.signer();
        Ok(Response::new(proto::SyncResponse {
            conversations: page.conversations.iter().map(|found| changed(found, &signer)).collect(),
            removed_conversation_ids: page.removed.iter().map(ToString::to_string).collect(),
            total_unread: page.total_unread,
            sync_token: page.token,
            has_more: page.has_more,
        }))
    }

    async fn list_changes(
        &self,
        request: Request<proto::ListChangesRequest>,
    ) -> Result<Response<proto::ListChangesResponse>, Status> {
        let principal = Principal::of(&request)?;
        let after = parse::after_version(request.get_ref())?;
        let conversation_id = parse::path_id("conversation", &request.get_ref().conversation_id)?;
        let page = ops::change::list(&self.context, principal.user_id, conversation_id, after).await;
        let page = page.map_err(Failure::from)?;
        let signer = self.context.signer();
        Ok(Response::new(proto::ListChangesResponse {
            messages: page.messages.iter().map(|message| convert::message(message, &signer)).collect(),
            members: page.members.iter().map(convert::member).collect(),
            removed_member_ids: page.removed.iter().map(ToString::to_string).collect(),
            conversation: Some(convert::conversation(&page.conversation, &signer)),
            version: page.version,
            has_more: page.has_more,
        }))
    }

    async fn list_positions(
        &self,
        request: Request<proto::ListPositionsRequest>,
    ) -> Result<Response<proto::ListPositionsResponse>, Status> {
        let asked = parse::position::asked(request.get_ref())?;
        let listed = ops::position::list(&self.context, &asked).await;
        let (positions, horizon) = listed.map_err(Failure::from)?;
        let positions = positions.iter().map(position).collect();
        Ok(Response::new(proto::ListPositionsResponse { positions, horizon }))
    }
}

fn position(position: &Position) -> proto::Position {
    proto::Position {
        user_id: position.user_id.to_string(),
        conversation_id: position.conversation_id.to_string(),
        version: position.version,
        member_count: u32::try_from(position.member_count).unwrap_or_default(),
        removed: position.is_gone,
    }
}

fn changed(changed: &ops::sync::ChangedConversation, signer: &Signer) -> proto::ConversationChanges {
    proto::ConversationChanges {
        conversation: Some(convert::conversation(&changed.conversation, signer)),
        messages: changed.messages.iter().map(|message| convert::message(message, signer)).collect(),
        gap: changed.has_gap,
    }
}
