//! `pulsechat.messages.v1.ConversationService`.

use pulse_proto::common::v1::PageInfo;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::conversation_service_server::ConversationService;
use pulse_rpc::{Failure, Principal};
use pulse_types::{ConversationId, UserId};
use tonic::{Request, Response, Status};

use crate::grpc::parse::conversation as parse;
use crate::grpc::{convert, parse::path_id};
use crate::ops::{self, Context};

/// The service over its operations.
pub struct Service {
    /// What they work with.
    pub context: Context,
}

fn conversation_id(text: &str) -> Result<ConversationId, Failure> {
    path_id("conversation", text)
}

fn user_id(text: &str) -> Result<UserId, Failure> {
    path_id("person", text)
}

#[tonic::async_trait]
impl ConversationService for Service {
    async fn create_conversation(
        &self,
        request: Request<proto::CreateConversationRequest>,
    ) -> Result<Response<proto::CreateConversationResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let new = parse::creation(caller, request.get_ref())?;
        let made = ops::group::create(&self.context, caller, &new).await.map_err(Failure::from)?;
        let (conversation, created) = (Some(convert::conversation(&made.0, &self.context.signer())), made.1);
        Ok(Response::new(proto::CreateConversationResponse { conversation, created }))
    }

    async fn update_conversation(
        &self,
        request: Request<proto::UpdateConversationRequest>,
    ) -> Result<Response<proto::UpdateConversationResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let wanted = parse::description(request.get_ref())?;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let updated = ops::description::update(&self.context, caller, place, wanted).await;
        let conversation =
            Some(convert::conversation(&updated.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::UpdateConversationResponse { conversation }))
    }

    async fn update_membership(
        &self,
        request: Request<proto::UpdateMembershipRequest>,
    ) -> Result<Response<proto::UpdateMembershipResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let wish = parse::wish(request.get_ref())?;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let updated = ops::membership::update(&self.context, caller, place, wish).await;
        let conversation =
            Some(convert::conversation(&updated.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::UpdateMembershipResponse { conversation }))
    }

    async fn delete_conversation(
        &self,
        request: Request<proto::DeleteConversationRequest>,
    ) -> Result<Response<proto::DeleteConversationResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        ops::deletion::delete(&self.context, caller, place).await.map_err(Failure::from)?;
        Ok(Response::new(proto::DeleteConversationResponse {}))
    }

    async fn list_members(
        &self,
        request: Request<proto::ListMembersRequest>,
    ) -> Result<Response<proto::ListMembersResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let request = request.into_inner();
        let wanted = parse::members(request.page)?;
        let place = conversation_id(&request.conversation_id)?;
        let listed = ops::member::list(&self.context, caller, place, wanted).await;
        let (members, next_cursor) = listed.map_err(Failure::from)?;
        let members = members.iter().map(convert::member).collect();
        Ok(Response::new(proto::ListMembersResponse { members, page: Some(PageInfo { next_cursor }) }))
    }

    async fn put_member(
        &self,
        request: Request<proto::PutMemberRequest>,
    ) -> Result<Response<proto::PutMemberResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let request = request.get_ref();
        let role = parse::role(request.role)?;
        let place = conversation_id(&request.conversation_id)?;
        let whom = user_id(&request.user_id)?;
        let put = ops::member::put(&self.context, caller, place, whom, role).await;
        let (member, added) = put.map_err(Failure::from)?;
        Ok(Response::new(proto::PutMemberResponse { member: Some(convert::member(&member)), added }))
    }

    async fn remove_member(
        &self,
        request: Request<proto::RemoveMemberRequest>,
    ) -> Result<Response<proto::RemoveMemberResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let whom = user_id(&request.get_ref().user_id)?;
        ops::member::remove(&self.context, caller, place, whom).await.map_err(Failure::from)?;
        Ok(Response::new(proto::RemoveMemberResponse {}))
    }

    async fn join_room(
        &self,
        request: Request<proto::JoinRoomRequest>,
    ) -> Result<Response<proto::JoinRoomResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let joined = ops::room::join(&self.context, caller, place).await.map_err(Failure::from)?;
        let conversation = Some(convert::conversation(&joined, &self.context.signer()));
        Ok(Response::new(proto::JoinRoomResponse { conversation }))
    }

    async fn leave_conversation(
        &self,
        request: Request<proto::LeaveConversationRequest>,
    ) -> Result<Response<proto::LeaveConversationResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        ops::member::leave(&self.context, caller, place).await.map_err(Failure::from)?;
        Ok(Response::new(proto::LeaveConversationResponse {}))
    }

    async fn transfer_conversation(
        &self,
        request: Request<proto::TransferConversationRequest>,
    ) -> Result<Response<proto::TransferConversationResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let heir = super::parse::id("user_id", &request.get_ref().user_id);
        let heir: UserId = heir.map_err(|fault| Failure::validation(vec![fault]))?;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let transferred = ops::ownership::transfer(&self.context, caller, place, heir).await;
        let conversation =
            Some(convert::conversation(&transferred.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::TransferConversationResponse { conversation }))
    }

    async fn set_conversation_state(
        &self,
        request: Request<proto::SetConversationStateRequest>,
    ) -> Result<Response<proto::SetConversationStateResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let is_closed = parse::state(request.get_ref().state)?;
        let place = conversation_id(&request.get_ref().conversation_id)?;
        let set = ops::ownership::set_state(&self.context, caller, place, is_closed).await;
        let conversation = Some(convert::conversation(&set.map_err(Failure::from)?, &self.context.signer()));
        Ok(Response::new(proto::SetConversationStateResponse { conversation }))
    }

    async fn list_rooms(
        &self,
        request: Request<proto::ListRoomsRequest>,
    ) -> Result<Response<proto::ListRoomsResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let wanted = parse::rooms(request.into_inner())?;
        let listed = ops::room::list(&self.context, caller, wanted).await;
        let (rooms, next_cursor) = listed.map_err(Failure::from)?;
        let signer = self.context.signer();
        let conversations = rooms.iter().map(|room| convert::conversation(room, &signer)).collect();
        Ok(Response::new(proto::ListRoomsResponse { conversations, page: Some(PageInfo { next_cursor }) }))
    }

    async fn list_member_ids(
        &self,
        request: Request<proto::ListMemberIdsRequest>,
    ) -> Result<Response<proto::ListMemberIdsResponse>, Status> {
        let places = parse::places(request.get_ref())?;
        let members = ops::presence::list_members(&self.context, &places).await.map_err(Failure::from)?;
        let conversations = members.into_iter().map(|(conversation_id, user_ids)| proto::MemberIds {
            conversation_id: conversation_id.to_string(),
            user_ids: user_ids.iter().map(UserId::to_string).collect(),
        });
        Ok(Response::new(proto::ListMemberIdsResponse { conversations: conversations.collect() }))
    }

    async fn count_members(
        &self,
        request: Request<proto::CountMembersRequest>,
    ) -> Result<Response<proto::CountMembersResponse>, Status> {
        let (places, people) = parse::people_in_places(request.get_ref())?;
        let counts = ops::presence::count_members(&self.context, &places, &people).await;
        let counts = counts.map_err(Failure::from)?.into_iter().map(|(conversation_id, count)| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            proto::MemberCount { conversation_id: conversation_id.to_string(), count }
        });
        Ok(Response::new(proto::CountMembersResponse { counts: counts.collect() }))
    }

    async fn list_sizes(
        &self,
        request: Request<proto::ListSizesRequest>,
    ) -> Result<Response<proto::ListSizesResponse>, Status> {
        let places = parse::sizes(request.get_ref())?;
        let sizes = ops::presence::list_sizes(&self.context, &places).await.map_err(Failure::from)?;
        let sizes = sizes.into_iter().map(|(conversation_id, count)| proto::MemberCount {
            conversation_id: conversation_id.to_string(),
            count: u32::try_from(count).unwrap_or_default(),
        });
        Ok(Response::new(proto::ListSizesResponse { sizes: sizes.collect() }))
    }

    async fn list_people_in_sight(
        &self,
        request: Request<proto::ListPeopleInSightRequest>,
    ) -> Result<Response<proto::ListPeopleInSightResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let people = parse::people_in_sight(request.get_ref())?;
        let seen = ops::presence::list_in_sight(&self.context, caller, &people).await;
        let user_ids = seen.map_err(Failure::from)?.iter().map(UserId::to_string).collect();
        Ok(Response::new(proto::ListPeopleInSightResponse { user_ids }))
    }
}
