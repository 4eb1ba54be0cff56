//! `AuthService`: registration, sign-in, refresh, sign-out, accounts and the keys of access tokens.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::auth_service_client::AuthServiceClient;
use pulse_rpc::{Connection, Failure};
use pulse_token::FetchError;
use pulse_types::{SessionId, UserId};

use super::{Auth, Device, challenge, grant, no_outcome};
use crate::clients::convert;
use crate::domain::session::{Account, Grant, SignIn};

/// A new account.
#[derive(Clone)]
pub struct Registration {
    /// As it was typed.
    pub username: String,
    /// As it was typed.
    pub email: String,
    /// As it was typed.
    pub password: String,
    /// Absent means the username.
    pub display_name: Option<String>,
    /// Stay signed in for 30 days.
    pub remember: bool,
    /// The refresh token goes into a cookie.
    pub cookie: bool,
    /// What an earlier sign-in on this device gave, for whichever account.
    pub device_token: Option<String>,
}

/// A sign-in by password.
#[derive(Clone)]
pub struct Credentials {
    /// Username or address.
    pub identifier: String,
    /// As it was typed.
    pub password: String,
    /// Stay signed in for 30 days.
    pub remember: bool,
    /// The refresh token goes into a cookie.
    pub cookie: bool,
    /// What an earlier sign-in on this device gave.
    pub device_token: Option<String>,
}

/// Which session to end.
pub enum LogoutTarget {
    /// That of a verified access token.
    Session(SessionId),
    /// That of a refresh token.
    RefreshToken(String),
}

impl Auth {
    fn sign_ins(&self) -> AuthServiceClient<Connection> {
        AuthServiceClient::new(self.connection())
    }

    /// Makes an account and signs it in.
    ///
    /// # Errors
    /// As auth tells, `unavailable` when it can't be reached.
    pub async fn register(&self, new: Registration, device: Device) -> Result<Grant, Failure> {
        let request = proto::RegisterRequest {
            username: new.username,
            email: new.email,
            password: new.password,
            display_name: new.display_name,
            remember: new.remember,
            cookie: new.cookie,
            client: Some(device.into()),
            device_token: new.device_token.unwrap_or_default(),
        };
        let response = self.sign_ins().register(request).await.map_err(Failure::from_status)?;
        grant(response.into_inner().session)
    }

    /// Signs in by password.
    ///
    /// # Errors
    /// As auth tells, `unavailable` when it can't be reached.
    pub async fn login(&self, credentials: Credentials, device: Device) -> Result<SignIn, Failure> {
        let request = proto::LoginRequest {
            identifier: credentials.identifier,
            password: credentials.password,
            remember: credentials.remember,
            cookie: credentials.cookie,
            device_token: credentials.device_token.unwrap_or_default(),
            client: Some(device.into()),
        };
        let response = self.sign_ins().login(request).await.map_err(Failure::from_status)?;
        match response.into_inner().outcome {
            Some(proto::login_response::Outcome::Session(session)) => {
                grant(Some(session)).map(SignIn::Granted)
            }
            Some(proto::login_response::Outcome::Mfa(mfa)) => Ok(challenge(mfa)),
            None => Err(no_outcome()),
        }
    }

    /// Exchanges a refresh token for its successor.
    ///
    /// # Errors
    /// As auth tells, `unavailable` when it can't be reached.
    pub async fn refresh(
        &self,
        refresh_token: String,
        session_id: Option<SessionId>,
        device: Device,
    ) -> Result<Grant, Failure> {
        let session_id = session_id.map(|id| id.to_string()).unwrap_or_default();
        let request = proto::RefreshRequest { refresh_token, session_id, client: Some(device.into()) };
        let response = self.sign_ins().refresh(request).await.map_err(Failure::from_status)?;
        grant(response.into_inner().session)
    }

    /// Ends a session and tells which it was.
    ///
    /// # Errors
    /// As auth tells, `unavailable` when it can't be reached.
    pub async fn logout(&self, target: LogoutTarget, device: Device) -> Result<SessionId, Failure> {
        let target = match target {
            LogoutTarget::Session(session_id) => {
                proto::logout_request::Target::SessionId(session_id.to_string())
            }
            LogoutTarget::RefreshToken(token) => proto::logout_request::Target::RefreshToken(token),
        };
        let request = proto::LogoutRequest { target: Some(target), client: Some(device.into()) };
        let response = self.sign_ins().logout(request).await.map_err(Failure::from_status)?;
        convert::id("session_id", &response.into_inner().session_id)
    }

    /// What auth knows of a person.
    ///
    /// # Errors
    /// `not_found`; `unavailable` when auth can't be reached.
    pub async fn account(&self, user_id: UserId) -> Result<Account, Failure> {
        let request = proto::GetAccountRequest { user_id: user_id.to_string() };
        let response = self.sign_ins().get_account(request).await.map_err(Failure::from_status)?;
        convert::account(response.into_inner().account)
    }

    /// The keys that verify access tokens, as JSON text (RFC 7517).
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn jwks(&self) -> Result<String, Failure> {
        let request = proto::GetJwksRequest {};
        let response = self.sign_ins().get_jwks(request).await.map_err(Failure::from_status)?;
        Ok(response.into_inner().jwks_json)
    }

    /// The same keys for this process's own verifier.
    pub fn key_source(&self) -> impl pulse_token::KeySource + use<> {
        let auth = self.clone();
        move || -> pulse_token::keys::Fetch {
            let auth = auth.clone();
            Box::pin(async move { auth.jwks().await.map_err(|failure| FetchError(failure.into())) })
        }
    }
}
