//! Groups and rooms, and who is in them.

use pulse_types::{ConversationId, UserId};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::{SignedIn, read};
use crate::error::Error;
use crate::models::{Conversation, ConversationChange, Member, MembershipChange, NewConversation, Page};

impl SignedIn {
    /// Makes a conversation; true when it was made by this call.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_connected`, `idempotency_mismatch`, `validation_failed`, and as every call.
    pub async fn create(&self, new: &NewConversation) -> Result<(Conversation, bool), Error> {
        let request = self.authorized(Method::POST, "/v1/conversations").json(new);
        let (conversation, status) = read(request).await?;
        Ok((conversation, status == StatusCode::CREATED))
    }

    /// Changes title, topic or picture.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `conversation_closed`, `validation_failed`, and as every call.
    pub async fn update_conversation(
        &self,
        id: ConversationId,
        change: &ConversationChange,
    ) -> Result<Conversation, Error> {
        self.call(Method::PATCH, &format!("/v1/conversations/{id}"), Some(&body(change))).await
    }

    /// Mutes, pins, archives.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_a_member`, `validation_failed`, and as every call.
    pub async fn update_membership(
        &self,
        id: ConversationId,
        change: &MembershipChange,
    ) -> Result<Conversation, Error> {
        self.call(Method::PATCH, &format!("/v1/conversations/{id}/my"), Some(&body(change))).await
    }

    /// Deletes a group or room.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, and as every call.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<(), Error> {
        self.tell(Method::DELETE, &format!("/v1/conversations/{id}"), None).await
    }

    /// The first hundred members.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_a_member`, and as every call.
    pub async fn members(&self, id: ConversationId) -> Result<Page<Member>, Error> {
        self.call(Method::GET, &format!("/v1/conversations/{id}/members?limit=100"), None).await
    }

    /// Adds somebody, or gives a member another role.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `not_connected`, `conversation_closed`, `validation_failed`, and as
    /// every call.
    pub async fn put_member(
        &self,
        id: ConversationId,
        user_id: UserId,
        role: Option<&str>,
    ) -> Result<Member, Error> {
        let body = role.map_or_else(|| json!({}), |role| json!({"role": role}));
        self.call(Method::PUT, &format!("/v1/conversations/{id}/members/{user_id}"), Some(&body)).await
    }

    /// Removes somebody; of oneself: leaves.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `conflict`, and as every call.
    pub async fn remove_member(&self, id: ConversationId, user_id: UserId) -> Result<(), Error> {
        self.tell(Method::DELETE, &format!("/v1/conversations/{id}/members/{user_id}"), None).await
    }

    /// Joins a room.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `conversation_closed`, and as every call.
    pub async fn join(&self, id: ConversationId) -> Result<Conversation, Error> {
        self.call(Method::POST, &format!("/v1/conversations/{id}/join"), None).await
    }

    /// Leaves a group or room.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `conflict`, and as every call.
    pub async fn leave(&self, id: ConversationId) -> Result<(), Error> {
        self.tell(Method::POST, &format!("/v1/conversations/{id}/leave"), None).await
    }

    /// Makes another member the owner.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, and as every call.
    pub async fn transfer(&self, id: ConversationId, user_id: UserId) -> Result<Conversation, Error> {
        let body = json!({"user_id": user_id});
        self.call(Method::POST, &format!("/v1/conversations/{id}/transfer"), Some(&body)).await
    }

    /// Closes a conversation: readable, not writable.
    ///
    /// # Errors
    /// As [`SignedIn::transfer`].
    pub async fn close(&self, id: ConversationId) -> Result<Conversation, Error> {
        self.call(Method::POST, &format!("/v1/conversations/{id}/close"), None).await
    }

    /// Opens it again.
    ///
    /// # Errors
    /// As [`SignedIn::transfer`].
    pub async fn reopen(&self, id: ConversationId) -> Result<Conversation, Error> {
        self.call(Method::POST, &format!("/v1/conversations/{id}/reopen"), None).await
    }

    /// The busiest rooms; `query` like `q=engines`, empty for all.
    ///
    /// # Errors
    /// [`Error::Refused`] with `validation_failed`, and as every call.
    pub async fn rooms(&self, query: &str) -> Result<Page<Conversation>, Error> {
        self.call(Method::GET, &format!("/v1/rooms?{query}"), None).await
    }
}

fn body(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
