//! Secrets that people's devices keep: refresh tokens, device tokens and the tokens of half-done sign-ins. Only their hashes
//! are stored.
//!
//! A token is 32 random bytes in base64url behind a prefix by which scanners of leaked secrets recognise it.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::sealing::{CryptoError, SealingKey, random};

const REFRESH_PREFIX: &str = "pulse_rt_";
const DEVICE_PREFIX: &str = "pulse_dt_";
const MFA_PREFIX: &str = "pulse_mfa_";
/// What the key of a successor is derived for.
const SUCCESSOR_LABEL: &[u8] = b"pulse refresh successor v1";
/// What the key of a device token in a challenge is derived for.
const CHALLENGE_LABEL: &[u8] = b"pulse mfa device v1";

/// SHA-256 of a token: what the database knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The bytes, for the database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    // SHA-256 gives 32 bytes.
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// A key that only this secret gives, for one purpose.
pub(crate) fn derive(secret: &[u8; 32], label: &[u8]) -> SealingKey {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), label);
    let mut key = [0; 32];
    // HMAC-SHA-256 gives 32 bytes.
    key.copy_from_slice(tag.as_ref());
    SealingKey::new(key)
}

pub(crate) fn read(prefix: &str, text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?.try_into().ok()
}

/// Keeps a session going: each use gives a successor. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken([u8; 32]);

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl RefreshToken {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        random().map(Self)
    }

    /// Reads what a device sent; `None` if it is no refresh token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(REFRESH_PREFIX, text).map(Self)
    }

    /// The text that the device keeps.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{REFRESH_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }

    /// Seals the successor of this token so that only this token opens it: whoever reads the database learns neither, and
    /// no key has to be kept for it.
    ///
    /// # Errors
    /// [`CryptoError::Seal`] when the system fails.
    pub fn seal_successor(&self, successor: &Self) -> Result<Vec<u8>, CryptoError> {
        derive(&self.0, SUCCESSOR_LABEL).seal(self.hash().as_bytes(), &successor.0)
    }

    /// Opens what [`RefreshToken::seal_successor`] of the same token sealed.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for anything else.
    pub fn open_successor(&self, sealed: &[u8]) -> Result<Self, CryptoError> {
        let opened = derive(&self.0, SUCCESSOR_LABEL).open(self.hash().as_bytes(), sealed)?;
        opened.try_into().map(Self).map_err(|_| CryptoError::Open)
    }
}

/// Shows that a device signed in to an account before. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken([u8; 32]);

impl std::fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceToken(..)")
    }
}

impl DeviceToken {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        random().map(Self)
    }

    /// Reads what a device sent; `None` if it is no device token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(DEVICE_PREFIX, text).map(Self)
    }

    /// The text that the device keeps.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{DEVICE_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }
}

/// Shows that somebody gave the first of two factors. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaToken([u8; 32]);

impl std::fmt::Debug for MfaToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MfaToken(..)")
    }
}

impl MfaToken {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        random().map(Self)
    }

    /// Reads what a device sent; `None` if it is no such token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(MFA_PREFIX, text).map(Self)
    }

    /// The text that the device keeps.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{MFA_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }

    /// Seals the device token that the sign-in showed, so that only this token opens it.
    ///
    /// # Errors
    /// [`CryptoError::Seal`] when the system fails.
    pub fn seal_device(&self, device: &DeviceToken) -> Result<Vec<u8>, CryptoError> {
        derive(&self.0, CHALLENGE_LABEL).seal(self.hash().as_bytes(), &device.0)
    }

    /// Opens what [`MfaToken::seal_device`] of the same token sealed.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for anything else.
    pub fn open_device(&self, sealed: &[u8]) -> Result<DeviceToken, CryptoError> {
        let opened = derive(&self.0, CHALLENGE_LABEL).open(self.hash().as_bytes(), sealed)?;
        opened.try_into().map(DeviceToken).map_err(|_| CryptoError::Open)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_read_back_and_is_of_one_kind() {
        let token = RefreshToken::generate().expect("random");
        assert!(token.reveal().starts_with("pulse_rt_"));
        assert_eq!(RefreshToken::parse(&token.reveal()), Some(token.clone()));
        assert_eq!(DeviceToken::parse(&token.reveal()), None);
        assert_eq!(MfaToken::parse(&token.reveal()), None);
        assert_eq!(format!("{token:?}"), "RefreshToken(..)");
    }

    #[test]
    fn a_successor_is_opened_by_its_predecessor_alone() {
        let [old, new, other] = [(); 3].map(|()| RefreshToken::generate().expect("random"));
        let sealed = old.seal_successor(&new).expect("sealed");
        assert_eq!(old.open_successor(&sealed).expect("opened"), new);
        assert!(other.open_successor(&sealed).is_err());
    }

    #[test]
    fn a_device_token_is_opened_by_its_challenge_alone() {
        let [challenge, other] = [(); 2].map(|()| MfaToken::generate().expect("random"));
        let device = DeviceToken::generate().expect("random");
        let sealed = challenge.seal_device(&device).expect("sealed");
        assert_eq!(challenge.open_device(&sealed).expect("opened"), device);
        assert!(other.open_device(&sealed).is_err());
        assert_eq!(format!("{challenge:?}"), "MfaToken(..)");
    }

    proptest! {
        #[test]
        fn garbage_is_no_token(text in "(pulse_rt_)?.{0,60}") {
            if let Some(token) = RefreshToken::parse(&text) {
                prop_assert_eq!(token.reveal(), text, "a token has one spelling");
            }
        }
    }
}
