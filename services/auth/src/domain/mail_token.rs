//! Tokens of the links in mails: each works once, and a new mail voids the account's earlier one of its kind.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_types::UserId;

use crate::domain::sealing::{CryptoError, random};
use crate::domain::secret::{TokenHash, read, sha256};

const PREFIX: &str = "pulse_mt_";

/// What the link of a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Shows that an address is its account's.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
}

impl TokenKind {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long it works.
    #[must_use]
    pub const fn ttl(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::from_secs(24 * 3600),
            Self::ResetPassword => Duration::from_secs(3600),
        }
    }
}

/// Whose token it is, and the address that its mail went to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// Whose account.
    pub user_id: UserId,
    /// The address, for comparison.
    pub email_lower: String,
}

/// 32 random bytes in base64url behind a prefix, known to who reads the mail. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct MailToken([u8; 32]);

impl std::fmt::Debug for MailToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailToken(..)")
    }
}

impl MailToken {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        random().map(Self)
    }

    /// Reads what a person sent; `None` if it is no such token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(PREFIX, text).map(Self)
    }

    /// The text in the link.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_prints_nothing() {
        let token = MailToken::generate().expect("random");
        assert_eq!(MailToken::parse(&token.reveal()), Some(token.clone()));
        assert_eq!(MailToken::parse(&token.reveal().replace("_mt_", "_rt_")), None);
        assert_eq!(MailToken::parse(""), None);
        assert_eq!(format!("{token:?}"), "MailToken(..)");
    }
}
