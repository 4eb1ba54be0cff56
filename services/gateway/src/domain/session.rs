//! Signed-in devices and what a sign-in gives (contract section 3).

use pulse_types::{SessionId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::moment::Moment;
use crate::domain::user::Me;

/// The one type of access token there is.
pub const TOKEN_TYPE: &str = "Bearer";

/// A signed-in device with its tokens.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Session {
    /// Names the session, and its cookie `pulse_rt_<session_id>`.
    #[schema(value_type = uuid::Uuid)]
    pub session_id: SessionId,
    /// Who signed in.
    pub user: Me,
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 300)]
    pub expires_in: u32,
    /// The absolute end of the session.
    pub session_expires_at: Moment,
    /// Absent when it is kept in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
    /// Send it with the next sign-in on this device; only from a sign-in without `cookie`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device_token: Option<String>,
}

/// The password was right; a second factor is needed.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MfaChallenge {
    /// Always true.
    #[schema(example = true)]
    pub mfa_required: bool,
    /// Shows that the password was right.
    pub mfa_token: String,
    /// Seconds until `mfa_token` ends.
    #[schema(example = 300)]
    pub expires_in: u32,
    /// `totp`, `recovery_code`.
    #[schema(example = json!(["totp", "recovery_code"]))]
    pub methods: Vec<String>,
}

/// A signed-in device, as its owner sees it in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionInfo {
    /// The session.
    #[schema(value_type = uuid::Uuid)]
    pub session_id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    pub created_at: Moment,
    /// When it was last refreshed.
    pub last_used_at: Moment,
    /// Its absolute end.
    pub expires_at: Moment,
    /// `User-Agent`, at most 512 characters; may be empty.
    #[schema(max_length = 512, example = "Mozilla/5.0")]
    pub user_agent: String,
    /// Address of the client; may be empty.
    #[schema(example = "203.0.113.9")]
    pub ip: String,
    /// `password`, or the id of an outside provider.
    #[schema(example = "password")]
    pub method: String,
}

/// Something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecurityEvent {
    /// Names the event.
    pub id: Uuid,
    /// Like `session.started`, `sign_in.failed`, `password.changed`.
    #[schema(example = "session.started")]
    pub event: String,
    /// When.
    pub created_at: Moment,
    /// Address of the client; may be empty.
    #[schema(example = "203.0.113.9")]
    pub ip: String,
    /// `User-Agent`; may be empty.
    #[schema(example = "Mozilla/5.0")]
    pub user_agent: String,
}

/// What auth knows of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user_id: UserId,
    /// Lower case, unique.
    pub username: String,
    /// Absent when the account has no address.
    pub email: Option<String>,
    /// Whether the address was shown to be theirs.
    pub email_verified: bool,
    /// A new address that waits to be verified.
    pub pending_email: Option<String>,
    /// Whether they can sign in by password.
    pub has_password: bool,
    /// Whether a second factor is active.
    pub totp_enabled: bool,
    /// `operator`, or nothing.
    pub roles: Vec<String>,
    /// When the account was made.
    pub created_at: Moment,
}

/// A session as auth grants it. Its tokens are secrets, so it can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub account: Account,
    /// `EdDSA` JWT.
    pub access_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u32,
    /// The absolute end of the session.
    pub session_expires_at: Moment,
    /// Its successor is given by each refresh.
    pub refresh_token: String,
    /// Absent after a refresh and when cookies are used.
    pub device_token: Option<String>,
}

/// The outcomes of a sign-in.
pub enum SignIn {
    /// Signed in.
    Granted(Grant),
    /// The second factor is still to come.
    Mfa(MfaChallenge),
}
