//! `pulsechat.graph.v1.SocialGraphService`.

use pulse_proto::common::v1::{PageInfo, PageRequest};
use pulse_proto::graph::v1::social_graph_service_server::SocialGraphService;
use pulse_proto::graph::v1::{
    AcceptFollowRequestRequest, AcceptFollowRequestResponse, CreateProfileRequest, CreateProfileResponse,
    DeclineFollowRequestRequest, DeclineFollowRequestResponse, FollowRequest, FollowResponse,
    GetOwnProfileRequest, GetOwnProfileResponse, GetRelationshipPointRequest, GetRelationshipPointResponse,
    GetUserRequest, GetUserResponse, GetUsersRequest, GetUsersResponse, ListConnectionsRequest,
    ListConnectionsResponse, ListFollowRequestsRequest, ListFollowRequestsResponse, ListFollowersRequest,
    ListFollowersResponse, ListFollowingRequest, ListFollowingResponse, RemoveFollowerRequest,
    RemoveFollowerResponse, SearchUsersRequest, SearchUsersResponse, UnfollowRequest, UnfollowResponse, User,
};
use pulse_rpc::{Failure, Principal};
use pulse_types::{CursorKey, FollowRequestId, UserId};
use tonic::{Request, Response, Status};

use super::{failure, request, response};
use crate::domain::profile::Query;
use crate::domain::relationship::Relationship;
use crate::ops::follow_request::Answer;
use crate::ops::follower::Side;
use crate::ops::{self, Graph};

/// Answers the calls of one process.
pub struct Service {
    /// What operations work with.
    pub graph: Graph,
    /// Seals the cursors of lists.
    pub cursors: CursorKey,
}

impl Service {
    async fn answer(
        &self,
        caller: UserId,
        request_id: &str,
        answer: Answer,
    ) -> Result<(UserId, Relationship), Failure> {
        let request_id: FollowRequestId = request_id.parse().map_err(|_| failure::request_not_found())?;
        Ok(ops::follow_request::answer(&self.graph, caller, request_id, answer).await?)
    }

    async fn search(
        &self,
        viewer: UserId,
        wanted: SearchUsersRequest,
    ) -> Result<SearchUsersResponse, Failure> {
        let query = Query::parse(&wanted.query)?;
        let list = format!("search:{viewer}:{}", query.as_str());
        let (limit, after) = request::page(wanted.page, &self.cursors, &list)?;
        let page = ops::search::list(&self.graph, viewer, &query, &after, limit).await?;
        Ok(SearchUsersResponse {
            page: Some(response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit))),
            users: page.items.into_iter().map(response::user).collect(),
        })
    }

    async fn requests(
        &self,
        viewer: UserId,
        wanted: ListFollowRequestsRequest,
    ) -> Result<ListFollowRequestsResponse, Failure> {
        let direction = request::direction(wanted.direction)?;
        let list = format!("follow_requests:{viewer}:{}", direction.as_str());
        let (limit, after) = request::page(wanted.page, &self.cursors, &list)?;
        let page = ops::follow_request::list(&self.graph, viewer, direction, after, limit).await?;
        Ok(ListFollowRequestsResponse {
            page: Some(response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit))),
            requests: page.items.into_iter().map(response::follow_request).collect(),
        })
    }

    async fn connections(
        &self,
        viewer: UserId,
        wanted: ListConnectionsRequest,
    ) -> Result<ListConnectionsResponse, Failure> {
        let list = format!("connections:{viewer}");
        let (limit, after) = request::page(wanted.page, &self.cursors, &list)?;
        let page = ops::connection::list(&self.graph, viewer, after, limit).await?;
        Ok(ListConnectionsResponse {
            page: Some(response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit))),
            users: page.items.into_iter().map(response::user).collect(),
        })
    }
}

impl Service {
    async fn side(
        &self,
        viewer: UserId,
        (user_id, side): (&str, Side),
        wanted: Option<PageRequest>,
    ) -> Result<(Vec<User>, PageInfo), Failure> {
        let user_id = request::user_id(user_id)?;
        let list = format!("{}:{viewer}:{user_id}", side.as_str());
        let (limit, after) = request::page(wanted, &self.cursors, &list)?;
        let page = ops::follower::list(&self.graph, viewer, (user_id, side), after, limit).await?;
        let info = response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit));
        Ok((page.items.into_iter().map(response::user).collect(), info))
    }

    /// The point is sealed for its owner: nobody learns how busy somebody else, or the database, is.
    async fn point(&self, viewer: UserId, since: &str) -> Result<GetRelationshipPointResponse, Failure> {
        let name = format!("relationship_point:{viewer}");
        let known: Option<i64> = match since {
            "" => None,
            since => Some(self.cursors.open(&name, since).map_err(failure::point)?),
        };
        let now = ops::point::find(&self.graph, viewer).await?;
        let changed = known.is_some_and(|known| known != now);
        Ok(GetRelationshipPointResponse { point: self.cursors.seal(&name, &now), changed })
    }
}

