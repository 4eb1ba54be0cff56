//! Sign-in by outside providers. Start and callback are for browsers.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, SignedIn, read};
use crate::error::Error;
use crate::models::{Identity, Page, Provider, Redirection};

impl Client {
    /// The providers that are configured.
    ///
    /// # Errors
    /// As every call.
    pub async fn providers(&self) -> Result<Page<Provider>, Error> {
        read(self.request(Method::GET, "/v1/auth/providers")).await.map(|(page, _)| page)
    }

    /// Signs in by the code that the callback gave.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_code`, `conflict` or `forbidden`, [`Error::SecondFactor`], and as every call.
    pub async fn exchange(&self, code: &str) -> Result<SignedIn, Error> {
        let answer = self.post("/v1/auth/oauth/exchange", &json!({"code": code})).await?;
        self.signed_in(answer)
    }
}

impl SignedIn {
    /// The identities that are linked, newest first.
    ///
    /// # Errors
    /// As every call.
    pub async fn identities(&self) -> Result<Page<Identity>, Error> {
        self.call(Method::GET, "/v1/auth/identities", None).await
    }

    /// Begins to link an identity: where the browser goes, and the cookie that binds the flow to it.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, `already_exists` or `validation_failed`, and as every call.
    pub async fn link_identity(&self, provider: &str, return_to: &str) -> Result<(String, String), Error> {
        let path = format!("/v1/auth/identities/{provider}");
        let body: Value = json!({"return_to": return_to});
        let response = self.authorized(Method::POST, &path).json(&body).send().await?;
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|text| text.split(';').next()).unwrap_or_default().to_owned();
        let (answer, _) = super::read_answer::<Redirection>(response).await?;
        Ok((answer.url, cookie))
    }

    /// Unlinks the identity of a provider.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found` or `conflict`, and as every call.
    pub async fn unlink_identity(&self, provider: &str) -> Result<(), Error> {
        self.tell(Method::DELETE, &format!("/v1/auth/identities/{provider}"), None).await
    }
}
