//! `IdentityService`: sign-in by outside providers.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::identity_service_client::IdentityServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use tonic::Request;

use super::{Auth, Device, challenge, grant, no_outcome};
use crate::clients::convert;
use crate::domain::identity::{Finished, Flow, Identity, Landing};
use crate::domain::session::SignIn;

/// The beginning of a flow.
#[derive(Clone)]
pub struct FlowStart {
    /// The provider.
    pub provider_id: String,
    /// Where the browser goes in the end; allowed.
    pub return_to: String,
    /// What the browser keeps of an earlier flow; may be empty.
    pub browser_token: String,
}

/// What a provider sent back by the browser. All but the provider may be empty.
#[derive(Debug, Clone, Default)]
pub struct CallbackQuery {
    /// From the path.
    pub provider_id: String,
    /// Names the flow.
    pub state: String,
    /// The provider's code.
    pub code: String,
    /// The provider's refusal.
    pub error: String,
    /// RFC 9207.
    pub issuer: String,
}

/// A finished outside sign-in that is to become a session.
#[derive(Clone)]
pub struct Exchange {
    /// What the callback gave.
    pub code: String,
    /// Stay signed in for 30 days.
    pub remember: bool,
    /// The refresh token goes into a cookie.
    pub cookie: bool,
    /// What an earlier sign-in on this device gave.
    pub device_token: Option<String>,
}

impl Auth {
    fn identities_service(&self) -> IdentityServiceClient<Connection> {
        IdentityServiceClient::new(self.connection())
    }

    /// Ids and names of the providers that are configured, by id.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached, as with all calls below.
    pub async fn providers(&self) -> Result<Vec<(String, String)>, Failure> {
        let answer = self.identities_service().list_providers(proto::ListProvidersRequest {}).await;
        let providers = answer.map_err(Failure::from_status)?.into_inner().providers;
        Ok(providers.into_iter().map(|provider| (provider.provider_id, provider.name)).collect())
    }

    /// Begins a sign-in, or with a caller the linking of an identity to them.
    ///
    /// # Errors
    /// `not_found`, `already_exists`.
    pub async fn start_flow(
        &self,
        caller: Option<Principal>,
        start: FlowStart,
        device: Device,
    ) -> Result<Flow, Failure> {
        let message = proto::StartFlowRequest {
            provider_id: start.provider_id,
            return_to: start.return_to,
            browser_token: start.browser_token,
            client: Some(device.into()),
        };
        let request = match caller {
            Some(caller) => caller.request(message),
            None => Request::new(message),
        };
        let answer = self.identities_service().start_flow(request).await.map_err(Failure::from_status)?;
        let flow = answer.into_inner();
        Ok(Flow {
            url: flow.authorization_url,
            browser_token: flow.browser_token,
            expires_in_seconds: flow.expires_in_seconds,
        })
    }

    /// Takes what a provider sent back, and tells where the browser goes.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn finish_flow(
        &self,
        query: CallbackQuery,
        browser_token: String,
        device: Device,
    ) -> Result<Landing, Failure> {
        use proto::finish_flow_response::Outcome;
        let request = proto::FinishFlowRequest {
            provider_id: query.provider_id,
            state: query.state,
            code: query.code,
            error: query.error,
            issuer: query.issuer,
            browser_token,
            client: Some(device.into()),
        };
        let answer = self.identities_service().finish_flow(request).await.map_err(Failure::from_status)?;
        let answer = answer.into_inner();
        let finished = match answer.outcome {
            Some(Outcome::Code(code)) => Finished::SignedIn { code },
            Some(Outcome::LinkedProviderId(provider_id)) => Finished::Linked { provider_id },
            Some(Outcome::Error(error)) => Finished::Failed { error },
            None => return Err(Failure::internal("auth finished a flow with no outcome")),
        };
        Ok(Landing { return_to: answer.return_to, finished })
    }

    /// Exchanges the code of a finished sign-in.
    ///
    /// # Errors
    /// `invalid_code`, `conflict`, `forbidden`.
    pub async fn exchange(&self, exchange: Exchange, device: Device) -> Result<SignIn, Failure> {
        use proto::exchange_code_response::Outcome;
        let request = proto::ExchangeCodeRequest {
            code: exchange.code,
            remember: exchange.remember,
            cookie: exchange.cookie,
            device_token: exchange.device_token.unwrap_or_default(),
            client: Some(device.into()),
        };
        let answer = self.identities_service().exchange_code(request).await.map_err(Failure::from_status)?;
        match answer.into_inner().outcome {
            Some(Outcome::Session(session)) => grant(Some(session)).map(SignIn::Granted),
            Some(Outcome::Mfa(mfa)) => Ok(challenge(mfa)),
            None => Err(no_outcome()),
        }
    }

    /// The identities that are linked to the caller, newest first.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn identities(&self, caller: Principal) -> Result<Vec<Identity>, Failure> {
        let request = caller.request(proto::ListIdentitiesRequest {});
        let answer =
            self.identities_service().list_identities(request).await.map_err(Failure::from_status)?;
        answer.into_inner().identities.into_iter().map(identity).collect()
    }

    /// Unlinks the caller's identity of a provider.
    ///
    /// # Errors
    /// `not_found`, `conflict`.
    pub async fn unlink_identity(
        &self,
        caller: Principal,
        provider_id: String,
        device: Device,
    ) -> Result<(), Failure> {
        let request = proto::UnlinkIdentityRequest { provider_id, client: Some(device.into()) };
        let answer = self.identities_service().unlink_identity(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }
}

fn identity(found: proto::Identity) -> Result<Identity, Failure> {
    Ok(Identity {
        provider: found.provider_id,
        name: found.name,
        email: convert::filled(found.email),
        created_at: convert::moment("identity.created_at", found.created_at)?,
    })
}
