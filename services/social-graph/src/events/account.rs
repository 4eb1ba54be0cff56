//! Consumes `account.registered` and `account.renamed` of auth: makes or renames the profile when the direct call did not
//! arrive.

use pulse_events::consume::{self, ConsumerSpec, HandlerError};
use pulse_events::{Bus, Event, streams, subjects};
use pulse_proto::auth::v1::{AccountRegistered, AccountRenamed};
use pulse_proto::graph::v1::{CreateProfileRequest, RenameProfileRequest};
use pulse_runtime::Shutdown;

use crate::grpc::request;
use crate::ops::profile::CreateError;
use crate::ops::profile_change::RenameError;
use crate::ops::{self, Graph};

const PROFILES: ConsumerSpec = ConsumerSpec {
    stream: streams::AUTH,
    durable: "social-graph-profiles",
    subject: subjects::EVERY_ACCOUNT_REGISTERED,
};

const RENAMES: ConsumerSpec = ConsumerSpec {
    stream: streams::AUTH,
    durable: "social-graph-renames",
    subject: subjects::EVERY_ACCOUNT_RENAMED,
};

/// Consumes both as tasks of `shutdown`.
pub fn spawn(bus: Bus, graph: Graph, shutdown: &Shutdown) {
    let renaming = graph.clone();
    consume::spawn(bus.clone(), PROFILES, move |event| handle(graph.clone(), event), shutdown);
    consume::spawn(bus, RENAMES, move |event| handle_rename(renaming.clone(), event), shutdown);
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

/// Handles one rename. Safe to run twice on one event, and in any order: an older rename changes nothing. A profile that is
/// not made yet, or whose new name another one still has, is tried again.
async fn handle_rename(graph: Graph, event: Event) -> Result<(), HandlerError> {
    let renamed = match event.decode::<AccountRenamed>() {
        Ok(renamed) => renamed,
        Err(error) => {
            tracing::error!(event.id = %event.event_id, %error, "a profile keeps its old name: its event can't be read");
            return Ok(());
        }
    };
    let request = RenameProfileRequest {
        user_id: renamed.user_id,
        username: renamed.username,
        renamed_at: renamed.renamed_at,
    };
    let (user_id, username, renamed_at) = match request::rename(&request) {
        Ok(rename) => rename,
        Err(fault) => {
            tracing::error!(event.id = %event.event_id, error = %fault, "a profile keeps its old name: its event is not valid");
            return Ok(());
        }
    };
    match ops::profile_change::rename(&graph, user_id, &username, renamed_at).await {
        Ok(()) | Err(RenameError::Erased) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
