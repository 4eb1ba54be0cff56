//! Where users stand: sync points, and what is unread. Calls to message-store for sockets.

use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal};
use pulse_types::{ConversationId, UserId};

use crate::clients::{MessageStore, convert};
use crate::domain::unread::Unread;

/// Most members that one call may ask about.
pub const UNREAD_KEYS_MAX: usize = 1000;

/// Where a user stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPoint {
    /// Opaque.
    pub token: String,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
}

impl MessageStore {
    /// Where the caller stands now.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn sync_point(&self, caller: Principal) -> Result<SyncPoint, Failure> {
        let request = caller.request(proto::GetSyncPointRequest {});
        let answer = self.client().get_sync_point(request).await.map_err(Failure::from_status)?.into_inner();
        Ok(SyncPoint { token: answer.sync_token, total_unread: answer.total_unread })
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
