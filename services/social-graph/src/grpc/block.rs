//! `pulsechat.graph.v1.BlockService`.

use pulse_proto::common::v1::{PageInfo, PageRequest};
use pulse_proto::graph::v1::block_service_server::BlockService;
use pulse_proto::graph::v1::{
    BlockUserRequest, BlockUserResponse, ListBlocksRequest, ListBlocksResponse, ListMutesRequest,
    ListMutesResponse, MuteUserRequest, MuteUserResponse, UnblockUserRequest, UnblockUserResponse,
    UnmuteUserRequest, UnmuteUserResponse, User,
};
use pulse_rpc::{Failure, Principal};
use pulse_types::{CursorKey, UserId};
use tonic::{Request, Response, Status};

use super::{request, response};
use crate::ops::{self, Graph};

/// Answers the calls of one process.
pub struct Service {
    /// What operations work with.
    pub graph: Graph,
    /// Seals the cursors of lists.
    pub cursors: CursorKey,
}

impl Service {
    async fn blocks(
        &self,
        viewer: UserId,
        wanted: Option<PageRequest>,
    ) -> Result<(Vec<User>, PageInfo), Failure> {
        let list = format!("blocks:{viewer}");
        let (limit, after) = request::page(wanted, &self.cursors, &list)?;
        let page = ops::block::list(&self.graph, viewer, after, limit).await?;
        let info = response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit));
        Ok((page.items.into_iter().map(response::user).collect(), info))
    }

    async fn mutes(
        &self,
        viewer: UserId,
        wanted: Option<PageRequest>,
    ) -> Result<(Vec<User>, PageInfo), Failure> {
        let list = format!("mutes:{viewer}");
        let (limit, after) = request::page(wanted, &self.cursors, &list)?;
        let page = ops::mute::list(&self.graph, viewer, after, limit).await?;
        let info = response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit));
        Ok((page.items.into_iter().map(response::user).collect(), info))
    }

    async fn set_mute(&self, caller: UserId, user_id: &str, muting: bool) -> Result<(), Failure> {
        let user_id = request::user_id(user_id)?;
        Ok(ops::mute::set(&self.graph, caller, user_id, muting).await?)
    }
}

#[tonic::async_trait]
impl BlockService for Service {
    async fn block_user(
        &self,
        request: Request<BlockUserRequest>,
    ) -> Result<Response<BlockUserResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        ops::block::block(&self.graph, caller, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(BlockUserResponse {}))
    }

    async fn unblock_user(
        &self,
        request: Request<UnblockUserRequest>,
    ) -> Result<Response<UnblockUserResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        ops::block::unblock(&self.graph, caller, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(UnblockUserResponse {}))
    }

    async fn list_blocks(
        &self,
        request: Request<ListBlocksRequest>,
    ) -> Result<Response<ListBlocksResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let (users, page) = self.blocks(caller, request.into_inner().page).await?;
        Ok(Response::new(ListBlocksResponse { users, page: Some(page) }))
    }

    async fn mute_user(
        &self,
        request: Request<MuteUserRequest>,
    ) -> Result<Response<MuteUserResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        self.set_mute(caller, &request.get_ref().user_id, true).await?;
        Ok(Response::new(MuteUserResponse {}))
    }

    async fn unmute_user(
        &self,
        request: Request<UnmuteUserRequest>,
    ) -> Result<Response<UnmuteUserResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        self.set_mute(caller, &request.get_ref().user_id, false).await?;
        Ok(Response::new(UnmuteUserResponse {}))
    }

    async fn list_mutes(
        &self,
        request: Request<ListMutesRequest>,
    ) -> Result<Response<ListMutesResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let (users, page) = self.mutes(caller, request.into_inner().page).await?;
        Ok(Response::new(ListMutesResponse { users, page: Some(page) }))
    }
}
