//! Consumes `account.registered` of auth: makes the profile when the direct call did not arrive.

use pulse_events::consume::{self, ConsumerSpec, HandlerError};
use pulse_events::{Bus, Event, streams, subjects};
use pulse_proto::auth::v1::AccountRegistered;
use pulse_proto::graph::v1::CreateProfileRequest;
use pulse_runtime::Shutdown;

use crate::grpc::request;
use crate::ops::profile::CreateError;
use crate::ops::{self, Graph};

const PROFILES: ConsumerSpec = ConsumerSpec {
    stream: streams::AUTH,
    durable: "social-graph-profiles",
    subject: subjects::ACCOUNT_REGISTERED,
};

/// Consumes as a task of `shutdown`.
pub fn spawn(bus: Bus, graph: Graph, shutdown: &Shutdown) {
    consume::spawn(bus, PROFILES, move |event| handle(graph.clone(), event), shutdown);
}

/// Handles one event. Safe to run twice on one event: a profile is made once. What can never succeed is told to the log and
/// counts as handled.
async fn handle(graph: Graph, event: Event) -> Result<(), HandlerError> {
    let registered = match event.decode::<AccountRegistered>() {
        Ok(registered) => registered,
        Err(error) => {
            tracing::error!(event.id = %event.event_id, %error, "an account has no profile: its event can't be read");
            return Ok(());
        }
    };
    let request = CreateProfileRequest {
        user_id: registered.user_id,
        username: registered.username,
        display_name: registered.display_name,
        created_at: registered.registered_at,
    };
    let profile = match request::new_profile(&request) {
        Ok(profile) => profile,
        Err(fault) => {
            tracing::error!(event.id = %event.event_id, error = %fault, "an account has no profile: its event is not valid");
            return Ok(());
        }
    };
    match ops::profile::create(&graph, &profile).await {
        Ok(()) => Ok(()),
        Err(CreateError::UsernameTaken) => {
            tracing::error!(user.id = %profile.user_id, "an account has no profile: its username belongs to another profile");
            Ok(())
        }
        Err(error @ CreateError::Internal(_)) => Err(error.into()),
    }
}
