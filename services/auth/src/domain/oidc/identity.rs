//! Who somebody is at an issuer, and whose account that is here.

use pulse_types::UserId;
use time::OffsetDateTime;

/// Who somebody is elsewhere: this, and never an address, says who they are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityKey {
    /// Who vouches, exactly as written.
    pub issuer: String,
    /// Whom the issuer means; never given to anybody else there.
    pub subject: String,
}

/// A way to sign in to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who they are there.
    pub key: IdentityKey,
    /// Whose account.
    pub user_id: UserId,
    /// Under which id the issuer was configured when it was linked.
    pub provider_id: String,
    /// The address that the issuer told then.
    pub email: Option<String>,
    /// When it was linked.
    pub created_at: OffsetDateTime,
}
