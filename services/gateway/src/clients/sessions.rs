//! Which sessions live: what auth tells while the bus does not.

use std::time::Duration;

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::auth_service_client::AuthServiceClient;
use pulse_rpc::{Connection, Failure};
use pulse_types::SessionId;
use tonic::Request;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks auth about sessions. Clones share the connection.
#[derive(Clone)]
pub struct Sessions(AuthServiceClient<Connection>);

impl Sessions {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(AuthServiceClient::new(connection))
    }

    /// Those of at most 1000 sessions that live.
    ///
    /// # Errors
    /// As auth tells, `unavailable` when it does not answer within 3 s.
    pub async fn living(&self, session_ids: &[SessionId]) -> Result<Vec<SessionId>, Failure> {
        let session_ids = session_ids.iter().map(ToString::to_string).collect();
        let mut request = Request::new(proto::CheckSessionsRequest { session_ids });
        request.set_timeout(TIMEOUT);
        let mut client = self.0.clone();
        let response = tokio::time::timeout(TIMEOUT, client.check_sessions(request)).await;
        let response = response
            .map_err(|late| Failure::unavailable("auth").with_source(late))?
            .map_err(Failure::from_status)?;
        let living = response.into_inner().live_session_ids;
        Ok(living.iter().filter_map(|text| text.parse().ok()).collect())
    }
}
