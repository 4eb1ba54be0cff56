//! People and what is between them: calls to social-graph.

use std::collections::HashSet;

use pulse_proto::graph::v1 as proto;
use pulse_proto::graph::v1::profile_service_client::ProfileServiceClient;
use pulse_proto::graph::v1::social_graph_service_client::SocialGraphServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{FollowRequestId, UserId};

use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::profile::ProfilePatch;
use crate::domain::user::{FollowRequest, Relationship, Settings, User};

/// Largest page that the service gives.
const PAGE_MAX: u32 = 100;
/// Pages of connections that are read to find out who may be seen.
const CONNECTION_PAGES_MAX: usize = 50;

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Made to the caller.
    Incoming,
    /// Made by the caller.
    Outgoing,
}

/// How a person is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserKey {
    /// By id.
    Id(UserId),
    /// By username, in any case.
    Username(String),
}

/// Calls social-graph. Clones share the connection.
#[derive(Clone)]
pub struct SocialGraph(SocialGraphServiceClient<Connection>, ProfileServiceClient<Connection>);

impl SocialGraph {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(SocialGraphServiceClient::new(connection.clone()), ProfileServiceClient::new(connection))
    }

    /// The generated client, for the other files of `clients/`.
    #[must_use]
    pub fn client(&self) -> SocialGraphServiceClient<Connection> {
        self.0.clone()
    }

    /// The caller's own profile and settings.
    ///
    /// # Errors
    /// `not_found` before the profile is made; `unavailable` when the service can't be reached. So with all calls below.
    pub async fn own_profile(&self, caller: Principal) -> Result<(User, Settings), Failure> {
        let request = caller.request(proto::GetOwnProfileRequest {});
        let answer =
            self.0.clone().get_own_profile(request).await.map_err(Failure::from_status)?.into_inner();
        let settings = answer.settings.map(convert::settings).unwrap_or_default();
        Ok((convert::user(answer.user)?, settings))
    }

    /// Changes what the caller shows and chose.
    ///
    /// # Errors
    /// `not_found` before the profile is made; `validation_failed`.
    pub async fn update_own_profile(
        &self,
        caller: Principal,
        patch: ProfilePatch,
    ) -> Result<(User, Settings), Failure> {
        let settings = patch.settings;
        let settings = proto::SettingsPatch {
            discoverable: settings.discoverable,
            who_can_follow: settings.who_can_follow,
            approve_follows: settings.approve_follows,
            show_presence: settings.show_presence,
            show_last_seen: settings.show_last_seen,
            send_read_receipts: settings.send_read_receipts,
            send_typing: settings.send_typing,
            notification_level: settings.notification_level,
            theme: settings.theme,
            locale: settings.locale,
        };
        let request = proto::UpdateOwnProfileRequest {
            display_name: patch.display_name,
            bio: patch.bio,
            settings: Some(settings),
            avatar_url: patch.avatar_url,
        };
        let answer = self.1.clone().update_own_profile(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let settings = answer.settings.map(convert::settings).unwrap_or_default();
        Ok((convert::user(answer.user)?, settings))
    }

    /// One person as the caller sees them.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn user(&self, caller: Principal, key: UserKey) -> Result<User, Failure> {
        let by = match key {
            UserKey::Id(user_id) => proto::get_user_request::By::UserId(user_id.to_string()),
            UserKey::Username(username) => proto::get_user_request::By::Username(username),
        };
        let request = caller.request(proto::GetUserRequest { by: Some(by) });
        let answer = self.0.clone().get_user(request).await.map_err(Failure::from_status)?;
        convert::user(answer.into_inner().user)
    }

    /// People by username and display name.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn search(
        &self,
        caller: Principal,
        query: String,
        ask: PageAsk,
    ) -> Result<Page<User>, Failure> {
        let request = caller.request(proto::SearchUsersRequest { query, page: Some(ask.into()) });
        let answer = self.0.clone().search_users(request).await.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Follows a person or asks to.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself), `forbidden`.
    pub async fn follow(&self, caller: Principal, user_id: UserId) -> Result<Relationship, Failure> {
        let request = caller.request(proto::FollowRequest { user_id: user_id.to_string() });
        let answer = self.0.clone().follow(request).await.map_err(Failure::from_status)?;
        convert::relationship(answer.into_inner().relationship)
    }

    /// Ends a follow or takes a request back.
    ///
    /// # Errors
    /// `not_found`, `validation_failed` (oneself).
    pub async fn unfollow(&self, caller: Principal, user_id: UserId) -> Result<Relationship, Failure> {
        let request = caller.request(proto::UnfollowRequest { user_id: user_id.to_string() });
        let answer = self.0.clone().unfollow(request).await.map_err(Failure::from_status)?;
        convert::relationship(answer.into_inner().relationship)
    }

    /// Requests that wait for an answer.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn follow_requests(
        &self,
        caller: Principal,
        direction: Direction,
        ask: PageAsk,
    ) -> Result<Page<FollowRequest>, Failure> {
        let direction = match direction {
            Direction::Incoming => proto::FollowDirection::Incoming,
            Direction::Outgoing => proto::FollowDirection::Outgoing,
        };
        let request =
            proto::ListFollowRequestsRequest { direction: direction.into(), page: Some(ask.into()) };
        let answer = self
            .0
            .clone()
            .list_follow_requests(caller.request(request))
            .await
            .map_err(Failure::from_status)?
            .into_inner();
        page(answer.requests, answer.page, convert::follow_request)
    }

    /// Accepts a request made to the caller.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn accept(
        &self,
        caller: Principal,
        request_id: FollowRequestId,
        follow_back: bool,
    ) -> Result<Relationship, Failure> {
        let request = proto::AcceptFollowRequestRequest { request_id: request_id.to_string(), follow_back };
        let answer = self
            .0
            .clone()
            .accept_follow_request(caller.request(request))
            .await
            .map_err(Failure::from_status)?;
        convert::relationship(answer.into_inner().relationship)
    }

    /// Declines a request made to the caller.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn decline(&self, caller: Principal, request_id: FollowRequestId) -> Result<(), Failure> {
        let request = proto::DeclineFollowRequestRequest { request_id: request_id.to_string() };
        self.0.clone().decline_follow_request(caller.request(request)).await.map_err(Failure::from_status)?;
        Ok(())
    }

    /// The people the caller is connected with.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn connections(&self, caller: Principal, ask: PageAsk) -> Result<Page<User>, Failure> {
        let request = caller.request(proto::ListConnectionsRequest { page: Some(ask.into()) });
        let answer =
            self.0.clone().list_connections(request).await.map_err(Failure::from_status)?.into_inner();
        page(answer.users, answer.page, |user| convert::user(Some(user)))
    }

    /// Those of `wanted` that the caller is connected with. Pages are read until all are found or the list ends; past
    /// 5,000 connections the rest counts as not connected.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn connected_among(
        &self,
        caller: Principal,
        wanted: &HashSet<UserId>,
    ) -> Result<HashSet<UserId>, Failure> {
        let mut found = HashSet::new();
        let mut cursor = None;
        for _ in 0..CONNECTION_PAGES_MAX {
            let page = self.connections(caller, PageAsk { limit: PAGE_MAX, cursor }).await?;
            found.extend(page.items.iter().map(|user| user.id).filter(|id| wanted.contains(id)));
            cursor = page.next_cursor;
            if cursor.is_none() || found.len() == wanted.len() {
                break;
            }
        }
        Ok(found)
    }
}
