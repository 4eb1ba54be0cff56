//! Oneself: account and profile, put together from two services.

use std::time::Duration;

use pulse_rpc::{Failure, Principal, Reason};

use crate::clients::{Auth, SocialGraph};
use crate::domain::user::{Me, Settings, User};

/// How long a sign-in waits for the profile.
const PROFILE_TIMEOUT: Duration = Duration::from_secs(2);

/// Both parts. While social-graph is down one is called by the username.
///
/// # Errors
/// `not_found` when the account is gone; `unavailable` when auth can't be reached.
pub async fn find(auth: &Auth, social_graph: &SocialGraph, caller: Principal) -> Result<Me, Failure> {
    let (account, profile) = tokio::join!(auth.account(caller.user_id), profile(social_graph, caller));
    Ok(Me::compose(account?, profile?))
}

/// Both parts, or nothing.
///
/// # Errors
/// As [`find`]; also `unavailable` when social-graph can't be reached.
pub async fn require(auth: &Auth, social_graph: &SocialGraph, caller: Principal) -> Result<Me, Failure> {
    let (account, profile) = tokio::join!(auth.account(caller.user_id), social_graph.own_profile(caller));
    let profile = match profile {
        Err(failure) if failure.reason == Reason::NotFound => None,
        profile => Some(profile?),
    };
    Ok(Me::compose(account?, profile))
}

/// `None` while the service is down or has not made the profile yet.
///
/// # Errors
/// When social-graph answers anything else that is no profile.
pub async fn profile(
    social_graph: &SocialGraph,
    caller: Principal,
) -> Result<Option<(User, Settings)>, Failure> {
    let Ok(found) = tokio::time::timeout(PROFILE_TIMEOUT, social_graph.own_profile(caller)).await else {
        return Ok(None);
    };
    match found {
        Err(failure) if matches!(failure.reason, Reason::Unavailable | Reason::NotFound) => Ok(None),
        found => found.map(Some),
    }
}
