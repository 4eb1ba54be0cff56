//! Who may see whose presence: one call to message-store, which knows connections, blocks and groups.

use std::collections::HashSet;

use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal};
use pulse_types::UserId;

use crate::clients::{Conversations, convert};

impl Conversations {
    /// Those of some people, at most 200, whose presence the caller may see.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn in_sight(&self, caller: Principal, user_ids: &[UserId]) -> Result<HashSet<UserId>, Failure> {
        let user_ids = user_ids.iter().map(UserId::to_string).collect();
        let request = caller.request(proto::ListPeopleInSightRequest { user_ids });
        let answer = self.client().list_people_in_sight(request).await.map_err(Failure::from_status)?;
        answer.into_inner().user_ids.iter().map(|id| convert::id("user_ids", id)).collect()
    }
}
