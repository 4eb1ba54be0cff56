//! What happens to messages once they stand, and whom they have reached.

use pulse_types::{ConversationId, MessageId};
use reqwest::Method;
use serde_json::json;

use super::SignedIn;
use crate::error::Error;
use crate::models::{Edit, Marks, Message, MessageReceipt, Opened, Page, Reaction, Reactions};

impl SignedIn {
    /// One message.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_a_member`, and as every call.
    pub async fn message(&self, id: MessageId) -> Result<Message, Error> {
        self.call(Method::GET, &format!("/v1/messages/{id}"), None).await
    }

    /// Gives an own message another body.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `not_connected`, `conversation_closed`, `conflict`,
    /// `validation_failed`, and as every call.
    pub async fn edit(&self, id: MessageId, body: &str) -> Result<Message, Error> {
        self.call(Method::PATCH, &format!("/v1/messages/{id}"), Some(&json!({"body": body}))).await
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, and as every call.
    pub async fn delete_message(&self, id: MessageId) -> Result<(), Error> {
        self.tell(Method::DELETE, &format!("/v1/messages/{id}"), None).await
    }

    /// What a message said before, oldest first.
    ///
    /// # Errors
    /// As [`SignedIn::message`].
    pub async fn edits(&self, id: MessageId) -> Result<Page<Edit>, Error> {
        self.call(Method::GET, &format!("/v1/messages/{id}/edits?limit=100"), None).await
    }

    /// Reacts with one emoji, or takes it back; gives all reactions that stand now.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `forbidden`, `not_connected`, `conversation_closed`, `conflict`,
    /// `validation_failed`, and as every call.
    pub async fn react(&self, id: MessageId, emoji: &str, active: bool) -> Result<Vec<Reaction>, Error> {
        let method = if active { Method::PUT } else { Method::DELETE };
        let emoji: String = emoji.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/v1/messages/{id}/reactions/{emoji}");
        self.call::<Reactions>(method, &path, None).await.map(|answer| answer.reactions)
    }

    /// Whom a message has reached.
    ///
    /// # Errors
    /// As [`SignedIn::message`].
    pub async fn message_receipts(&self, id: MessageId) -> Result<Page<MessageReceipt>, Error> {
        self.call(Method::GET, &format!("/v1/messages/{id}/receipts?limit=100"), None).await
    }

    /// How far everybody else has come, and who is typing.
    ///
    /// # Errors
    /// As [`SignedIn::message`].
    pub async fn receipts(&self, id: ConversationId) -> Result<Opened, Error> {
        self.call(Method::GET, &format!("/v1/conversations/{id}/receipts"), None).await
    }

    /// Moves the delivered mark forward.
    ///
    /// # Errors
    /// As [`SignedIn::message`].
    pub async fn mark_delivered(&self, id: ConversationId, seq: i64) -> Result<Marks, Error> {
        let path = format!("/v1/conversations/{id}/delivered");
        self.call(Method::PUT, &path, Some(&json!({"seq": seq}))).await
    }

    /// Moves the read marks to the end of every conversation.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_all_read(&self) -> Result<(), Error> {
        self.tell(Method::PUT, "/v1/conversations/read-all", None).await
    }

    /// Shows that one is typing, or has stopped.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_a_member`, `not_connected`, `conversation_closed`, and as every call.
    pub async fn typing(&self, id: ConversationId, active: bool) -> Result<(), Error> {
        let path = format!("/v1/conversations/{id}/typing");
        self.tell(Method::PUT, &path, Some(&json!({"active": active}))).await
    }
}
