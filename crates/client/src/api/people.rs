//! People, and who follows whom.

use pulse_types::{FollowRequestId, UserId};
use reqwest::Method;
use serde_json::json;

use super::{SignedIn, read};
use crate::error::Error;
use crate::models::{FollowRequest, Page, Relationship, User};

impl SignedIn {
    /// People by name.
    ///
    /// # Errors
    /// As every call.
    pub async fn search_users(&self, query: &str) -> Result<Page<User>, Error> {
        let request = self.authorized(Method::GET, "/v1/users").query(&[("q", query)]);
        read(request).await.map(|(page, _)| page)
    }

    /// A person by their exact username.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, and as every call.
    pub async fn user_by_username(&self, username: &str) -> Result<User, Error> {
        self.call(Method::GET, &format!("/v1/users/by-username/{username}"), None).await
    }

    /// Follows a person or asks to.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `validation_failed`, and as every call.
    pub async fn follow(&self, user_id: UserId) -> Result<Relationship, Error> {
        self.call(Method::POST, &format!("/v1/users/{user_id}/follow"), None).await
    }

    /// Ends a follow or takes a request back.
    ///
    /// # Errors
    /// As [`SignedIn::follow`].
    pub async fn unfollow(&self, user_id: UserId) -> Result<Relationship, Error> {
        self.call(Method::DELETE, &format!("/v1/users/{user_id}/follow"), None).await
    }

    /// Requests made to the caller.
    ///
    /// # Errors
    /// As every call.
    pub async fn follow_requests(&self) -> Result<Page<FollowRequest>, Error> {
        self.call(Method::GET, "/v1/follow-requests", None).await
    }

    /// Accepts a request; with `follow_back` the two are connected.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, and as every call.
    pub async fn accept(
        &self,
        request_id: FollowRequestId,
        follow_back: bool,
    ) -> Result<Relationship, Error> {
        let body = json!({"follow_back": follow_back});
        self.call(Method::POST, &format!("/v1/follow-requests/{request_id}/accept"), Some(&body)).await
    }
}
