//! Registration, sign-in, refresh, sign-out, and the signed-in devices.

use pulse_types::SessionId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, SignedIn};
use crate::error::Error;
use crate::models::{LoginAnswer, MfaChallenge, NewAccount, Page, SecurityEvent, SessionInfo};

impl Client {
    /// Makes an account and signs it in.
    ///
    /// # Errors
    /// [`Error::Refused`] with `validation_failed`, `username_taken` or `forbidden`, and as every call.
    pub async fn register(&self, account: &NewAccount) -> Result<SignedIn, Error> {
        let session =
            self.post("/v1/auth/register", &serde_json::to_value(account).unwrap_or_default()).await?;
        Ok(SignedIn { client: self.clone(), session })
    }

    /// Signs in by username or address.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_credentials`, `locked_out`, [`Error::SecondFactor`], and as every call.
    pub async fn login(&self, identifier: &str, password: &str) -> Result<SignedIn, Error> {
        self.login_with(&json!({"identifier": identifier, "password": password})).await
    }

    /// The same with a whole body: `remember`, `cookie`, `device_token`.
    ///
    /// # Errors
    /// As [`Client::login`].
    pub async fn login_with(&self, body: &Value) -> Result<SignedIn, Error> {
        let answer = self.post("/v1/auth/login", body).await?;
        self.signed_in(answer)
    }

    /// The second step of a sign-in, by a code of the authenticator.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_code`, `unauthenticated` or `locked_out`, and as every call.
    pub async fn verify_mfa(&self, challenge: &MfaChallenge, code: &str) -> Result<SignedIn, Error> {
        let body = json!({"mfa_token": challenge.mfa_token, "code": code});
        let session = self.post("/v1/auth/mfa", &body).await?;
        Ok(SignedIn { client: self.clone(), session })
    }

    /// The same by a recovery code.
    ///
    /// # Errors
    /// As [`Client::verify_mfa`].
    pub async fn verify_recovery_code(
        &self,
        challenge: &MfaChallenge,
        recovery_code: &str,
    ) -> Result<SignedIn, Error> {
        let body = json!({"mfa_token": challenge.mfa_token, "recovery_code": recovery_code});
        let session = self.post("/v1/auth/mfa", &body).await?;
        Ok(SignedIn { client: self.clone(), session })
    }

    pub(super) fn signed_in(&self, answer: LoginAnswer) -> Result<SignedIn, Error> {
        match answer {
            LoginAnswer::Session(session) => Ok(SignedIn { client: self.clone(), session: *session }),
            LoginAnswer::Mfa(challenge) => Err(Error::SecondFactor(challenge)),
        }
    }
}

impl SignedIn {
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
        self.tell(Method::POST, "/v1/auth/logout", None).await
    }

    /// The signed-in devices, newest first.
    ///
    /// # Errors
    /// As every call.
    pub async fn sessions(&self) -> Result<Page<SessionInfo>, Error> {
        self.call(Method::GET, "/v1/auth/sessions", None).await
    }

    /// Signs a device out.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, and as every call.
    pub async fn end_session(&self, session_id: SessionId) -> Result<(), Error> {
        self.tell(Method::DELETE, &format!("/v1/auth/sessions/{session_id}"), None).await
    }

    /// Signs all other devices out.
    ///
    /// # Errors
    /// As every call.
    pub async fn end_other_sessions(&self) -> Result<(), Error> {
        self.tell(Method::DELETE, "/v1/auth/sessions", None).await
    }

    /// The security history of the account, newest first.
    ///
    /// # Errors
    /// As every call.
    pub async fn security_events(&self) -> Result<Page<SecurityEvent>, Error> {
        self.call(Method::GET, "/v1/auth/events", None).await
    }
}
