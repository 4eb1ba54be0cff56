//! Sealing: AES-256-GCM with a random nonce, bound to what the sealed thing belongs to. And where randomness comes from.

use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What can go wrong with keys and random numbers. None of it is the caller's doing.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The system gave no random bytes.
    #[error("the system's random source failed")]
    Random,
    /// Encryption failed.
    #[error("sealing failed")]
    Seal,
    /// Sealed with another key, for something else, or altered.
    #[error("the sealed bytes can't be opened with this key")]
    Open,
    /// The key is not an Ed25519 key.
    #[error("the bytes are not an Ed25519 key")]
    Key,
    /// Signing failed.
    #[error("an access token can't be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// There is no key to sign with.
    #[error("there is no active signing key")]
    NoSigningKey,
}

/// The sealing key of the settings is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealing key is 32 bytes in base64url without padding")]
pub struct InvalidSealingKey;

/// 32 secret bytes under which other secrets are kept. It prints nothing.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

impl FromStr for SealingKey {
    type Err = InvalidSealingKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| InvalidSealingKey)?;
        bytes.try_into().map(Self).map_err(|_| InvalidSealingKey)
    }
}

impl SealingKey {
    /// Takes 32 secret bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key of its own for another purpose, which `label` names: HMAC-SHA-256 of the label.
    #[must_use]
    pub fn derive(&self, label: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), label);
        let mut key = [0; 32];
        // HMAC-SHA-256 gives 32 bytes.
        key.copy_from_slice(tag.as_ref());
        key
    }

    /// Seals `plain`; only the same key opens it, and only for the same `owner`. The result is the nonce, the ciphertext
    /// and the tag.
    ///
    /// # Errors
    /// [`CryptoError::Seal`] when the system fails.
    pub fn seal(&self, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| CryptoError::Seal)?;
        let mut sealed = plain.to_vec();
        let nonce =
            key.seal_in_place_append_tag(Aad::from(owner), &mut sealed).map_err(|_| CryptoError::Seal)?;
        let nonce: &[u8; NONCE_LEN] = nonce.as_ref();
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`SealingKey::seal`] sealed for `owner`.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for anything else.
    pub fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| CryptoError::Open)?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(CryptoError::Open)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CryptoError::Open)?;
        let mut sealed = sealed.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(owner), &mut sealed).map_err(|_| CryptoError::Open)?;
        Ok(plain.to_vec())
    }
}

/// Bytes that nobody can guess.
///
/// # Errors
/// [`CryptoError::Random`] when the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| CryptoError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_and_the_owner_open() {
        let key = SealingKey::new([1; 32]);
        let sealed = key.seal(b"owner", b"secret").expect("sealed");
        assert_eq!(key.open(b"owner", &sealed).expect("opened"), b"secret");
        assert!(key.open(b"other", &sealed).is_err());
        assert!(SealingKey::new([2; 32]).open(b"owner", &sealed).is_err());
        assert!(key.open(b"owner", &sealed[..20]).is_err());
        assert!(key.open(b"owner", b"").is_err());
        assert_ne!(sealed, key.seal(b"owner", b"secret").expect("sealed"), "each nonce is new");
    }

    #[test]
    fn a_key_is_read_and_never_printed() {
        let key: SealingKey = URL_SAFE_NO_PAD.encode([9; 32]).parse().expect("a key");
        assert_eq!(format!("{key:?}"), "SealingKey(..)");
        assert_eq!("AAAA".parse::<SealingKey>().err(), Some(InvalidSealingKey));
    }
}