#[tonic::async_trait]
impl SocialGraphService for Service {
    async fn create_profile(
        &self,
        request: Request<CreateProfileRequest>,
    ) -> Result<Response<CreateProfileResponse>, Status> {
        let profile = request::new_profile(request.get_ref()).map_err(Failure::from)?;
        ops::profile::create(&self.graph, &profile).await.map_err(Failure::from)?;
        Ok(Response::new(CreateProfileResponse {}))
    }

    async fn get_own_profile(
        &self,
        request: Request<GetOwnProfileRequest>,
    ) -> Result<Response<GetOwnProfileResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let (profile, settings) =
            ops::profile::require_own(&self.graph, caller).await.map_err(Failure::from)?;
        let user = Some(response::profile(profile));
        Ok(Response::new(GetOwnProfileResponse { user, settings: Some(response::settings(settings)) }))
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<GetUserResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let key = request::key(request.into_inner().by).map_err(Failure::from)?;
        let seen = ops::profile::require(&self.graph, caller, &key).await.map_err(Failure::from)?;
        Ok(Response::new(GetUserResponse { user: Some(response::user(seen)) }))
    }

    async fn search_users(
        &self,
        request: Request<SearchUsersRequest>,
    ) -> Result<Response<SearchUsersResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        Ok(Response::new(self.search(caller, request.into_inner()).await?))
    }

    async fn follow(&self, request: Request<FollowRequest>) -> Result<Response<FollowResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        let relationship =
            ops::relationship::follow(&self.graph, caller, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(FollowResponse { relationship: Some(response::relationship(relationship)) }))
    }

    async fn unfollow(
        &self,
        request: Request<UnfollowRequest>,
    ) -> Result<Response<UnfollowResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        let relationship =
            ops::relationship::unfollow(&self.graph, caller, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(UnfollowResponse { relationship: Some(response::relationship(relationship)) }))
    }

    async fn list_follow_requests(
        &self,
        request: Request<ListFollowRequestsRequest>,
    ) -> Result<Response<ListFollowRequestsResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        Ok(Response::new(self.requests(caller, request.into_inner()).await?))
    }

    async fn accept_follow_request(
        &self,
        request: Request<AcceptFollowRequestRequest>,
    ) -> Result<Response<AcceptFollowRequestResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let AcceptFollowRequestRequest { request_id, follow_back } = request.into_inner();
        let (requester, relationship) =
            self.answer(caller, &request_id, Answer::Accept { follow_back }).await?;
        Ok(Response::new(AcceptFollowRequestResponse {
            relationship: Some(response::relationship(relationship)),
            user_id: requester.to_string(),
        }))
    }

    async fn decline_follow_request(
        &self,
        request: Request<DeclineFollowRequestRequest>,
    ) -> Result<Response<DeclineFollowRequestResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        self.answer(caller, &request.get_ref().request_id, Answer::Decline).await?;
        Ok(Response::new(DeclineFollowRequestResponse {}))
    }

    async fn list_connections(
        &self,
        request: Request<ListConnectionsRequest>,
    ) -> Result<Response<ListConnectionsResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        Ok(Response::new(self.connections(caller, request.into_inner()).await?))
    }

    async fn get_users(
        &self,
        request: Request<GetUsersRequest>,
    ) -> Result<Response<GetUsersResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_ids = request::user_ids(&request.get_ref().user_ids).map_err(Failure::from)?;
        let people = ops::profile::list(&self.graph, caller, &user_ids).await.map_err(Failure::from)?;
        Ok(Response::new(GetUsersResponse { users: people.into_iter().map(response::user).collect() }))
    }

    async fn list_followers(
        &self,
        request: Request<ListFollowersRequest>,
    ) -> Result<Response<ListFollowersResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let ListFollowersRequest { user_id, page } = request.into_inner();
        let (users, page) = self.side(caller, (&user_id, Side::Followers), page).await?;
        Ok(Response::new(ListFollowersResponse { users, page: Some(page) }))
    }

    async fn list_following(
        &self,
        request: Request<ListFollowingRequest>,
    ) -> Result<Response<ListFollowingResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let ListFollowingRequest { user_id, page } = request.into_inner();
        let (users, page) = self.side(caller, (&user_id, Side::Following), page).await?;
        Ok(Response::new(ListFollowingResponse { users, page: Some(page) }))
    }

    async fn remove_follower(
        &self,
        request: Request<RemoveFollowerRequest>,
    ) -> Result<Response<RemoveFollowerResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        ops::follower::remove(&self.graph, caller, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(RemoveFollowerResponse {}))
    }

    async fn get_relationship_point(
        &self,
        request: Request<GetRelationshipPointRequest>,
    ) -> Result<Response<GetRelationshipPointResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        Ok(Response::new(self.point(caller, &request.get_ref().since).await?))
    }
}
