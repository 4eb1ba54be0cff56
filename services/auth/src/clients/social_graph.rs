//! social-graph: makes the profile of a new account.

use std::sync::Arc;
use std::time::Duration;

use prost_types::Timestamp;
use pulse_proto::graph::v1::CreateProfileRequest;
use pulse_proto::graph::v1::social_graph_service_client::SocialGraphServiceClient;
use pulse_rpc::{Connection, Failure, Identity, ServiceName, connect};
use tonic::Request;
use tonic::transport::Endpoint;

use crate::domain::event::AccountRegistered;

/// How long a registration waits for the profile. After that the event makes it.
const DEADLINE: Duration = Duration::from_secs(2);

/// The service that owns profiles.
#[derive(Clone)]
pub struct SocialGraph(SocialGraphServiceClient<Connection>);

impl std::fmt::Debug for SocialGraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SocialGraph(..)")
    }
}

impl SocialGraph {
    /// Opens nothing before the first call.
    #[must_use]
    pub fn new(endpoint: Endpoint, identity: Arc<Identity>) -> Self {
        Self(SocialGraphServiceClient::new(connect(endpoint, ServiceName::SocialGraph, identity)))
    }

    /// Makes the profile of a new account; making it twice changes nothing.
    ///
    /// # Errors
    /// What social-graph answered; `unavailable` after two seconds.
    pub async fn create_profile(&self, registered: &AccountRegistered) -> Result<(), Failure> {
        let at = registered.registered_at;
        let mut request = Request::new(CreateProfileRequest {
            user_id: registered.user_id.to_string(),
            username: registered.username.as_str().to_owned(),
            display_name: registered.display_name.as_str().to_owned(),
            created_at: Some(Timestamp {
                seconds: at.unix_timestamp(),
                nanos: i32::try_from(at.nanosecond()).unwrap_or(0),
            }),
        });
        request.set_timeout(DEADLINE);
        let mut client = self.0.clone();
        match tokio::time::timeout(DEADLINE, client.create_profile(request)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(status)) => Err(Failure::from_status(status)),
            Err(_) => Err(Failure::unavailable("social-graph")),
        }
    }
}
