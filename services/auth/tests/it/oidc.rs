//! What tests of sign-in by outside providers share: an auth that knows providers, and the gateway's part of a flow.

use pulse_proto::auth::v1::exchange_code_response::Outcome as Exchanged;
use pulse_proto::auth::v1::finish_flow_response::Outcome;
use pulse_proto::auth::v1::identity_service_client::IdentityServiceClient;
use pulse_proto::auth::v1::{
    ExchangeCodeRequest, FinishFlowRequest, Identity, ListIdentitiesRequest, SessionGrant, StartFlowRequest,
    StartFlowResponse, UnlinkIdentityRequest,
};
use pulse_rpc::{Connection, Failure, Principal, ServiceName};
use pulse_testkit::{OidcCallback, OidcProvider};
use pulse_types::{Clock as _, SystemClock};
use tonic::Request;

use crate::support::{Auth, PUBLIC_URL, account};

/// Where flows end in these tests.
pub(crate) const RETURN_TO: &str = "https://pulse.example/welcome";

/// Addresses to which a provider sends browsers back, for these ids.
pub(crate) fn redirect_uris(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| format!("{PUBLIC_URL}/v1/auth/oauth/{id}/callback")).collect()
}

/// An auth with outside providers, by the machine's own time: providers have no other.
pub(crate) struct Desk {
    pub(crate) auth: Auth,
    client: IdentityServiceClient<Connection>,
}

impl Desk {
    pub(crate) async fn start(settings: Vec<(String, String)>) -> Self {
        let auth = Auth::start_with(|world| {
            world.clock.set(SystemClock.now());
            let leak = |name: String| -> &'static str { name.leak() };
            world.settings.extend(settings.into_iter().map(|(name, value)| (leak(name), value)));
        })
        .await;
        let client = IdentityServiceClient::new(auth.connection(ServiceName::Gateway));
        Self { auth, client }
    }

    pub(crate) fn client(&self) -> IdentityServiceClient<Connection> {
        self.client.clone()
    }

    pub(crate) async fn begin(&self, provider_id: &str) -> StartFlowResponse {
        self.try_begin(None, provider_id, "").await.unwrap()
    }

    /// With a session: a link.
    pub(crate) async fn try_begin(
        &self,
        session: Option<&SessionGrant>,
        provider_id: &str,
        browser_token: &str,
    ) -> Result<StartFlowResponse, Failure> {
        let message = StartFlowRequest {
            provider_id: provider_id.to_owned(),
            return_to: RETURN_TO.to_owned(),
            client: None,
            browser_token: browser_token.to_owned(),
        };
        let request = match session {
            Some(session) => principal(session).request(message),
            None => Request::new(message),
        };
        Ok(self.client().start_flow(request).await.map_err(Failure::from_status)?.into_inner())
    }

    /// Gives the outcome, and checks that the browser goes where it wanted to.
    pub(crate) async fn finish(
        &self,
        provider_id: &str,
        back: &OidcCallback,
        browser_token: &str,
    ) -> Outcome {
        let (return_to, outcome) = self.try_finish(provider_id, back, browser_token).await.unwrap();
        assert_eq!(return_to, RETURN_TO);
        outcome
    }

    pub(crate) async fn try_finish(
        &self,
        provider_id: &str,
        back: &OidcCallback,
        browser_token: &str,
    ) -> Result<(String, Outcome), Failure> {
        let request = FinishFlowRequest {
            provider_id: provider_id.to_owned(),
            state: back.state.clone(),
            code: back.code.clone(),
            error: back.error.clone(),
            issuer: back.issuer.clone(),
            browser_token: browser_token.to_owned(),
            client: None,
        };
        let answer = self.client().finish_flow(request).await.map_err(Failure::from_status)?.into_inner();
        Ok((answer.return_to, answer.outcome.unwrap()))
    }

    pub(crate) async fn exchange(&self, code: &str) -> Result<Exchanged, Failure> {
        let request = ExchangeCodeRequest { code: code.to_owned(), ..ExchangeCodeRequest::default() };
        let answer = self.client().exchange_code(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().outcome.unwrap())
    }

    /// The whole way at a real provider, up to the code.
    pub(crate) async fn code(&self, provider: &OidcProvider, provider_id: &str, login: &str) -> String {
        let flow = self.begin(provider_id).await;
        let back = provider.sign_in(&flow.authorization_url, login).await.unwrap();
        match self.finish(provider_id, &back, &flow.browser_token).await {
            Outcome::Code(code) => code,
            other => panic!("no code: {other:?}"),
        }
    }

    /// The whole way at a real provider.
    pub(crate) async fn sign_in(
        &self,
        provider: &OidcProvider,
        provider_id: &str,
        login: &str,
    ) -> SessionGrant {
        let code = self.code(provider, provider_id, login).await;
        session(self.exchange(&code).await.unwrap())
    }

    /// A link, the whole way.
    pub(crate) async fn link(
        &self,
        session: &SessionGrant,
        provider: &OidcProvider,
        provider_id: &str,
        login: &str,
    ) -> Outcome {
        let flow = self.try_begin(Some(session), provider_id, "").await.unwrap();
        let back = provider.sign_in(&flow.authorization_url, login).await.unwrap();
        self.finish(provider_id, &back, &flow.browser_token).await
    }

    pub(crate) async fn unlink(&self, session: &SessionGrant, provider_id: &str) -> Result<(), Failure> {
        let request = UnlinkIdentityRequest { provider_id: provider_id.to_owned(), client: None };
        let request = principal(session).request(request);
        self.client().unlink_identity(request).await.map(|_| ()).map_err(Failure::from_status)
    }

    pub(crate) async fn identities(&self, session: &SessionGrant) -> Vec<Identity> {
        let request = principal(session).request(ListIdentitiesRequest {});
        self.client().list_identities(request).await.unwrap().into_inner().identities
    }

    /// How many accounts, sessions, identities and unused codes there are.
    pub(crate) async fn counts(&self) -> [i64; 4] {
        let mut counts = [0; 4];
        let pool = self.auth.pool().await;
        for (count, table) in counts.iter_mut().zip(["accounts", "sessions", "identities", "oauth_codes"]) {
            let sql = format!("SELECT count(*) FROM {table}");
            *count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        }
        counts
    }
}

pub(crate) fn principal(session: &SessionGrant) -> Principal {
    let user_id = account(session).user_id.parse().unwrap();
    Principal { user_id, session_id: session.session_id.parse().unwrap() }
}

/// The session of a sign-in that needed no second factor.
pub(crate) fn session(exchanged: Exchanged) -> SessionGrant {
    match exchanged {
        Exchanged::Session(session) => session,
        other => panic!("no session: {other:?}"),
    }
}

pub(crate) fn failed(error: &str) -> Outcome {
    Outcome::Error(error.to_owned())
}
