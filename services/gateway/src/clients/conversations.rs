//! Groups and rooms, who is in them, and what members chose: calls to message-store's ConversationService.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::conversation_service_client::ConversationServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{ConversationId, UserId};

use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::conversation_change::{ConversationPatch, MembershipPatch, NewConversation, Opening};
use crate::domain::{Conversation, ConversationState, Member, Role};

/// Calls message-store. Clones share the connection.
#[derive(Clone)]
pub struct Conversations(ConversationServiceClient<Connection>);

impl Conversations {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(ConversationServiceClient::new(connection))
    }

    pub(super) fn client(&self) -> ConversationServiceClient<Connection> {
        self.0.clone()
    }

    /// Makes a group or a room, all or nothing, and tells whether it was made by this call.
    ///
    /// # Errors
    /// `not_found` (with a fault of `client_id`: what the first request made is gone), `not_connected`, `idempotency_mismatch`,
    /// `validation_failed`; `unavailable` when the service can't be
    /// reached, so with all calls below. What the caller may not see is `not_found` there, a room that they are not in
    /// `not_a_member`, and what their role does not allow `forbidden`.
    pub async fn create(
        &self,
        caller: Principal,
        new: NewConversation,
    ) -> Result<(Conversation, Opening), Failure> {
        let request = proto::CreateConversationRequest {
            kind: convert::conversation::kind_message(new.kind).into(),
            title: new.title,
            topic: new.topic,
            member_ids: new.member_ids.iter().map(UserId::to_string).collect(),
            client_id: new.client_id.map(|id| id.to_string()).unwrap_or_default(),
        };
        let answer = self.client().create_conversation(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let opening = if answer.created { Opening::Made } else { Opening::Repeated };
        Ok((convert::conversation(answer.conversation)?, opening))
    }

    /// Changes title, topic or picture.
    ///
    /// # Errors
    /// `conversation_closed`, `validation_failed`.
    pub async fn update(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        patch: ConversationPatch,
    ) -> Result<Conversation, Failure> {
        let picture = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let request = proto::UpdateConversationRequest {
            conversation_id: conversation_id.to_string(),
            title: patch.title,
            topic: patch.topic,
            avatar_attachment_id: patch.avatar_attachment_id.map(picture),
        };
        let answer = self.client().update_conversation(caller.request(request)).await;
        convert::conversation(answer.map_err(Failure::from_status)?.into_inner().conversation)
    }

    /// Changes what the caller chose for themselves.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn update_membership(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        patch: MembershipPatch,
    ) -> Result<Conversation, Failure> {
        let mute = |until: Option<_>| proto::Mute { until: until.map(convert::timestamp) };
        let request = proto::UpdateMembershipRequest {
            conversation_id: conversation_id.to_string(),
            mute: patch.muted_until.map(mute),
            pinned: patch.pinned,
            archived: patch.archived,
        };
        let answer = self.client().update_membership(caller.request(request)).await;
        convert::conversation(answer.map_err(Failure::from_status)?.into_inner().conversation)
    }

    /// Deletes a group or room with all that is in it.
    ///
    /// # Errors
    /// As told with [`Conversations::create`].
    pub async fn delete(&self, caller: Principal, conversation_id: ConversationId) -> Result<(), Failure> {
        let request = proto::DeleteConversationRequest { conversation_id: conversation_id.to_string() };
        let answer = self.client().delete_conversation(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Owner and admins first, then by `joined_at`.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn members(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        ask: PageAsk,
    ) -> Result<Page<Member>, Failure> {
        let request = proto::ListMembersRequest {
            conversation_id: conversation_id.to_string(),
            page: Some(ask.into()),
        };
        let answer = self.client().list_members(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let found = page(answer.members, answer.page, |member| convert::member(Some(member)))?;
        Ok(Page { items: found.items.into_iter().flatten().collect(), next_cursor: found.next_cursor })
    }

    /// Adds somebody or gives a member another role; true when somebody was added.
    ///
    /// # Errors
    /// `not_connected`, `conversation_closed`, `validation_failed`.
    pub async fn put_member(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        user_id: UserId,
        role: Option<Role>,
    ) -> Result<(Member, bool), Failure> {
        let role = match role {
            None => proto::MemberRole::Unspecified,
            Some(Role::Member) => proto::MemberRole::Member,
            Some(Role::Admin) => proto::MemberRole::Admin,
            Some(Role::Owner) => proto::MemberRole::Owner,
        };
        let request = proto::PutMemberRequest {
            conversation_id: conversation_id.to_string(),
            user_id: user_id.to_string(),
            role: role.into(),
        };
        let answer = self.client().put_member(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        // Somebody whose account ended while they were added is not there any more.
        let member = convert::member(answer.member)?.ok_or_else(|| Failure::not_found("person"))?;
        Ok((member, answer.added))
    }

    /// Removes somebody; of oneself: leaves.
    ///
    /// # Errors
    /// `conflict`.
    pub async fn remove_member(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        user_id: UserId,
    ) -> Result<(), Failure> {
        let request = proto::RemoveMemberRequest {
            conversation_id: conversation_id.to_string(),
            user_id: user_id.to_string(),
        };
        let answer = self.client().remove_member(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Joins a room.
    ///
    /// # Errors
    /// `conversation_closed`, `validation_failed`.
    pub async fn join(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
    ) -> Result<Conversation, Failure> {
        let request = proto::JoinRoomRequest { conversation_id: conversation_id.to_string() };
        let answer = self.client().join_room(caller.request(request)).await;
        convert::conversation(answer.map_err(Failure::from_status)?.into_inner().conversation)
    }

    /// Leaves a group or room.
    ///
    /// # Errors
    /// `conflict`.
    pub async fn leave(&self, caller: Principal, conversation_id: ConversationId) -> Result<(), Failure> {
        let request = proto::LeaveConversationRequest { conversation_id: conversation_id.to_string() };
        let answer = self.client().leave_conversation(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Makes another member the owner.
    ///
    /// # Errors
    /// As told with [`Conversations::create`].
    pub async fn transfer(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        user_id: UserId,
    ) -> Result<Conversation, Failure> {
        let request = proto::TransferConversationRequest {
            conversation_id: conversation_id.to_string(),
            user_id: user_id.to_string(),
        };
        let answer = self.client().transfer_conversation(caller.request(request)).await;
        convert::conversation(answer.map_err(Failure::from_status)?.into_inner().conversation)
    }

    /// Closes or reopens.
    ///
    /// # Errors
    /// As told with [`Conversations::create`].
    pub async fn set_state(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        state: ConversationState,
    ) -> Result<Conversation, Failure> {
        let state = match state {
            ConversationState::Open => proto::ConversationState::Open,
            ConversationState::Closed => proto::ConversationState::Closed,
        };
        let request = proto::SetConversationStateRequest {
            conversation_id: conversation_id.to_string(),
            state: state.into(),
        };
        let answer = self.client().set_conversation_state(caller.request(request)).await;
        convert::conversation(answer.map_err(Failure::from_status)?.into_inner().conversation)
    }

    /// The directory of rooms, busiest first; an empty `query` means all.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn rooms(
        &self,
        caller: Principal,
        query: String,
        ask: PageAsk,
    ) -> Result<Page<Conversation>, Failure> {
        let request = proto::ListRoomsRequest { query, page: Some(ask.into()) };
        let answer = self.client().list_rooms(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        page(answer.conversations, answer.page, |found| convert::conversation(Some(found)))
    }
}
