//! The second factor as its owner sees it (contract section 3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// A secret that waits for its first code. It can't be printed.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotpSecret {
    /// Base32 without padding, for typing it in.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// For an authenticator on this device.
    #[schema(
        example = "otpauth://totp/PulseChat:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=PulseChat"
    )]
    otpauth_uri: String,
    /// The same as a picture, a data URI.
    #[schema(example = "data:image/png;base64,iVBORw0KGgo=")]
    qr_png: String,
}

impl TotpSecret {
    /// `qr_png` is a PNG file.
    #[must_use]
    pub fn new(secret: String, otpauth_uri: String, qr_png: &[u8]) -> Self {
        let qr_png = format!("data:image/png;base64,{}", STANDARD.encode(qr_png));
        Self { secret, otpauth_uri, qr_png }
    }
}

/// Codes for the day when the authenticator is lost. They can't be printed.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten; each works once.
    pub recovery_codes: Vec<String>,
}
