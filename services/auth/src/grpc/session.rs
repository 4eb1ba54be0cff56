//! `pulsechat.auth.v1.SessionService`.

use std::sync::Arc;

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::session_service_server::SessionService;
use pulse_proto::auth::v1::{
    EndOtherSessionsRequest, EndOtherSessionsResponse, EndSessionRequest, EndSessionResponse,
    ListSessionsRequest, ListSessionsResponse, SessionInfo,
};
use pulse_rpc::{Failure, Principal};
use pulse_types::SessionId;
use tonic::{Request, Response, Status};

use crate::domain::session::ListedSession;
use crate::grpc::convert;
use crate::grpc::page::Pages;
use crate::ops::session::EndError;
use crate::ops::{Parts, session};

/// Serves the RPCs of signed-in devices.
#[derive(Clone)]
pub struct SessionDoor(Arc<Parts>);

impl SessionDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl SessionService for SessionDoor {
    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let Principal { user_id, session_id: current } = Principal::of(&request)?;
        let list = format!("sessions:{user_id}");
        let (pages, before) = Pages::open(request.into_inner().page, &self.0.cursor_key, &list)?;
        let page = session::list(&self.0, user_id, before, pages.limit).await.map_err(Failure::from)?;
        let info = pages.info(page.next.as_ref());
        let sessions = page.items.into_iter().map(|listed| to_info(listed, current)).collect();
        Ok(Response::new(ListSessionsResponse { sessions, page: Some(info) }))
    }

    async fn end_session(
        &self,
        request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let Ok(session_id) = request.session_id.parse() else { return Err(not_found().into()) };
        session::end_own(&self.0, caller, session_id).await.map_err(|error| match error {
            EndError::Unknown => not_found(),
            EndError::Store(error) => error.into(),
        })?;
        Ok(Response::new(EndSessionResponse {}))
    }

    async fn end_other_sessions(
        &self,
        request: Request<EndOtherSessionsRequest>,
    ) -> Result<Response<EndOtherSessionsResponse>, Status> {
        let (caller, _) = convert::caller(request, |request| &request.client)?;
        session::end_others(&self.0, caller).await.map_err(Failure::from)?;
        Ok(Response::new(EndOtherSessionsResponse {}))
    }
}

fn not_found() -> Failure {
    Failure::not_found("session")
}

fn to_info(listed: ListedSession, current: SessionId) -> SessionInfo {
    let ListedSession { session, method, client } = listed;
    SessionInfo {
        session_id: session.session_id.to_string(),
        current: session.session_id == current,
        created_at: Some(convert::timestamp(session.created_at)),
        last_used_at: Some(convert::timestamp(session.last_used_at)),
        expires_at: Some(convert::timestamp(session.expires_at)),
        client: Some(proto::ClientInfo { user_agent: client.user_agent, ip: client.ip }),
        method,
    }
}
