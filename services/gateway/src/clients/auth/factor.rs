//! `FactorService`: the second factor.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::factor_service_client::FactorServiceClient;
use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_rpc::{Connection, Failure, Principal};

use super::{Auth, Device, Proof, grant};
use crate::domain::factor::TotpSecret;
use crate::domain::session::Grant;

/// What shows the second factor at sign-in.
pub enum MfaCode {
    /// Of the authenticator.
    Totp(String),
    /// One of those that were written down.
    Recovery(String),
}

/// The second step of a sign-in.
pub struct MfaAnswer {
    /// What the first step gave.
    pub mfa_token: String,
    /// The second factor.
    pub code: MfaCode,
    /// The caller may not be given cookies.
    pub without_cookies: bool,
}

impl Auth {
    fn factors(&self) -> FactorServiceClient<Connection> {
        FactorServiceClient::new(self.connection())
    }

    /// Finishes a sign-in. True beside the grant: its refresh token goes into a cookie.
    ///
    /// # Errors
    /// `unauthenticated`, `origin_not_allowed`, `invalid_code`, `locked_out`; `unavailable` when auth can't be reached.
    pub async fn verify_mfa(&self, answer: MfaAnswer, device: Device) -> Result<(Grant, bool), Failure> {
        let request = proto::VerifyMfaRequest {
            mfa_token: answer.mfa_token,
            proof: Some(match answer.code {
                MfaCode::Totp(code) => MfaProof::Code(code),
                MfaCode::Recovery(code) => MfaProof::RecoveryCode(code),
            }),
            client: Some(device.into()),
            without_cookies: answer.without_cookies,
        };
        let answer = self.factors().verify_mfa(request).await.map_err(Failure::from_status)?.into_inner();
        Ok((grant(answer.session)?, answer.cookie))
    }

    /// Makes a secret that waits for its first code.
    ///
    /// # Errors
    /// Those of a proof, `conflict`; `unavailable` when auth can't be reached. So with all calls below.
    pub async fn start_totp(
        &self,
        caller: Principal,
        proof: Proof,
        device: Device,
    ) -> Result<TotpSecret, Failure> {
        let request = proto::StartTotpRequest { proof: Some(proof.into()), client: Some(device.into()) };
        let answer = self.factors().start_totp(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        Ok(TotpSecret::new(answer.secret, answer.otpauth_uri, &answer.qr_png))
    }

    /// Turns the factor on and gives the recovery codes.
    ///
    /// # Errors
    /// `invalid_code`, `locked_out`, `conflict`.
    pub async fn activate_totp(
        &self,
        caller: Principal,
        code: String,
        device: Device,
    ) -> Result<Vec<String>, Failure> {
        let request = caller.request(proto::ActivateTotpRequest { code, client: Some(device.into()) });
        let answer = self.factors().activate_totp(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().recovery_codes)
    }

    /// Gives new recovery codes.
    ///
    /// # Errors
    /// Those of a proof, `conflict`.
    pub async fn replace_recovery_codes(
        &self,
        caller: Principal,
        proof: Proof,
        device: Device,
    ) -> Result<Vec<String>, Failure> {
        let request =
            proto::ReplaceRecoveryCodesRequest { proof: Some(proof.into()), client: Some(device.into()) };
        let answer = self.factors().replace_recovery_codes(caller.request(request)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().recovery_codes)
    }

    /// Turns the factor off.
    ///
    /// # Errors
    /// Those of a proof, `conflict`.
    pub async fn disable_totp(&self, caller: Principal, proof: Proof, device: Device) -> Result<(), Failure> {
        let request = proto::DisableTotpRequest { proof: Some(proof.into()), client: Some(device.into()) };
        let answer = self.factors().disable_totp(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }
}
