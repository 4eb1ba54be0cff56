//! Conversations, messages, presence and the socket.

use pulse_types::{ConversationId, UserId};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{SignedIn, read};
use crate::error::Error;
use crate::models::{Conversation, Marks, Message, MessagePage, NewMessage, Page, Presence, Presences, Sent};
use crate::socket::Socket;

impl SignedIn {
    /// The inbox.
    ///
    /// # Errors
    /// As every call.
    pub async fn conversations(&self) -> Result<Page<Conversation>, Error> {
        self.call(Method::GET, "/v1/conversations", None).await
    }

    /// The whole inbox, page by page, archived conversations last.
    ///
    /// # Errors
    /// As every call.
    pub async fn inbox(&self) -> Result<Vec<Conversation>, Error> {
        let mut inbox = Vec::new();
        for archived in [false, true] {
            let mut cursor = String::new();
            loop {
                let path = format!("/v1/conversations?limit=100&archived={archived}{cursor}");
                let page: Page<Conversation> = self.call(Method::GET, &path, None).await?;
                inbox.extend(page.items);
                match page.next_cursor {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        Ok(inbox)
    }

    /// One conversation.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, and as every call.
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, Error> {
        self.call(Method::GET, &format!("/v1/conversations/{id}"), None).await
    }

    /// The direct conversation with a person, made when there is none.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found` or `not_connected`, and as every call.
    pub async fn open_direct(&self, peer_id: UserId) -> Result<Conversation, Error> {
        let body = json!({"kind": "direct", "member_ids": [peer_id]});
        self.call(Method::POST, "/v1/conversations", Some(&body)).await
    }

    /// Sends a message; it is durable when this returns. Repeat it with the same `client_id` when it fails.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `not_connected`, `validation_failed`, and as every call.
    pub async fn send(&self, conversation_id: ConversationId, message: &NewMessage) -> Result<Sent, Error> {
        let path = format!("/v1/conversations/{conversation_id}/messages");
        let (message, status) = read(self.authorized(Method::POST, &path).json(message)).await?;
        Ok(Sent { message, replayed: status == StatusCode::OK })
    }

    /// A page of history; `query` like `before=10&limit=50`, empty for the latest page.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found` or `validation_failed`, and as every call.
    pub async fn messages(&self, conversation_id: ConversationId, query: &str) -> Result<MessagePage, Error> {
        self.call(Method::GET, &format!("/v1/conversations/{conversation_id}/messages?{query}"), None).await
    }

    /// The whole history, ascending, page by page.
    ///
    /// # Errors
    /// As [`SignedIn::messages`].
    pub async fn history(&self, conversation_id: ConversationId) -> Result<Vec<Message>, Error> {
        let mut history: Vec<Message> = Vec::new();
        loop {
            let after = history.last().map_or(0, |message| message.seq);
            let page = self.messages(conversation_id, &format!("after={after}&limit=100")).await?;
            history.extend(page.items);
            if !page.has_after {
                return Ok(history);
            }
        }
    }

    /// Moves the read mark forward.
    ///
    /// # Errors
    /// As every call.
    pub async fn mark_read(&self, conversation_id: ConversationId, seq: i64) -> Result<Marks, Error> {
        let path = format!("/v1/conversations/{conversation_id}/read");
        self.call(Method::PUT, &path, Some(&json!({"seq": seq}))).await
    }

    /// Who is there.
    ///
    /// # Errors
    /// As every call.
    pub async fn presences(&self, user_ids: &[UserId]) -> Result<Vec<Presence>, Error> {
        let body = json!({"user_ids": user_ids});
        let answer: Presences = self.call(Method::POST, "/v1/presence/query", Some(&body)).await?;
        Ok(answer.presences)
    }

    /// Opens a socket and waits for its `hello`.
    ///
    /// # Errors
    /// [`Error::Refused`] when the handshake is refused, [`Error::Socket`] when it fails.
    pub async fn connect(&self) -> Result<Socket, Error> {
        Socket::connect(&self.client.base_url, &self.session.access_token, "").await
    }
}
