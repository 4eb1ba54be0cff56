//! `pulsechat.graph.v1.ProfileService`.

use std::pin::Pin;

use futures_util::{Stream, stream};
use pulse_proto::graph::v1::profile_service_server::ProfileService;
use pulse_proto::graph::v1::{
    ErasePersonRequest, ErasePersonResponse, ExportPersonRequest, ExportPersonResponse, RenameProfileRequest,
    RenameProfileResponse, UpdateOwnProfileRequest, UpdateOwnProfileResponse,
};
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use super::{request, response};
use crate::ops::export::Position;
use crate::ops::{self, Graph};

/// Answers the calls of one process.
pub struct Service {
    /// What operations work with.
    pub graph: Graph,
}

#[tonic::async_trait]
impl ProfileService for Service {
    type ExportPersonStream = Pin<Box<dyn Stream<Item = Result<ExportPersonResponse, Status>> + Send>>;

    async fn update_own_profile(
        &self,
        request: Request<UpdateOwnProfileRequest>,
    ) -> Result<Response<UpdateOwnProfileResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let change = request::profile_change(request.into_inner())?;
        let (profile, settings) =
            ops::profile_change::update(&self.graph, caller, &change).await.map_err(Failure::from)?;
        let user = Some(response::profile(profile));
        Ok(Response::new(UpdateOwnProfileResponse { user, settings: Some(response::settings(settings)) }))
    }

    async fn rename_profile(
        &self,
        request: Request<RenameProfileRequest>,
    ) -> Result<Response<RenameProfileResponse>, Status> {
        let (user_id, username, renamed_at) = request::rename(request.get_ref()).map_err(Failure::from)?;
        ops::profile_change::rename(&self.graph, user_id, &username, renamed_at)
            .await
            .map_err(Failure::from)?;
        Ok(Response::new(RenameProfileResponse {}))
    }

    async fn erase_person(
        &self,
        request: Request<ErasePersonRequest>,
    ) -> Result<Response<ErasePersonResponse>, Status> {
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        ops::erasure::erase(&self.graph, user_id).await.map_err(Failure::from)?;
        Ok(Response::new(ErasePersonResponse {}))
    }

    async fn export_person(
        &self,
        request: Request<ExportPersonRequest>,
    ) -> Result<Response<Self::ExportPersonStream>, Status> {
        let user_id = request::user_id(&request.get_ref().user_id).map_err(Failure::from)?;
        let graph = self.graph.clone();
        // A piece is read when the one before it was taken.
        let pieces = stream::try_unfold(Some(Position::Profile), move |position| {
            let graph = graph.clone();
            async move {
                let Some(position) = position else { return Ok(None) };
                let (piece, next) =
                    ops::export::next(&graph, user_id, position).await.map_err(Failure::from)?;
                let answer = ExportPersonResponse { name: piece.name.to_owned(), chunk: piece.bytes };
                Ok::<_, Status>(Some((answer, next)))
            }
        });
        Ok(Response::new(Box::pin(pieces)))
    }
}
