//! The second factor.

use reqwest::Method;
use serde_json::json;

use super::SignedIn;
use super::account::add;
use crate::error::Error;
use crate::models::{RecoveryCodes, TotpSecret};

impl SignedIn {
    /// Makes a secret that waits for its first code.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_credentials`, `reauthentication_required` or `conflict`, and as every call.
    pub async fn start_totp(&self, password: Option<&str>) -> Result<TotpSecret, Error> {
        let mut body = json!({});
        add(&mut body, "password", password);
        self.call(Method::POST, "/v1/auth/totp", Some(&body)).await
    }

    /// Turns the factor on; gives the recovery codes.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_code`, `locked_out` or `conflict`, and as every call.
    pub async fn activate_totp(&self, code: &str) -> Result<Vec<String>, Error> {
        let body = json!({"code": code});
        let codes: RecoveryCodes = self.call(Method::POST, "/v1/auth/totp/activate", Some(&body)).await?;
        Ok(codes.recovery_codes)
    }

    /// Gives new recovery codes.
    ///
    /// # Errors
    /// As [`SignedIn::start_totp`], and `invalid_code`.
    pub async fn replace_recovery_codes(
        &self,
        password: Option<&str>,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let mut body = json!({"code": code});
        add(&mut body, "password", password);
        let path = "/v1/auth/totp/recovery-codes";
        let codes: RecoveryCodes = self.call(Method::POST, path, Some(&body)).await?;
        Ok(codes.recovery_codes)
    }

    /// Turns the factor off.
    ///
    /// # Errors
    /// As [`SignedIn::replace_recovery_codes`].
    pub async fn disable_totp(&self, password: Option<&str>, code: &str) -> Result<(), Error> {
        let mut body = json!({"code": code});
        add(&mut body, "password", password);
        self.tell(Method::DELETE, "/v1/auth/totp", Some(&body)).await
    }
}
