//! `SessionService`: the signed-in devices of the caller.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::session_service_client::SessionServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::SessionId;

use super::{Auth, Device};
use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::session::SessionInfo;

impl Auth {
    fn sessions_service(&self) -> SessionServiceClient<Connection> {
        SessionServiceClient::new(self.connection())
    }

    /// The caller's live sessions, newest first.
    ///
    /// # Errors
    /// `validation_failed`; `unavailable` when auth can't be reached. So with all calls below.
    pub async fn sessions(&self, caller: Principal, ask: PageAsk) -> Result<Page<SessionInfo>, Failure> {
        let request = caller.request(proto::ListSessionsRequest { page: Some(ask.into()) });
        let answer = self.sessions_service().list_sessions(request).await.map_err(Failure::from_status)?;
        let answer = answer.into_inner();
        page(answer.sessions, answer.page, session)
    }

    /// Ends a session of the caller.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn end_session(
        &self,
        caller: Principal,
        session_id: SessionId,
        device: Device,
    ) -> Result<(), Failure> {
        let request =
            proto::EndSessionRequest { session_id: session_id.to_string(), client: Some(device.into()) };
        let ended = self.sessions_service().end_session(caller.request(request)).await;
        ended.map(drop).map_err(Failure::from_status)
    }

    /// Ends all sessions of the caller but the one that calls.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn end_other_sessions(&self, caller: Principal, device: Device) -> Result<(), Failure> {
        let request = caller.request(proto::EndOtherSessionsRequest { client: Some(device.into()) });
        let ended = self.sessions_service().end_other_sessions(request).await;
        ended.map(drop).map_err(Failure::from_status)
    }
}

fn session(found: proto::SessionInfo) -> Result<SessionInfo, Failure> {
    let client = found.client.unwrap_or_default();
    Ok(SessionInfo {
        session_id: convert::id("session.session_id", &found.session_id)?,
        current: found.current,
        created_at: convert::moment("session.created_at", found.created_at)?,
        last_used_at: convert::moment("session.last_used_at", found.last_used_at)?,
        expires_at: convert::moment("session.expires_at", found.expires_at)?,
        user_agent: client.user_agent,
        ip: client.ip,
        method: found.method,
    })
}
