//! `pulsechat.auth.v1.IdentityService`.

use std::sync::Arc;

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::identity_service_server::IdentityService;
use pulse_proto::auth::v1::{
    ExchangeCodeRequest, ExchangeCodeResponse, FinishFlowRequest, FinishFlowResponse, ListIdentitiesRequest,
    ListIdentitiesResponse, ListProvidersRequest, ListProvidersResponse, StartFlowRequest, StartFlowResponse,
    UnlinkIdentityRequest, UnlinkIdentityResponse, exchange_code_response, finish_flow_response,
};
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use crate::domain::oidc::flow::Linker;
use crate::domain::oidc::token::{BrowserToken, ExchangeCode};
use crate::domain::secret::DeviceToken;
use crate::grpc::convert;
use crate::ops::grant::Device;
use crate::ops::identity::Linked;
use crate::ops::oauth_code::ExchangeError;
use crate::ops::oauth_flow::{Callback, Outcome, Start};
use crate::ops::sign_in::SignedIn;
use crate::ops::{Parts, identity, oauth_code, oauth_flow};

/// Serves the RPCs of sign-in by outside providers.
#[derive(Clone)]
pub struct IdentityDoor(Arc<Parts>);

impl IdentityDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl IdentityService for IdentityDoor {
    async fn list_providers(
        &self,
        _request: Request<ListProvidersRequest>,
    ) -> Result<Response<ListProvidersResponse>, Status> {
        let providers = self.0.providers.iter().map(|provider| proto::Provider {
            provider_id: provider.provider_id().to_owned(),
            name: provider.name().to_owned(),
        });
        Ok(Response::new(ListProvidersResponse { providers: providers.collect() }))
    }

    async fn start_flow(
        &self,
        request: Request<StartFlowRequest>,
    ) -> Result<Response<StartFlowResponse>, Status> {
        let linker = Principal::find(&request)?
            .map(|principal| Linker { user_id: principal.user_id, session_id: principal.session_id });
        let request = request.into_inner();
        let start = Start {
            provider_id: request.provider_id,
            return_to: request.return_to,
            browser_token: BrowserToken::parse(&request.browser_token),
            linker,
        };
        let started = oauth_flow::start(&self.0, start).await.map_err(Failure::from)?;
        Ok(Response::new(StartFlowResponse {
            authorization_url: started.authorization_url,
            browser_token: started.browser_token.reveal(),
            expires_in_seconds: u32::try_from(started.expires_in.as_secs()).unwrap_or(u32::MAX),
        }))
    }

    async fn finish_flow(
        &self,
        request: Request<FinishFlowRequest>,
    ) -> Result<Response<FinishFlowResponse>, Status> {
        let request = request.into_inner();
        let callback = Callback {
            provider_id: request.provider_id,
            state: request.state,
            code: request.code,
            error: request.error,
            issuer: request.issuer,
            browser_token: request.browser_token,
            client: convert::client(request.client),
        };
        let ended = oauth_flow::finish(&self.0, callback).await.map_err(Failure::from)?;
        let outcome = match &ended.outcome {
            Outcome::Code(_) => "signed_in",
            Outcome::Linked(_) => "linked",
            Outcome::Failed(failure) => failure.as_str(),
        };
        metrics::counter!("pulse_auth_outside_flows_total", "outcome" => outcome).increment(1);
        let outcome = match ended.outcome {
            Outcome::Code(code) => finish_flow_response::Outcome::Code(code.reveal()),
            Outcome::Linked(provider_id) => finish_flow_response::Outcome::LinkedProviderId(provider_id),
            Outcome::Failed(failure) => finish_flow_response::Outcome::Error(failure.as_str().to_owned()),
        };
        Ok(Response::new(FinishFlowResponse { return_to: ended.return_to, outcome: Some(outcome) }))
    }

    async fn exchange_code(
        &self,
        request: Request<ExchangeCodeRequest>,
    ) -> Result<Response<ExchangeCodeResponse>, Status> {
        let request = request.into_inner();
        let device = Device {
            remember: request.remember,
            cookie: request.cookie,
            shown_token: DeviceToken::parse(&request.device_token),
            client: convert::client(request.client),
        };
        let code = ExchangeCode::parse(&request.code).ok_or(ExchangeError::InvalidCode);
        let code = code.map_err(Failure::from)?;
        let signed_in = oauth_code::exchange(&self.0, &code, device).await.map_err(Failure::from)?;
        let outcome = match signed_in {
            SignedIn::Grant(grant) => exchange_code_response::Outcome::Session(convert::grant(*grant)),
            SignedIn::Mfa(asked) => exchange_code_response::Outcome::Mfa(convert::mfa(&asked)),
        };
        Ok(Response::new(ExchangeCodeResponse { outcome: Some(outcome) }))
    }

    async fn list_identities(
        &self,
        request: Request<ListIdentitiesRequest>,
    ) -> Result<Response<ListIdentitiesResponse>, Status> {
        let (caller, _) = convert::caller(request, |_| &None)?;
        let linked = identity::list(&self.0, &caller).await.map_err(Failure::from)?;
        let identities = linked.into_iter().map(to_message).collect();
        Ok(Response::new(ListIdentitiesResponse { identities }))
    }

    async fn unlink_identity(
        &self,
        request: Request<UnlinkIdentityRequest>,
    ) -> Result<Response<UnlinkIdentityResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        identity::unlink(&self.0, caller, &request.provider_id).await.map_err(Failure::from)?;
        Ok(Response::new(UnlinkIdentityResponse {}))
    }
}

fn to_message(linked: Linked) -> proto::Identity {
    proto::Identity {
        provider_id: linked.provider_id,
        name: linked.name,
        email: linked.identity.email.unwrap_or_default(),
        created_at: Some(convert::timestamp(linked.identity.created_at)),
    }
}
