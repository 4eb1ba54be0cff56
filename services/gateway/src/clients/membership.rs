//! Who is in several conversations at once, for counting those who are online. What is told here is not for users: it leaves
//! out those alone who show nobody whether they are there.

use std::collections::HashMap;

use pulse_proto::messages::v1 as proto;
use pulse_rpc::Failure;
use pulse_types::{ConversationId, UserId};

use crate::clients::{Conversations, convert};

/// Conversations of one call.
pub const PLACES_MAX: usize = 100;
/// Members of the conversations of one call to [`Conversations::member_ids`], far below what is refused: they may have become
/// more since they were counted.
pub const MEMBERS_MAX: u32 = 10_000;
/// People of one call to [`Conversations::count_members`].
pub const PEOPLE_MAX: usize = 10_000;

fn texts(ids: &[impl ToString]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

impl Conversations {
    /// Who is in some conversations, at most [`PLACES_MAX`]; those without anybody to be counted are left out.
    ///
    /// # Errors
    /// `validation_failed` when they have too many members; `unavailable` when the service can't be reached.
    pub async fn member_ids(
        &self,
        conversation_ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Vec<UserId>>, Failure> {
        let request = proto::ListMemberIdsRequest { conversation_ids: texts(conversation_ids) };
        let answer = self.client().list_member_ids(request).await.map_err(Failure::from_status)?;
        let read = |found: proto::MemberIds| {
            let user_ids = found.user_ids.iter().map(|id| convert::id("user_ids", id));
            let conversation_id = convert::id("conversation_id", &found.conversation_id)?;
            Ok((conversation_id, user_ids.collect::<Result<_, _>>()?))
        };
        answer.into_inner().conversations.into_iter().map(read).collect()
    }

    /// How many of some people, at most [`PEOPLE_MAX`], are in each of some conversations, at most [`PLACES_MAX`]; those with
    /// none of them are left out.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn count_members(
        &self,
        conversation_ids: &[ConversationId],
        user_ids: &[UserId],
    ) -> Result<HashMap<ConversationId, u32>, Failure> {
        let request = proto::CountMembersRequest {
            conversation_ids: texts(conversation_ids),
            user_ids: texts(user_ids),
        };
        let answer = self.client().count_members(request).await.map_err(Failure::from_status)?;
        let read = |found: proto::MemberCount| {
            Ok((convert::id("conversation_id", &found.conversation_id)?, found.count))
        };
        answer.into_inner().counts.into_iter().map(read).collect()
    }

    /// How many members some groups and rooms, at most [`PLACES_MAX`], have; directs are left out.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn sizes(
        &self,
        conversation_ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, u32>, Failure> {
        let request = proto::ListSizesRequest { conversation_ids: texts(conversation_ids) };
        let answer = self.client().list_sizes(request).await.map_err(Failure::from_status)?;
        let read = |found: proto::MemberCount| {
            Ok((convert::id("conversation_id", &found.conversation_id)?, found.count))
        };
        answer.into_inner().sizes.into_iter().map(read).collect()
    }
}
