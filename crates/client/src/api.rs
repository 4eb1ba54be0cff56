//! REST.

use pulse_types::{ConversationId, FollowRequestId, UserId};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{Error, Problem};
use crate::models::{
    Conversation, FollowRequest, Marks, Me, Message, MessagePage, NewAccount, NewMessage, Page, Presence,
    Presences, Relationship, Sent, Session, User,
};
use crate::socket::Socket;

/// A client that nobody has signed in with.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Without a slash at the end.
    base_url: String,
}

/// A client with a session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    client: Client,
    /// The session as it was last told.
    pub session: Session,
}

impl Client {
    /// Talks to the service at `base_url`, like `http://localhost:8080`.
    ///
    /// # Errors
    /// [`Error::Address`] unless it begins with `http://` or `https://`.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
            return Err(Error::Address(base_url.to_owned()));
        }
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
        Ok(Self { http, base_url: base_url.trim_end_matches('/').to_owned() })
    }

    /// Where it talks to.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Makes an account and signs it in.
    ///
    /// # Errors
    /// [`Error::Refused`] with `validation_failed` or `username_taken`, and as every call.
    pub async fn register(&self, account: &NewAccount) -> Result<SignedIn, Error> {
        let session =
            self.post("/v1/auth/register", &serde_json::to_value(account).unwrap_or_default()).await?;
        Ok(SignedIn { client: self.clone(), session })
    }

    /// Signs in by username or address.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_credentials`, `locked_out`, and as every call.
    pub async fn login(&self, identifier: &str, password: &str) -> Result<SignedIn, Error> {
        let session =
            self.post("/v1/auth/login", &json!({"identifier": identifier, "password": password})).await?;
        Ok(SignedIn { client: self.clone(), session })
    }

    /// The same session seen from another gateway.
    #[must_use]
    pub fn with_session(&self, session: Session) -> SignedIn {
        SignedIn { client: self.clone(), session }
    }

    /// Any call without a session: status and JSON (`null` for none), for what has no method here.
    ///
    /// # Errors
    /// [`Error::Http`] when there is no answer.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Error> {
        read_raw(self.request(method, path), body).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base_url))
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Error> {
        read(self.request(Method::POST, path).json(body)).await.map(|(value, _)| value)
    }
}

impl SignedIn {
    /// Who is signed in.
    #[must_use]
    pub const fn user_id(&self) -> UserId {
        self.session.user.id
    }

    /// The same session on another gateway.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn at(&self, base_url: &str) -> Result<Self, Error> {
        Ok(Client::new(base_url)?.with_session(self.session.clone()))
    }

    /// Takes new tokens for the refresh token.
    ///
    /// # Errors
    /// [`Error::Refused`] with `unauthenticated` or `session_revoked`, and as every call.
    pub async fn refresh(&mut self) -> Result<(), Error> {
        let body = json!({"refresh_token": self.session.refresh_token});
        self.session = self.client.post("/v1/auth/refresh", &body).await?;
        Ok(())
    }

    /// Ends the session.
    ///
    /// # Errors
    /// As every call.
    pub async fn logout(&self) -> Result<(), Error> {
        self.call::<Value>(Method::POST, "/v1/auth/logout", None).await.map(drop)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// As every call.
    pub async fn me(&self) -> Result<Me, Error> {
        self.call(Method::GET, "/v1/me", None).await
    }

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

    /// The inbox.
    ///
    /// # Errors
    /// As every call.
    pub async fn conversations(&self) -> Result<Page<Conversation>, Error> {
        self.call(Method::GET, "/v1/conversations", None).await
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

    /// Any call: status and JSON (`null` for none), for what has no method here.
    ///
    /// # Errors
    /// [`Error::Http`] when there is no answer.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Error> {
        read_raw(self.authorized(method, path), body).await
    }

    fn authorized(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, path).bearer_auth(&self.session.access_token)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let request = self.authorized(method, path);
        let request = body.iter().fold(request, |request, body| request.json(body));
        read(request).await.map(|(value, _)| value)
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<(T, StatusCode), Error> {
    let response = request.send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    if !status.is_success() {
        return Err(match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Error::Refused(Box::new(problem)),
            Err(error) => Error::Unreadable(format!("{status} without a problem: {error}")),
        });
    }
    let json: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    let value = serde_json::from_slice(json).map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok((value, status))
}

async fn read_raw(request: RequestBuilder, body: Option<&Value>) -> Result<(StatusCode, Value), Error> {
    let response = body.iter().fold(request, |request, body| request.json(body)).send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}
