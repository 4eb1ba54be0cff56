//! Oneself: profile, password and address.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, SignedIn};
use crate::error::Error;
use crate::models::{Me, Profile};

impl Client {
    /// Asks for a link to set a new password. The answer tells nothing.
    ///
    /// # Errors
    /// As every call.
    pub async fn forgot_password(&self, email: &str) -> Result<(), Error> {
        self.post::<Value>("/v1/auth/password/forgot", &json!({"email": email})).await.map(drop)
    }

    /// Sets a new password by the token of a mail.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_code` or `validation_failed`, and as every call.
    pub async fn reset_password(&self, token: &str, new_password: &str) -> Result<(), Error> {
        let body = json!({"token": token, "new_password": new_password});
        self.post::<Value>("/v1/auth/password/reset", &body).await.map(drop)
    }

    /// Verifies an address by the token of a mail.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_code` or `conflict`, and as every call.
    pub async fn verify_email(&self, token: &str) -> Result<(), Error> {
        self.post::<Value>("/v1/auth/email/verify", &json!({"token": token})).await.map(drop)
    }
}

impl SignedIn {
    /// The signed-in person.
    ///
    /// # Errors
    /// As every call.
    pub async fn me(&self) -> Result<Me, Error> {
        self.call(Method::GET, "/v1/me", None).await
    }

    /// Changes profile, settings or name: all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with `validation_failed` or `username_taken`, and as every call.
    pub async fn update_me(&self, profile: &Profile) -> Result<Me, Error> {
        let body = serde_json::to_value(profile).unwrap_or_default();
        self.call(Method::PATCH, "/v1/me", Some(&body)).await
    }

    /// Changes the password, or sets the first one; ends the other sessions.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_credentials`, `validation_failed`, `reauthentication_required`, and as every call.
    pub async fn change_password(&self, current: Option<&str>, new: &str) -> Result<(), Error> {
        let mut body = json!({"new_password": new});
        add(&mut body, "current_password", current);
        self.tell(Method::POST, "/v1/auth/password", Some(&body)).await
    }

    /// Asks for another address.
    ///
    /// # Errors
    /// As [`SignedIn::change_password`].
    pub async fn change_email(&self, email: &str, password: Option<&str>) -> Result<(), Error> {
        let mut body = json!({"email": email});
        add(&mut body, "password", password);
        self.tell(Method::POST, "/v1/auth/email", Some(&body)).await
    }

    /// Asks for another link to verify the address.
    ///
    /// # Errors
    /// As every call.
    pub async fn resend_verification(&self) -> Result<(), Error> {
        self.tell(Method::POST, "/v1/auth/email/resend", None).await
    }
}

/// Adds a field, unless it is absent.
pub(super) fn add(body: &mut Value, name: &str, value: Option<&str>) {
    if let (Some(value), Some(fields)) = (value, body.as_object_mut()) {
        fields.insert(name.to_owned(), json!(value));
    }
}
