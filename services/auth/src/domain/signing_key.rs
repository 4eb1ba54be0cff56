//! The Ed25519 keys that sign access tokens (RFC 8037, RFC 9068). How a token is verified is in `crates/token`.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pulse_token::{Claims, TOKEN_TYPE};
use pulse_types::KeyId;

use crate::domain::sealing::{CryptoError, SealingKey, random};

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSigningKey {
    /// `kid` of the tokens it signs.
    pub key_id: KeyId,
    /// The public half, 32 bytes.
    pub public_key: Vec<u8>,
    /// The seed, sealed for `key_id`.
    pub sealed_seed: Vec<u8>,
}

impl SealedSigningKey {
    /// Makes a new key and seals it.
    ///
    /// # Errors
    /// [`CryptoError`] when the system fails.
    pub fn generate(key_id: KeyId, sealing_key: &SealingKey) -> Result<Self, CryptoError> {
        let seed: [u8; 32] = random()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| CryptoError::Key)?;
        let sealed_seed = sealing_key.seal(key_id.as_uuid().as_bytes(), &seed)?;
        Ok(Self { key_id, public_key: pair.public_key().as_ref().to_vec(), sealed_seed })
    }

    /// Opens the key.
    ///
    /// # Errors
    /// [`CryptoError::Open`] when it was sealed with another sealing key or altered, [`CryptoError::Key`] when the halves do
    /// not belong together.
    pub fn open(&self, sealing_key: &SealingKey) -> Result<SigningKey, CryptoError> {
        let seed = sealing_key.open(self.key_id.as_uuid().as_bytes(), &self.sealed_seed)?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &self.public_key)
            .map_err(|_| CryptoError::Key)?;
        let document = pair.to_pkcs8v1().map_err(|_| CryptoError::Key)?;
        Ok(SigningKey {
            key_id: self.key_id,
            public_key: self.public_key.clone(),
            private_key: EncodingKey::from_ed_der(document.as_ref()),
        })
    }
}

/// A key that signs. It prints only its id.
#[derive(Clone)]
pub struct SigningKey {
    key_id: KeyId,
    public_key: Vec<u8>,
    private_key: EncodingKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.key_id)
    }
}

/// All active keys, newest first: the newest signs, all are published.
#[derive(Debug, Clone)]
pub struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    /// Takes the active keys, newest first.
    #[must_use]
    pub const fn new(keys: Vec<SigningKey>) -> Self {
        Self(keys)
    }

    /// Signs an access token with the newest key.
    ///
    /// # Errors
    /// [`CryptoError::NoSigningKey`] or [`CryptoError::Sign`].
    pub fn sign(&self, claims: &Claims) -> Result<String, CryptoError> {
        let key = self.0.first().ok_or(CryptoError::NoSigningKey)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(key.key_id.to_string());
        Ok(jsonwebtoken::encode(&header, claims, &key.private_key)?)
    }

    /// The public halves as a JSON Web Key Set (RFC 7517 section 5).
    #[must_use]
    pub fn jwks_json(&self) -> String {
        let jwk = |key: &SigningKey| {
            serde_json::json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": key.key_id,
                "x": URL_SAFE_NO_PAD.encode(&key.public_key),
            })
        };
        serde_json::json!({ "keys": self.0.iter().map(jwk).collect::<Vec<_>>() }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn a_key_is_opened_by_its_sealing_key_alone() {
        let sealing_key = SealingKey::new([1; 32]);
        let sealed = SealedSigningKey::generate(KeyId::new(&SystemClock), &sealing_key).expect("made");
        assert!(sealed.open(&sealing_key).is_ok());
        assert!(matches!(sealed.open(&SealingKey::new([2; 32])), Err(CryptoError::Open)));
        let moved = SealedSigningKey { key_id: KeyId::new(&SystemClock), ..sealed.clone() };
        assert!(matches!(moved.open(&sealing_key), Err(CryptoError::Open)), "bound to its id");
    }

    #[test]
    fn the_key_set_lists_every_key_and_no_secret() {
        let sealing_key = SealingKey::new([1; 32]);
        let keys: Vec<_> = (0..2)
            .map(|_| SealedSigningKey::generate(KeyId::new(&SystemClock), &sealing_key).expect("made"))
            .collect();
        let opened = keys.iter().map(|key| key.open(&sealing_key).expect("opened")).collect();
        let set: serde_json::Value =
            serde_json::from_str(&SigningKeys::new(opened).jwks_json()).expect("json");
        assert_eq!(set["keys"].as_array().map(Vec::len), Some(2));
        assert_eq!(set["keys"][0]["kid"], keys[0].key_id.to_string());
        assert!(set["keys"][0].get("d").is_none());
    }
}
