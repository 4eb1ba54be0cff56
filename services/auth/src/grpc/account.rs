//! `pulsechat.auth.v1.AccountService`.

use std::sync::Arc;

use pulse_proto::auth::v1::account_service_server::AccountService;
use pulse_proto::auth::v1::{
    ChangeEmailRequest, ChangeEmailResponse, ChangePasswordRequest, ChangePasswordResponse,
    ChangeUsernameRequest, ChangeUsernameResponse, ForgotPasswordRequest, ForgotPasswordResponse,
    ResendVerificationRequest, ResendVerificationResponse, ResetPasswordRequest, ResetPasswordResponse,
    VerifyEmailRequest, VerifyEmailResponse,
};
use pulse_rpc::Failure;
use tonic::{Request, Response, Status};

use crate::domain::account::Email;
use crate::grpc::convert;
use crate::ops::email::EmailError;
use crate::ops::{Parts, email, password, username};

/// Serves the RPCs of passwords, addresses and names.
#[derive(Clone)]
pub struct AccountDoor(Arc<Parts>);

impl AccountDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl AccountService for AccountDoor {
    async fn change_password(
        &self,
        request: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let current = request.current_password.filter(|text| !text.is_empty()).map(Into::into);
        let changed = password::change(&self.0, &caller, current, &request.new_password.into()).await;
        changed.map_err(Failure::from)?;
        Ok(Response::new(ChangePasswordResponse {}))
    }

    async fn forgot_password(
        &self,
        request: Request<ForgotPasswordRequest>,
    ) -> Result<Response<ForgotPasswordResponse>, Status> {
        let request = request.into_inner();
        let email = Email::parse(&request.email).map_err(EmailError::Invalid).map_err(Failure::from)?;
        let client = convert::client(request.client);
        password::forget(&self.0, &email, &client).await.map_err(Failure::from)?;
        Ok(Response::new(ForgotPasswordResponse {}))
    }

    async fn reset_password(
        &self,
        request: Request<ResetPasswordRequest>,
    ) -> Result<Response<ResetPasswordResponse>, Status> {
        let request = request.into_inner();
        let client = convert::client(request.client);
        let reset = password::reset(&self.0, &request.token, &request.new_password.into(), &client).await;
        reset.map_err(Failure::from)?;
        Ok(Response::new(ResetPasswordResponse {}))
    }

    async fn change_email(
        &self,
        request: Request<ChangeEmailRequest>,
    ) -> Result<Response<ChangeEmailResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let proof = convert::proof(request.proof);
        let account = email::change(&self.0, &caller, &request.email, proof).await.map_err(Failure::from)?;
        Ok(Response::new(ChangeEmailResponse { account: Some(convert::account(account)) }))
    }

    async fn verify_email(
        &self,
        request: Request<VerifyEmailRequest>,
    ) -> Result<Response<VerifyEmailResponse>, Status> {
        let request = request.into_inner();
        let client = convert::client(request.client);
        let account = email::verify(&self.0, &request.token, &client).await.map_err(Failure::from)?;
        Ok(Response::new(VerifyEmailResponse { account: Some(convert::account(account)) }))
    }

    async fn resend_verification(
        &self,
        request: Request<ResendVerificationRequest>,
    ) -> Result<Response<ResendVerificationResponse>, Status> {
        let (caller, _) = convert::caller(request, |request| &request.client)?;
        email::resend(&self.0, caller.user_id).await.map_err(Failure::from)?;
        Ok(Response::new(ResendVerificationResponse {}))
    }

    async fn change_username(
        &self,
        request: Request<ChangeUsernameRequest>,
    ) -> Result<Response<ChangeUsernameResponse>, Status> {
        let (caller, request) = convert::caller(request, |request| &request.client)?;
        let account = username::change(&self.0, &caller, &request.username).await.map_err(Failure::from)?;
        Ok(Response::new(ChangeUsernameResponse { account: Some(convert::account(account)) }))
    }
}
