//! A copy of one's data, and the end of one's account.

use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::account::add;
use super::{SignedIn, refusal};
use crate::error::Error;
use crate::models::ExportStarted;

/// The state of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Export {
    /// It is being made.
    Pending,
    /// A ZIP.
    Ready(Vec<u8>),
}

impl SignedIn {
    /// Asks for a copy of all one's data.
    ///
    /// # Errors
    /// [`Error::Refused`] with `rate_limited`, and as every call.
    pub async fn start_export(&self) -> Result<Uuid, Error> {
        let started: ExportStarted = self.call(Method::POST, "/v1/me/export", None).await?;
        Ok(started.export_id)
    }

    /// The copy, if it is finished.
    ///
    /// # Errors
    /// [`Error::Refused`] with `not_found`, and as every call.
    pub async fn export(&self, export_id: Uuid) -> Result<Export, Error> {
        let response = self.authorized(Method::GET, &format!("/v1/me/export/{export_id}")).send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        match status {
            StatusCode::OK => Ok(Export::Ready(bytes.into())),
            StatusCode::ACCEPTED => Ok(Export::Pending),
            _ => Err(refusal(status, &bytes)),
        }
    }

    /// Deletes the account; with `erase` its messages too.
    ///
    /// # Errors
    /// [`Error::Refused`] with `invalid_credentials`, `invalid_code`, `reauthentication_required`, `validation_failed`, and as
    /// every call.
    pub async fn delete_me(
        &self,
        password: Option<&str>,
        code: Option<&str>,
        erase: bool,
    ) -> Result<(), Error> {
        let mut body = json!({"messages": if erase { "erase" } else { "keep" }});
        add(&mut body, "password", password);
        add(&mut body, "code", code);
        self.tell(Method::DELETE, "/v1/me", Some(&body)).await
    }
}
