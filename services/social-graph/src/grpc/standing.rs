//! `pulsechat.graph.v1.PresenceService`.

use pulse_proto::graph::v1::presence_service_server::PresenceService;
use pulse_proto::graph::v1::{
    ListStandingsRequest, ListStandingsResponse, NoteLastSeenRequest, NoteLastSeenResponse,
    SetAvailabilityRequest, SetAvailabilityResponse,
};
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use super::{request, response};
use crate::ops::{self, Graph};

/// Answers the calls of one process.
pub struct Service {
    /// What operations work with.
    pub graph: Graph,
}

#[tonic::async_trait]
impl PresenceService for Service {
    async fn set_availability(
        &self,
        request: Request<SetAvailabilityRequest>,
    ) -> Result<Response<SetAvailabilityResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let availability = request::availability(request.get_ref().availability()).map_err(Failure::from)?;
        let (standing, changed) =
            ops::standing::set(&self.graph, caller, availability).await.map_err(Failure::from)?;
        let standing = Some(response::standing(standing));
        Ok(Response::new(SetAvailabilityResponse { standing, changed }))
    }

    async fn list_standings(
        &self,
        request: Request<ListStandingsRequest>,
    ) -> Result<Response<ListStandingsResponse>, Status> {
        let user_ids = request::user_ids(&request.get_ref().user_ids).map_err(Failure::from)?;
        let standings = ops::standing::list(&self.graph, &user_ids).await.map_err(Failure::from)?;
        let standings = standings.into_iter().map(response::standing).collect();
        Ok(Response::new(ListStandingsResponse { standings }))
    }

    async fn note_last_seen(
        &self,
        request: Request<NoteLastSeenRequest>,
    ) -> Result<Response<NoteLastSeenResponse>, Status> {
        let seen = request::last_seen(&request.get_ref().seen).map_err(Failure::from)?;
        ops::standing::note_last_seen(&self.graph, &seen).await.map_err(Failure::from)?;
        Ok(Response::new(NoteLastSeenResponse {}))
    }
}
