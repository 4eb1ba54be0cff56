//! REST: who calls, and how a call is made. The calls are in the files beneath, one for each subject.

mod account;
mod chat;
mod factor;
mod groups;
mod identity;
mod messages;
mod people;
mod privacy;
mod sign_in;

use std::time::Duration;

use pulse_types::UserId;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Problem};
use crate::models::Session;

pub use privacy::Export;

/// How long an unused connection is kept: less than the service keeps it, so that no request meets its end.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

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
        let builder = reqwest::Client::builder().no_proxy().tcp_nodelay(true);
        let http = builder.pool_idle_timeout(IDLE_TIMEOUT).build()?;
        Ok(Self { http, base_url: base_url.trim_end_matches('/').to_owned() })
    }

    /// Where it talks to.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
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

    /// Where it talks to.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.client.base_url()
    }

    /// The same session on another gateway.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn at(&self, base_url: &str) -> Result<Self, Error> {
        Ok(Client::new(base_url)?.with_session(self.session.clone()))
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

    /// A call that answers nothing.
    async fn tell(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(), Error> {
        self.call::<Value>(method, path, body).await.map(drop)
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<(T, StatusCode), Error> {
    read_answer(request.send().await?).await
}

async fn read_answer<T: DeserializeOwned>(response: reqwest::Response) -> Result<(T, StatusCode), Error> {
    let status = response.status();
    let bytes = response.bytes().await?;
    if !status.is_success() {
        return Err(refusal(status, &bytes));
    }
    let json: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    let value = serde_json::from_slice(json).map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok((value, status))
}

fn refusal(status: StatusCode, body: &[u8]) -> Error {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => Error::Refused(Box::new(problem)),
        Err(error) => Error::Unreadable(format!("{status} without a problem: {error}")),
    }
}

async fn read_raw(request: RequestBuilder, body: Option<&Value>) -> Result<(StatusCode, Value), Error> {
    let response = body.iter().fold(request, |request, body| request.json(body)).send().await?;
    let status = response.status();
    let bytes = response.bytes().await?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}
