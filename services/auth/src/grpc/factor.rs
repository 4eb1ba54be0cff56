//! `pulsechat.auth.v1.FactorService`.

use std::sync::Arc;

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::factor_service_server::FactorService;
use pulse_proto::auth::v1::verify_mfa_request::Proof as MfaProof;
use pulse_proto::auth::v1::{
    ActivateTotpRequest, ActivateTotpResponse, DisableTotpRequest, DisableTotpResponse,
    ReplaceRecoveryCodesRequest, ReplaceRecoveryCodesResponse, StartTotpRequest, StartTotpResponse,
    VerifyMfaRequest, VerifyMfaResponse,
};
use pulse_rpc::Failure;
use tonic::{Request, Response, Status};

use crate::domain::secret::MfaToken;
use crate::domain::totp::{Code, RecoveryCode};
use crate::grpc::convert;
use crate::ops::mfa::{Answer, VerifyError};
use crate::ops::{Parts, factor, mfa};

/// Serves the RPCs of second factors.
#[derive(Clone)]
pub struct FactorDoor(Arc<Parts>);

impl FactorDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl FactorService for FactorDoor {
    async fn verify_mfa(
        &self,
        request: Request<VerifyMfaRequest>,
    ) -> Result<Response<VerifyMfaResponse>, Status> {
        let answer = read_answer(request.into_inner())?;
        let result = mfa::verify(&self.0, answer).await;
        let outcome = match &result {
            Ok(_) => "signed_in",
            Err(VerifyError::Unknown) => "unknown",
            Err(VerifyError::WithoutCookies) => "without_cookies",
            Err(VerifyError::WrongCode) => "wrong_code",
            Err(VerifyError::LockedOut(_)) => "locked_out",
            Err(VerifyError::Store(_) | VerifyError::Grant(_)) => "failed",
        };
        metrics::counter!("pulse_auth_second_steps_total", "outcome" => outcome).increment(1);
        let (grant, cookie) = result.map_err(Failure::from)?;
        Ok(Response::new(VerifyMfaResponse { session: Some(convert::grant(grant)), cookie }))
    }

    async fn start_totp(
        &self,
        request: Request<StartTotpRequest>,
    ) -> Result<Response<StartTotpResponse>, Status> {
        let (caller, StartTotpRequest { proof, .. }) = convert::caller(request, |request| &request.client)?;
        let setup = factor::start(&self.0, &caller, convert::proof(proof)).await.map_err(Failure::from)?;
        Ok(Response::new(StartTotpResponse {
            secret: setup.secret,
            otpauth_uri: setup.otpauth_uri,
            qr_png: setup.qr_png,
        }))
    }

    async fn activate_totp(
        &self,
        request: Request<ActivateTotpRequest>,
    ) -> Result<Response<ActivateTotpResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let codes = factor::activate(&self.0, &caller, &request.code).await.map_err(Failure::from)?;
        Ok(Response::new(ActivateTotpResponse { recovery_codes: reveal(&codes) }))
    }

    async fn replace_recovery_codes(
        &self,
        request: Request<ReplaceRecoveryCodesRequest>,
    ) -> Result<Response<ReplaceRecoveryCodesResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let proof = convert::proof(request.proof);
        let codes = factor::replace_recovery_codes(&self.0, &caller, proof).await.map_err(Failure::from)?;
        Ok(Response::new(ReplaceRecoveryCodesResponse { recovery_codes: reveal(&codes) }))
    }

    async fn disable_totp(
        &self,
        request: Request<DisableTotpRequest>,
    ) -> Result<Response<DisableTotpResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        factor::disable(&self.0, &caller, convert::proof(request.proof)).await.map_err(Failure::from)?;
        Ok(Response::new(DisableTotpResponse {}))
    }
}

fn reveal(codes: &[RecoveryCode]) -> Vec<String> {
    codes.iter().map(RecoveryCode::reveal).collect()
}

fn read_answer(request: proto::VerifyMfaRequest) -> Result<Answer, Failure> {
    let missing = |field| Failure::invalid_field(field, "required", "must be given");
    let code = match request.proof {
        Some(MfaProof::Code(typed)) if typed.trim().is_empty() => return Err(missing("code")),
        Some(MfaProof::RecoveryCode(typed)) if typed.trim().is_empty() => {
            return Err(missing("recovery_code"));
        }
        Some(MfaProof::Code(typed)) => Code::parse_totp(&typed),
        Some(MfaProof::RecoveryCode(typed)) => Code::parse_recovery(&typed),
        None => return Err(missing("code")),
    };
    Ok(Answer {
        token: MfaToken::parse(&request.mfa_token).ok_or(VerifyError::Unknown)?,
        code,
        without_cookies: request.without_cookies,
        client: convert::client(request.client),
    })
}
