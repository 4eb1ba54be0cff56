//! Where users stand: sync points, positions, and what is unread. Calls to message-store for sockets.

use std::collections::HashMap;
use std::sync::Arc;

use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal};
use pulse_types::{ConversationId, UserId};

use crate::clients::{Following, MessageStore, convert};
use crate::domain::unread::Unread;

/// Most members that one call may ask about.
pub const UNREAD_KEYS_MAX: usize = 1000;
/// Most people whose positions one call may ask for.
pub const POSITIONS_USERS_MAX: usize = 1000;

/// Where a user stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPoint {
    /// Opaque.
    pub token: String,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
    /// The user's conversations above the fan-out limit.
    pub large: Vec<ConversationId>,
    /// The same point for [`Following::positions`].
    pub horizon: String,
}

/// Where a conversation stands for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its version; of one who is not in any more that of the departure.
    pub version: i64,
    /// How many members it has.
    pub member_count: u32,
    /// Whether the person is not in it any more.
    pub is_gone: bool,
}

impl Following {
    /// Where the conversations of some people stand that changed since the horizon beside each of them, and the present
    /// horizon; at most [`POSITIONS_USERS_MAX`] people.
    ///
    /// # Errors
    /// `validation_failed` when there are too many positions to tell: ask for fewer people. `unavailable` when the service can't
    /// be reached.
    pub async fn positions(&self, asked: &[(UserId, Arc<str>)]) -> Result<(Vec<Position>, String), Failure> {
        let mut by_horizon: HashMap<&str, Vec<String>> = HashMap::new();
        for (user_id, horizon) in asked {
            by_horizon.entry(horizon).or_default().push(user_id.to_string());
        }
        let asked = by_horizon
            .into_iter()
            .map(|(horizon, user_ids)| proto::PositionsSince { horizon: horizon.to_owned(), user_ids });
        let request = proto::ListPositionsRequest { asked: asked.collect() };
        let answer = self.client().list_positions(request).await.map_err(Failure::from_status)?.into_inner();
        let read = |found: proto::Position| {
            Ok(Position {
                user_id: convert::id("position.user_id", &found.user_id)?,
                conversation_id: convert::id("position.conversation_id", &found.conversation_id)?,
                version: found.version,
                member_count: found.member_count,
                is_gone: found.removed,
            })
        };
        let positions = answer.positions.into_iter().map(read).collect::<Result<_, Failure>>()?;
        Ok((positions, answer.horizon))
    }
}

impl MessageStore {
    /// Where the caller stands now.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn sync_point(&self, caller: Principal) -> Result<SyncPoint, Failure> {
        let request = caller.request(proto::GetSyncPointRequest {});
        let answer = self.client().get_sync_point(request).await.map_err(Failure::from_status)?.into_inner();
        let large = answer.large_conversation_ids.iter();
        Ok(SyncPoint {
            token: answer.sync_token,
            total_unread: answer.total_unread,
            large: large
                .map(|id| convert::id("large_conversation_ids", id))
                .collect::<Result<_, Failure>>()?,
            horizon: answer.horizon,
        })
    }

    /// The present unread state of members, at most [`UNREAD_KEYS_MAX`] of them. Who is no member is left out.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn unread(
        &self,
        members: &[(UserId, ConversationId)],
    ) -> Result<Vec<(UserId, Unread)>, Failure> {
        let key = |(user_id, conversation_id): &(UserId, ConversationId)| proto::UnreadKey {
            user_id: user_id.to_string(),
            conversation_id: conversation_id.to_string(),
        };
        let request = proto::ListUnreadRequest { keys: members.iter().map(key).collect() };
        let answer = self.client().list_unread(request).await.map_err(Failure::from_status)?.into_inner();
        answer.unread.iter().map(read).collect()
    }
}

fn read(unread: &proto::Unread) -> Result<(UserId, Unread), Failure> {
    let state = Unread {
        conversation_id: convert::id("unread.conversation_id", &unread.conversation_id)?,
        last_seq: unread.last_seq,
        version: unread.version,
        read_seq: unread.read_seq,
        unread_count: unread.unread_count,
        mention_count: unread.mention_count,
        total_unread: unread.total_unread,
    };
    Ok((convert::id("unread.user_id", &unread.user_id)?, state))
}
