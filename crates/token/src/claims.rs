//! What an access token says: RFC 9068 claims, as contract section 3 lists them.

use pulse_types::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// `aud` of every access token.
pub const AUDIENCE: &str = "pulsechat";
/// `typ` in the header of every access token (RFC 9068).
pub const TOKEN_TYPE: &str = "at+jwt";

/// Claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The public URL of the installation.
    pub iss: String,
    /// Always [`AUDIENCE`].
    pub aud: String,
    /// The person.
    pub sub: UserId,
    /// The signed-in device.
    pub sid: SessionId,
    /// `operator`, or nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// When it was signed, Unix time in seconds.
    pub iat: i64,
    /// When it ends, Unix time in seconds.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
}
