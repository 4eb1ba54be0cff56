//! `pulsechat.auth.v1.PrivacyService`.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, stream};
use pulse_proto::auth::v1::privacy_service_server::PrivacyService;
use pulse_proto::auth::v1::{
    DeleteAccountRequest, DeleteAccountResponse, GetExportRequest, GetExportResponse, ReadExportRequest,
    ReadExportResponse, StartExportRequest, StartExportResponse,
};
use pulse_rpc::{Failure, Principal};
use pulse_types::ExportId;
use tonic::{Request, Response, Status};

use crate::grpc::convert;
use crate::ops::export::ReadError;
use crate::ops::{Parts, erasure, export};

/// Serves the RPCs of what people may ask of their data.
#[derive(Clone)]
pub struct PrivacyDoor(Arc<Parts>);

impl PrivacyDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl PrivacyService for PrivacyDoor {
    type ReadExportStream = Pin<Box<dyn Stream<Item = Result<ReadExportResponse, Status>> + Send>>;

    async fn delete_account(
        &self,
        request: Request<DeleteAccountRequest>,
    ) -> Result<Response<DeleteAccountResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let proof = convert::proof(request.proof);
        erasure::start(&self.0, &caller, proof, request.erase_messages).await.map_err(Failure::from)?;
        Ok(Response::new(DeleteAccountResponse {}))
    }

    async fn start_export(
        &self,
        request: Request<StartExportRequest>,
    ) -> Result<Response<StartExportResponse>, Status> {
        let (caller, _) = convert::caller(request, |request| &request.client)?;
        let export_id = export::start(&self.0, caller).await.map_err(Failure::from)?;
        Ok(Response::new(StartExportResponse { export_id: export_id.to_string() }))
    }

    async fn get_export(
        &self,
        request: Request<GetExportRequest>,
    ) -> Result<Response<GetExportResponse>, Status> {
        let user_id = Principal::of(&request)?.user_id;
        let export_id = export_id(&request.get_ref().export_id)?;
        let state = export::find(&self.0, user_id, export_id).await.map_err(Failure::from)?;
        let size = state.size.unwrap_or_default();
        Ok(Response::new(GetExportResponse { ready: state.size.is_some(), size }))
    }

    async fn read_export(
        &self,
        request: Request<ReadExportRequest>,
    ) -> Result<Response<Self::ReadExportStream>, Status> {
        let user_id = Principal::of(&request)?.user_id;
        let export_id = export_id(&request.get_ref().export_id)?;
        export::require_finished(&self.0, user_id, export_id).await.map_err(Failure::from)?;
        let parts = Arc::clone(&self.0);
        // A chunk is read when the one before it was taken.
        let chunks = stream::try_unfold(0_i32, move |position| {
            let parts = Arc::clone(&parts);
            async move {
                let chunk = export::read(&parts, export_id, position).await.map_err(Failure::from)?;
                Ok::<_, Status>(chunk.map(|chunk| (ReadExportResponse { chunk }, position.saturating_add(1))))
            }
        });
        Ok(Response::new(Box::pin(chunks)))
    }
}

fn export_id(text: &str) -> Result<ExportId, Failure> {
    // What is no id is no export of anybody.
    text.parse().map_err(|_| ReadError::NotFound.into())
}
