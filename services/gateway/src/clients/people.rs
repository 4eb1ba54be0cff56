//! Blocks, mutes, followers and reports, and several people at once: calls to social-graph. Profiles and follows are called in
//! `social_graph.rs`.

use std::collections::HashMap;

use pulse_proto::graph::v1 as proto;
use pulse_proto::graph::v1::block_service_client::BlockServiceClient;
use pulse_proto::graph::v1::report_service_client::ReportServiceClient;
use pulse_proto::graph::v1::social_graph_service_client::SocialGraphServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{ReportId, UserId};

use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::report::NewReport;
use crate::domain::user::User;

/// People that the service tells at once.
const USERS_MAX: usize = 200;

/// Calls social-graph. Clones share the connection.
#[derive(Clone)]
pub struct People(Connection);

impl People {
    /// Nothing is opened before the first call.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self(connection)
    }

    fn graph(&self) -> SocialGraphServiceClient<Connection> {
        SocialGraphServiceClient::new(self.0.clone())
    }

    fn blocks(&self) -> BlockServiceClient<Connection> {
        BlockServiceClient::new(self.0.clone())
    }

    /// Several people as the caller sees them; those whom the caller may not see are absent.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached. So with all calls below.
    pub async fn find(
        &self,
        caller: Principal,
        user_ids: &[UserId],
    ) -> Result<HashMap<UserId, User>, Failure> {
        let mut found = HashMap::with_capacity(user_ids.len());
        for part in user_ids.chunks(USERS_MAX) {
            let user_ids = part.iter().map(ToString::to_string).collect();
            let request = caller.request(proto::GetUsersRequest { user_ids });
            let answer = self.graph().get_users(request).await.map_err(Failure::from_status)?;
            for user in answer.into_inner().users {
                let user = convert::user(Some(user))?;
                found.insert(user.id, user);
            }
        }
        Ok(found)
    }

    /// Who follows a person.
    ///
    /// # Errors
    /// `not_found`, `not_connected`, `validation_failed`.
    pub async fn followers(
        &self,
        caller: Principal,
        user_id: UserId,
        ask: PageAsk,
    ) -> Result<Page<User>, Failure> {
        let request = proto::ListFollowersRequest { user_id: user_id.to_string(), page: Some(ask.into()) };
        let answer = self.graph().list_followers(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Whom a person follows.
    ///
    /// # Errors
    /// `not_found`, `not_connected`, `validation_failed`.
    pub async fn following(
        &self,
        caller: Principal,
        user_id: UserId,
        ask: PageAsk,
    ) -> Result<Page<User>, Failure> {
        let request = proto::ListFollowingRequest { user_id: user_id.to_string(), page: Some(ask.into()) };
        let answer = self.graph().list_following(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Ends the follow of somebody who follows the caller, or declines their request.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn remove_follower(&self, caller: Principal, user_id: UserId) -> Result<(), Failure> {
        let request = caller.request(proto::RemoveFollowerRequest { user_id: user_id.to_string() });
        self.graph().remove_follower(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Blocks a person. When it is answered no later send between the two commits.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn block(&self, caller: Principal, user_id: UserId) -> Result<(), Failure> {
        let request = caller.request(proto::BlockUserRequest { user_id: user_id.to_string() });
        self.blocks().block_user(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Ends a block.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn unblock(&self, caller: Principal, user_id: UserId) -> Result<(), Failure> {
        let request = caller.request(proto::UnblockUserRequest { user_id: user_id.to_string() });
        self.blocks().unblock_user(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Whom the caller blocks.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn blocked(&self, caller: Principal, ask: PageAsk) -> Result<Page<User>, Failure> {
        let request = caller.request(proto::ListBlocksRequest { page: Some(ask.into()) });
        let answer = self.blocks().list_blocks(request).await.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Mutes a person.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn mute(&self, caller: Principal, user_id: UserId) -> Result<(), Failure> {
        let request = caller.request(proto::MuteUserRequest { user_id: user_id.to_string() });
        self.blocks().mute_user(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Ends a mute.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn unmute(&self, caller: Principal, user_id: UserId) -> Result<(), Failure> {
        let request = caller.request(proto::UnmuteUserRequest { user_id: user_id.to_string() });
        self.blocks().unmute_user(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Whom the caller mutes.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn muted(&self, caller: Principal, ask: PageAsk) -> Result<Page<User>, Failure> {
        let request = caller.request(proto::ListMutesRequest { page: Some(ask.into()) });
        let answer = self.blocks().list_mutes(request).await.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Reports a person. Whether the caller sees the message, and the person wrote it, is checked before.
    ///
    /// # Errors
    /// `not_found`, `validation_failed`.
    pub async fn report(&self, caller: Principal, report: NewReport) -> Result<ReportId, Failure> {
        let request = proto::CreateReportRequest {
            user_id: report.user_id.to_string(),
            message_id: report.message_id.map(|id| id.to_string()).unwrap_or_default(),
            reason: report.reason.as_str().to_owned(),
            detail: report.detail.unwrap_or_default(),
        };
        let answer = ReportServiceClient::new(self.0.clone()).create_report(caller.request(request)).await;
        convert::id("report_id", &answer.map_err(Failure::from_status)?.into_inner().report_id)
    }
}
