//! `AccountService`: passwords, addresses and names.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::account_service_client::AccountServiceClient;
use pulse_rpc::{Connection, Failure, Principal};

use super::{Auth, Device, Proof};
use crate::clients::convert;
use crate::domain::session::Account;

/// A change of the caller's password.
pub struct PasswordChange {
    /// Absent when the account has none.
    pub current: Option<String>,
    /// As it was typed.
    pub new: String,
}

impl Auth {
    fn accounts(&self) -> AccountServiceClient<Connection> {
        AccountServiceClient::new(self.connection())
    }

    /// Changes the caller's password and ends their other sessions.
    ///
    /// # Errors
    /// Those of a proof, `validation_failed`; `unavailable` when auth can't be reached, as with all calls below.
    pub async fn change_password(
        &self,
        caller: Principal,
        change: PasswordChange,
        device: Device,
    ) -> Result<(), Failure> {
        let request = proto::ChangePasswordRequest {
            current_password: change.current,
            new_password: change.new,
            client: Some(device.into()),
        };
        let answer = self.accounts().change_password(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Mails a link to the account of an address, if there is one.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn forgot_password(&self, email: String, device: Device) -> Result<(), Failure> {
        let request = proto::ForgotPasswordRequest { email, client: Some(device.into()) };
        self.accounts().forgot_password(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Sets a password by the token of a mail.
    ///
    /// # Errors
    /// `validation_failed`, `invalid_code`.
    pub async fn reset_password(
        &self,
        token: String,
        new_password: String,
        device: Device,
    ) -> Result<(), Failure> {
        let request = proto::ResetPasswordRequest { token, new_password, client: Some(device.into()) };
        self.accounts().reset_password(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Asks for another address.
    ///
    /// # Errors
    /// Those of a proof, `validation_failed`.
    pub async fn change_email(
        &self,
        caller: Principal,
        email: String,
        proof: Proof,
        device: Device,
    ) -> Result<(), Failure> {
        let request =
            proto::ChangeEmailRequest { email, proof: Some(proof.into()), client: Some(device.into()) };
        let answer = self.accounts().change_email(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Verifies an address by the token of a mail.
    ///
    /// # Errors
    /// `invalid_code`, `conflict`.
    pub async fn verify_email(&self, token: String, device: Device) -> Result<(), Failure> {
        let request = proto::VerifyEmailRequest { token, client: Some(device.into()) };
        self.accounts().verify_email(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Mails another link for the address that waits, if one does.
    ///
    /// # Errors
    /// `unavailable` when auth can't be reached.
    pub async fn resend_verification(&self, caller: Principal, device: Device) -> Result<(), Failure> {
        let request = caller.request(proto::ResendVerificationRequest { client: Some(device.into()) });
        self.accounts().resend_verification(request).await.map(drop).map_err(Failure::from_status)
    }

    /// Gives the caller another username.
    ///
    /// # Errors
    /// `validation_failed`, `username_taken`.
    pub async fn change_username(
        &self,
        caller: Principal,
        username: String,
        device: Device,
    ) -> Result<Account, Failure> {
        let request = proto::ChangeUsernameRequest { username, client: Some(device.into()) };
        let answer = self.accounts().change_username(caller.request(request)).await;
        convert::account(answer.map_err(Failure::from_status)?.into_inner().account)
    }
}
