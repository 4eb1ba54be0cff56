//! `pulsechat.auth.v1.AuthService`.

use std::sync::Arc;

use pulse_proto::auth::v1::auth_service_server::AuthService;
use pulse_proto::auth::v1::logout_request::Target as LogoutTarget;
use pulse_proto::auth::v1::{
    CheckSessionsRequest, CheckSessionsResponse, GetAccountRequest, GetAccountResponse, GetJwksRequest,
    GetJwksResponse, LoginRequest, LoginResponse, LogoutRequest, LogoutResponse, RefreshRequest,
    RefreshResponse, RegisterRequest, RegisterResponse,
};
use pulse_rpc::Failure;
use tonic::{Request, Response, Status};

use crate::domain::secret::{DeviceToken, RefreshToken};
use crate::grpc::convert;
use crate::ops::Parts;
use crate::ops::account::Registration;
use crate::ops::grant::Device;
use crate::ops::refresh::{Outcome, Presented, RefreshError};
use crate::ops::session::{EndError, Target};
use crate::ops::sign_in::{Credentials, SignInError, SignedIn};
use crate::ops::{account, refresh, session, sign_in, signing_key};

/// Most ids in one CheckSessions.
const CHECK_MAX: usize = 1000;

/// Serves the RPCs of this service.
#[derive(Clone)]
pub struct AuthDoor(Arc<Parts>);

impl AuthDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl AuthService for AuthDoor {
    async fn register(
        &self,
        request: Request<RegisterRequest>,
    ) -> Result<Response<RegisterResponse>, Status> {
        let request = request.into_inner();
        let registration = Registration {
            username: request.username,
            email: request.email,
            password: request.password,
            display_name: request.display_name,
            device: Device {
                remember: request.remember,
                cookie: request.cookie,
                shown_token: DeviceToken::parse(&request.device_token),
                client: convert::client(request.client),
            },
        };
        let grant = account::register(&self.0, registration).await.map_err(Failure::from)?;
        metrics::counter!("pulse_auth_registrations_total").increment(1);
        Ok(Response::new(RegisterResponse { session: Some(convert::grant(grant)) }))
    }

    async fn login(&self, request: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
        let request = request.into_inner();
        let credentials = Credentials { identifier: request.identifier, password: request.password.into() };
        let device = Device {
            remember: request.remember,
            cookie: request.cookie,
            shown_token: DeviceToken::parse(&request.device_token),
            client: convert::client(request.client),
        };
        let result = sign_in::sign_in(&self.0, credentials, device).await;
        let outcome = match &result {
            Ok(SignedIn::Grant(_)) => "signed_in",
            Ok(SignedIn::Mfa(_)) => "mfa_required",
            Err(SignInError::Invalid(_)) => "invalid",
            Err(SignInError::WrongCredentials) => "wrong_credentials",
            Err(SignInError::LockedOut(_)) => "locked_out",
            Err(SignInError::Hashing(_) | SignInError::Store(_) | SignInError::Grant(_)) => "failed",
        };
        metrics::counter!("pulse_auth_logins_total", "outcome" => outcome).increment(1);
        let outcome = convert::signed_in(result.map_err(Failure::from)?);
        Ok(Response::new(LoginResponse { outcome: Some(outcome) }))
    }

    async fn refresh(&self, request: Request<RefreshRequest>) -> Result<Response<RefreshResponse>, Status> {
        let request = request.into_inner();
        let result = match read_presented(request) {
            Some(presented) => refresh::refresh(&self.0, presented).await,
            None => Err(RefreshError::Unknown),
        };
        let outcome = match &result {
            Ok((_, Outcome::Rotated)) => "rotated",
            Ok((_, Outcome::Repeated)) => "repeated",
            Err(RefreshError::Unknown) => "unknown",
            Err(RefreshError::Ended(_)) => "ended",
            Err(RefreshError::Store(_) | RefreshError::Crypto(_)) => "failed",
        };
        metrics::counter!("pulse_auth_refreshes_total", "outcome" => outcome).increment(1);
        let (grant, _) = result.map_err(Failure::from)?;
        Ok(Response::new(RefreshResponse { session: Some(convert::grant(grant)) }))
    }

    async fn logout(&self, request: Request<LogoutRequest>) -> Result<Response<LogoutResponse>, Status> {
        let request = request.into_inner();
        let target = match request.target {
            Some(LogoutTarget::SessionId(text)) => text.parse().ok().map(Target::Session),
            Some(LogoutTarget::RefreshToken(text)) => RefreshToken::parse(&text).map(Target::Token),
            None => None,
        };
        let target = target.ok_or(EndError::Unknown).map_err(Failure::from)?;
        let session_id =
            session::end(&self.0, target, convert::client(request.client)).await.map_err(Failure::from)?;
        Ok(Response::new(LogoutResponse { session_id: session_id.to_string() }))
    }

    async fn get_jwks(&self, _request: Request<GetJwksRequest>) -> Result<Response<GetJwksResponse>, Status> {
        Ok(Response::new(GetJwksResponse { jwks_json: signing_key::published(&self.0).await }))
    }

    async fn get_account(
        &self,
        request: Request<GetAccountRequest>,
    ) -> Result<Response<GetAccountResponse>, Status> {
        let Ok(user_id) = request.into_inner().user_id.parse() else {
            return Err(Failure::not_found("account").into());
        };
        let account = account::find(&self.0, user_id).await.map_err(Failure::from)?;
        let account = account.ok_or_else(|| Failure::not_found("account"))?;
        Ok(Response::new(GetAccountResponse { account: Some(convert::account(account)) }))
    }

    async fn check_sessions(
        &self,
        request: Request<CheckSessionsRequest>,
    ) -> Result<Response<CheckSessionsResponse>, Status> {
        let asked = request.into_inner().session_ids;
        if asked.len() > CHECK_MAX {
            let failure =
                Failure::invalid_field("session_ids", "too_many", format!("at most {CHECK_MAX} ids"));
            return Err(failure.into());
        }
        // What is no id is no session that lives.
        let session_ids: Vec<_> = asked.iter().filter_map(|text| text.parse().ok()).collect();
        let live = session::list_live(&self.0, &session_ids).await.map_err(Failure::from)?;
        let live_session_ids = live.iter().map(ToString::to_string).collect();
        Ok(Response::new(CheckSessionsResponse { live_session_ids }))
    }
}

/// `None` when the token or the session id is none of ours.
fn read_presented(request: RefreshRequest) -> Option<Presented> {
    let session_id = match request.session_id.as_str() {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    let token = RefreshToken::parse(&request.refresh_token)?;
    Some(Presented { token, session_id, client: convert::client(request.client) })
}
