//! Accounts and sessions.

use pulse_types::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What registration needs.
#[derive(Debug, Clone, Serialize)]
pub struct NewAccount {
    /// 3..32 characters.
    pub username: String,
    /// At most 254 characters.
    pub email: String,
    /// 10..128 characters.
    pub password: String,
    /// By default the username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl NewAccount {
    /// An account whose display name is its username.
    pub fn new(username: impl Into<String>, email: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: username.into(), email: email.into(), password: password.into(), display_name: None }
    }
}

/// A session with its tokens.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// Its id.
    pub session_id: SessionId,
    /// Who is signed in.
    pub user: Me,
    /// For the `Authorization` header.
    pub access_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// The end of the session.
    #[serde(with = "time::serde::rfc3339")]
    pub session_expires_at: OffsetDateTime,
    /// For the next refresh; absent when it is in a cookie.
    pub refresh_token: Option<String>,
    /// For the next sign-in on this device; absent after a refresh.
    pub device_token: Option<String>,
}

/// The password was right; the second factor is still to come.
#[derive(Debug, Clone, Deserialize)]
pub struct MfaChallenge {
    /// For the second step.
    pub mfa_token: String,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// `totp`, `recovery_code`.
    pub methods: Vec<String>,
}

/// What a sign-in answers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum LoginAnswer {
    Session(Box<Session>),
    Mfa(MfaChallenge),
}

/// The signed-in person.
#[derive(Debug, Clone, Deserialize)]
pub struct Me {
    /// Their id.
    pub id: UserId,
    /// Their unique name.
    pub username: String,
    /// Their shown name.
    pub display_name: String,
    /// What they say of themselves.
    #[serde(default)]
    pub bio: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether it was shown to be theirs.
    #[serde(default)]
    pub email_verified: bool,
    /// The address that waits to be verified.
    pub pending_email: Option<String>,
    /// Whether they can sign in by password.
    #[serde(default)]
    pub has_password: bool,
    /// Whether a second factor is active.
    #[serde(default)]
    pub totp_enabled: bool,
    /// `operator`, or nothing.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Everything they chose.
    pub settings: serde_json::Value,
}

/// Changes of oneself; what is absent stays.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Profile {
    /// The shown name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What one says of oneself; empty clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// The unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Settings by key.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// A signed-in device in the list.
#[derive(Debug, Clone, Deserialize)]
pub struct SessionInfo {
    /// Its session.
    pub session_id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it signed in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last refreshed.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// The end of its session.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Its `User-Agent`.
    pub user_agent: String,
    /// Its address.
    pub ip: String,
    /// `password`, or the id of a provider.
    pub method: String,
}

/// Something that happened to an account.
#[derive(Debug, Clone, Deserialize)]
pub struct SecurityEvent {
    /// Its id.
    pub id: Uuid,
    /// Like `session.started`.
    pub event: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From where.
    pub ip: String,
    /// By what.
    pub user_agent: String,
}

/// A second factor that waits for its first code.
#[derive(Debug, Clone, Deserialize)]
pub struct TotpSecret {
    /// Base32.
    pub secret: String,
    /// The same as an address.
    pub otpauth_uri: String,
    /// The same as a picture, a data URI.
    pub qr_png: String,
}

/// An outside provider.
#[derive(Debug, Clone, Deserialize)]
pub struct Provider {
    /// Like `google`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where a browser begins.
    pub start_url: String,
}

/// An identity that is linked to an account.
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    /// The provider's id.
    pub provider: String,
    /// What people call the provider.
    pub name: String,
    /// The address that the provider tells.
    pub email: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RecoveryCodes {
    pub(crate) recovery_codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Redirection {
    pub(crate) url: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExportStarted {
    pub(crate) export_id: Uuid,
}
