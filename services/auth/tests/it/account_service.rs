//! Calls of AccountService for a test, and the mails that they bring.

use std::time::Duration;

use pulse_proto::auth::v1::account_service_client::AccountServiceClient;
use pulse_proto::auth::v1::{
    Account, ChangeEmailRequest, ChangePasswordRequest, ChangeUsernameRequest, ClientInfo,
    ForgotPasswordRequest, Proof, ResendVerificationRequest, ResetPasswordRequest, SessionGrant,
    VerifyEmailRequest,
};
use pulse_rpc::{Connection, Failure, Principal, ServiceName};
use pulse_testkit::{Eml, eventually};

use crate::support::{Auth, PASSWORD, account};

pub(crate) const NEW_PASSWORD: &str = "another good password";

pub(crate) fn principal(grant: &SessionGrant) -> Principal {
    Principal {
        user_id: account(grant).user_id.parse().unwrap(),
        session_id: grant.session_id.parse().unwrap(),
    }
}

impl Auth {
    pub(crate) fn accounts(&self) -> AccountServiceClient<Connection> {
        AccountServiceClient::new(self.connection(ServiceName::Gateway))
    }

    pub(crate) async fn change_password(
        &self,
        grant: &SessionGrant,
        current: Option<&str>,
        new: &str,
    ) -> Result<(), Failure> {
        let request = ChangePasswordRequest {
            current_password: current.map(str::to_owned),
            new_password: new.to_owned(),
            client: None,
        };
        let answer = self.accounts().change_password(principal(grant).request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// A moment after what was before: mails are ordered by their time.
    pub(crate) async fn forgot_password(&self, email: &str) -> Result<(), Failure> {
        self.advance(1);
        let request = ForgotPasswordRequest { email: email.to_owned(), client: None };
        self.accounts().forgot_password(request).await.map(drop).map_err(Failure::from_status)
    }

    pub(crate) async fn reset_password(&self, token: &str, new: &str) -> Result<(), Failure> {
        let request =
            ResetPasswordRequest { token: token.to_owned(), new_password: new.to_owned(), client: None };
        self.accounts().reset_password(request).await.map(drop).map_err(Failure::from_status)
    }

    pub(crate) async fn change_email(&self, grant: &SessionGrant, email: &str) -> Result<Account, Failure> {
        let proof = Proof { password: Some(PASSWORD.to_owned()), code: None };
        let request = ChangeEmailRequest { email: email.to_owned(), proof: Some(proof), client: None };
        let answer = self.accounts().change_email(principal(grant).request(request)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().account.unwrap())
    }

    pub(crate) async fn verify_email(&self, token: &str) -> Result<Account, Failure> {
        let client = ClientInfo { user_agent: "test".to_owned(), ip: "127.0.0.1".to_owned() };
        let request = VerifyEmailRequest { token: token.to_owned(), client: Some(client) };
        let answer = self.accounts().verify_email(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().account.unwrap())
    }

    /// As [`Auth::forgot_password`].
    pub(crate) async fn resend_verification(&self, grant: &SessionGrant) {
        self.advance(1);
        let request = principal(grant).request(ResendVerificationRequest { client: None });
        self.accounts().resend_verification(request).await.unwrap();
    }

    pub(crate) async fn change_username(
        &self,
        grant: &SessionGrant,
        username: &str,
    ) -> Result<Account, Failure> {
        let request = ChangeUsernameRequest { username: username.to_owned(), client: None };
        let answer = self.accounts().change_username(principal(grant).request(request)).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().account.unwrap())
    }

    /// The mails of a kind to an address, once there are `count`.
    pub(crate) async fn mails(&self, to: &str, kind: &str, count: usize) -> Vec<Eml> {
        Eml::wait_for(self.world.mail_dir.path(), to, kind, count).await.unwrap()
    }

    /// The token of the only mail of a kind to an address.
    pub(crate) async fn mailed_token(&self, to: &str, kind: &str) -> String {
        self.last_token(to, kind, 1).await
    }

    /// The token of the last of `count` mails of a kind to an address.
    pub(crate) async fn last_token(&self, to: &str, kind: &str, count: usize) -> String {
        let mails = self.mails(to, kind, count).await;
        assert_eq!(mails.len(), count);
        mails.last().unwrap().token().to_owned()
    }

    /// All kinds of mails that an address got so far.
    pub(crate) fn kinds(&self, to: &str) -> Vec<String> {
        let mails = Eml::read_folder(self.world.mail_dir.path()).unwrap();
        mails.iter().filter(|mail| mail.header("To") == to).map(|mail| mail.kind().to_owned()).collect()
    }

    /// Registers and verifies the address `<username>@example.org`.
    pub(crate) async fn register_verified(&self, username: &str) -> SessionGrant {
        let grant = self.register(username).await;
        let token = self.mailed_token(&format!("{username}@example.org"), "verify_email").await;
        assert!(self.verify_email(&token).await.unwrap().email_verified);
        grant
    }

    /// Waits until every request for a link was answered and every mail has left.
    pub(crate) async fn until_no_mail_waits(&self) {
        let pool = self.pool().await;
        let ask = || async {
            let count = "SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM mail_requests)";
            let count: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
            (count == 0).then_some(())
        };
        eventually(Duration::from_secs(15), ask).await.unwrap();
    }

    /// The security history of an account, oldest first.
    pub(crate) async fn history(&self, grant: &SessionGrant) -> Vec<String> {
        let pool = self.pool().await;
        let user_id = principal(grant).user_id.as_uuid();
        let events = sqlx::query_scalar("SELECT event FROM audit_log WHERE user_id = $1 ORDER BY position");
        events.bind(user_id).fetch_all(&pool).await.unwrap()
    }
}
