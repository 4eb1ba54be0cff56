//! A signed-in person: their sessions, and their second factor with an authenticator app.

use pulse_proto::auth::v1::factor_service_client::FactorServiceClient;
use pulse_proto::auth::v1::session_service_client::SessionServiceClient;
use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{
    ActivateTotpRequest, DisableTotpRequest, EndOtherSessionsRequest, EndSessionRequest, ListSessionsRequest,
    ListSessionsResponse, LoginRequest, MfaChallenge, Proof, ReplaceRecoveryCodesRequest, SessionGrant,
    StartTotpRequest, StartTotpResponse, VerifyMfaRequest, VerifyMfaResponse, login_response,
};
use pulse_proto::common::v1::PageRequest;
use pulse_rpc::{Connection, Failure, Principal, ServiceName};
use pulse_types::Clock as _;

use super::{Auth, PASSWORD, account};

/// Who calls, by the session of a grant.
pub(crate) struct Person {
    pub(crate) principal: Principal,
    factors: FactorServiceClient<Connection>,
    sessions: SessionServiceClient<Connection>,
}

/// What is shown before something sensitive.
pub(crate) fn proof(password: Option<&str>, code: Option<&str>) -> Proof {
    Proof { password: password.map(str::to_owned), code: code.map(str::to_owned) }
}

/// What the app with this secret shows, `steps` of 30 s from now.
pub(crate) fn code_at(auth: &Auth, secret: &str, steps: i64) -> String {
    let bytes = totp_rs::Secret::try_from_base32(secret).unwrap();
    let app = totp_rs::Builder::new().with_secret(bytes).build().unwrap();
    let now = auth.world.clock.now().unix_timestamp() + steps * 30;
    app.generate(u64::try_from(now).unwrap()).to_string()
}

impl Person {
    pub(crate) fn of(auth: &Auth, grant: &SessionGrant) -> Self {
        let principal = Principal {
            user_id: account(grant).user_id.parse().unwrap(),
            session_id: grant.session_id.parse().unwrap(),
        };
        Self {
            principal,
            factors: FactorServiceClient::new(auth.connection(ServiceName::Gateway)),
            sessions: SessionServiceClient::new(auth.connection(ServiceName::Gateway)),
        }
    }

    pub(crate) async fn start_totp(&self, proof: Option<Proof>) -> Result<StartTotpResponse, Failure> {
        let request = self.principal.request(StartTotpRequest { proof, client: None });
        let answer = self.factors.clone().start_totp(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    pub(crate) async fn activate_totp(&self, code: &str) -> Result<Vec<String>, Failure> {
        let request = ActivateTotpRequest { code: code.to_owned(), client: None };
        let answer = self.factors.clone().activate_totp(self.principal.request(request)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().recovery_codes)
    }

    /// Turns the second factor on: the secret of the app, and the recovery codes. The code of the present step is used up.
    pub(crate) async fn enroll(&self, auth: &Auth) -> (String, Vec<String>) {
        let secret = self.start_totp(Some(proof(Some(PASSWORD), None))).await.unwrap().secret;
        let codes = self.activate_totp(&code_at(auth, &secret, 0)).await.unwrap();
        (secret, codes)
    }

    pub(crate) async fn replace_codes(&self, proof: Proof) -> Result<Vec<String>, Failure> {
        let request = ReplaceRecoveryCodesRequest { proof: Some(proof), client: None };
        let answer = self.factors.clone().replace_recovery_codes(self.principal.request(request)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().recovery_codes)
    }

    pub(crate) async fn disable_totp(&self, proof: Proof) -> Result<(), Failure> {
        let request = DisableTotpRequest { proof: Some(proof), client: None };
        let answer = self.factors.clone().disable_totp(self.principal.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    pub(crate) async fn list_sessions(
        &self,
        limit: u32,
        cursor: &str,
    ) -> Result<ListSessionsResponse, Failure> {
        let page = PageRequest { limit, cursor: cursor.to_owned() };
        let request = self.principal.request(ListSessionsRequest { page: Some(page) });
        let answer = self.sessions.clone().list_sessions(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner())
    }

    /// The ids of all live sessions, in the order of the list.
    pub(crate) async fn session_ids(&self) -> Vec<String> {
        let sessions = self.list_sessions(100, "").await.unwrap().sessions;
        sessions.into_iter().map(|session| session.session_id).collect()
    }

    pub(crate) async fn end_session(&self, session_id: &str) -> Result<(), Failure> {
        let request = EndSessionRequest { session_id: session_id.to_owned(), client: None };
        let answer = self.sessions.clone().end_session(self.principal.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    pub(crate) async fn end_others(&self) {
        let request = self.principal.request(EndOtherSessionsRequest { client: None });
        self.sessions.clone().end_other_sessions(request).await.unwrap();
    }
}

impl Auth {
    /// The first step of a sign-in that needs a second one.
    pub(crate) async fn login_mfa(&self, request: LoginRequest) -> MfaChallenge {
        match self.client().login(request).await.unwrap().into_inner().outcome {
            Some(login_response::Outcome::Mfa(challenge)) => challenge,
            other => panic!("no second factor was asked for: {other:?}"),
        }
    }

    /// As [`Auth::login_mfa`] with the right password; the token.
    pub(crate) async fn mfa_token(&self, identifier: &str) -> String {
        let identifier = identifier.to_owned();
        let request = LoginRequest { identifier, password: PASSWORD.to_owned(), ..LoginRequest::default() };
        self.login_mfa(request).await.mfa_token
    }

    pub(crate) async fn verify(&self, token: &str, proof: MfaProof) -> Result<VerifyMfaResponse, Failure> {
        let request = VerifyMfaRequest {
            mfa_token: token.to_owned(),
            proof: Some(proof),
            ..VerifyMfaRequest::default()
        };
        self.try_verify(request).await
    }

    pub(crate) async fn try_verify(&self, request: VerifyMfaRequest) -> Result<VerifyMfaResponse, Failure> {
        let mut client = FactorServiceClient::new(self.connection(ServiceName::Gateway));
        Ok(client.verify_mfa(request).await.map_err(Failure::from_status)?.into_inner())
    }
}
