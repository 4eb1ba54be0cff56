//! social-graph: makes the profile of a new account and renames it with the account.

use std::sync::Arc;
use std::time::Duration;

use prost_types::Timestamp;
use pulse_proto::graph::v1::profile_service_client::ProfileServiceClient;
use pulse_proto::graph::v1::social_graph_service_client::SocialGraphServiceClient;
use pulse_proto::graph::v1::{CreateProfileRequest, RenameProfileRequest};
use pulse_rpc::{Connection, Failure, Identity, ServiceName, connect};
use time::OffsetDateTime;
use tokio::time::error::Elapsed;
use tonic::transport::Endpoint;
use tonic::{Request, Status};

use crate::domain::event::{AccountRegistered, AccountRenamed};

/// How long a registration or a rename waits for the profile. After that the event does it.
const DEADLINE: Duration = Duration::from_secs(2);

/// The service that owns profiles.
#[derive(Clone)]
pub struct SocialGraph {
    graph: SocialGraphServiceClient<Connection>,
    profiles: ProfileServiceClient<Connection>,
}

impl std::fmt::Debug for SocialGraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SocialGraph(..)")
    }
}

impl SocialGraph {
    /// Opens nothing before the first call.
    #[must_use]
    pub fn new(endpoint: Endpoint, identity: Arc<Identity>) -> Self {
        let connection = connect(endpoint, ServiceName::SocialGraph, identity);
        Self {
            graph: SocialGraphServiceClient::new(connection.clone()),
            profiles: ProfileServiceClient::new(connection),
        }
    }

    /// Makes the profile of a new account; making it twice changes nothing.
    ///
    /// # Errors
    /// What social-graph answered; `unavailable` after two seconds.
    pub async fn create_profile(&self, registered: &AccountRegistered) -> Result<(), Failure> {
        let request = to_request(CreateProfileRequest {
            user_id: registered.user_id.to_string(),
            username: registered.username.as_str().to_owned(),
            display_name: registered.display_name.as_str().to_owned(),
            created_at: Some(timestamp(registered.registered_at)),
        });
        let mut client = self.graph.clone();
        finish(tokio::time::timeout(DEADLINE, client.create_profile(request)).await)
    }

    /// Gives a profile the username that its account has now; an older rename than the known one changes nothing.
    ///
    /// # Errors
    /// As [`SocialGraph::create_profile`].
    pub async fn rename_profile(&self, renamed: &AccountRenamed) -> Result<(), Failure> {
        let request = to_request(RenameProfileRequest {
            user_id: renamed.user_id.to_string(),
            username: renamed.username.as_str().to_owned(),
            renamed_at: Some(timestamp(renamed.renamed_at)),
        });
        let mut client = self.profiles.clone();
        finish(tokio::time::timeout(DEADLINE, client.rename_profile(request)).await)
    }
}

fn to_request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(DEADLINE);
    request
}

fn finish<T>(answer: Result<Result<T, Status>, Elapsed>) -> Result<(), Failure> {
    match answer {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(status)) => Err(Failure::from_status(status)),
        Err(_) => Err(Failure::unavailable("social-graph")),
    }
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: at.unix_timestamp(), nanos: i32::try_from(at.nanosecond()).unwrap_or(0) }
}
