//! The Ed25519 keys that sign access tokens (RFC 8037, RFC 9068), and how one takes over from another. How a token is
//! verified is in `crates/token`.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pulse_token::{Claims, TOKEN_TYPE};
use pulse_types::KeyId;
use time::OffsetDateTime;

use crate::domain::sealing::{CryptoError, SealingKey, random};

/// How long a new key is published before it signs. Whoever verifies keeps the published keys for 5 min at most, and looks
/// for an unknown one once in 30 s (contract section 3); so all know it in time.
pub const PUBLISHED_BEFORE: Duration = Duration::from_secs(330);
/// How much longer than its last token a key is kept, for clocks that differ.
const KEPT_LONGER: Duration = Duration::from_secs(60);

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSigningKey {
    /// `kid` of the tokens it signs.
    pub key_id: KeyId,
    /// The public half, 32 bytes.
    pub public_key: Vec<u8>,
    /// The seed, sealed for `key_id`.
    pub sealed_seed: Vec<u8>,
    /// When it was made and published.
    pub created_at: OffsetDateTime,
    /// From when on it signs, until a newer one does.
    pub signs_from: OffsetDateTime,
}

impl SealedSigningKey {
    /// Makes a new key and seals it; it is to sign from `signs_from` on.
    ///
    /// # Errors
    /// [`CryptoError`] when the system fails.
    pub fn generate(
        key_id: KeyId,
        sealing_key: &SealingKey,
        created_at: OffsetDateTime,
        signs_from: OffsetDateTime,
    ) -> Result<Self, CryptoError> {
        let seed: [u8; 32] = random()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| CryptoError::Key)?;
        let sealed_seed = sealing_key.seal(key_id.as_uuid().as_bytes(), &seed)?;
        let public_key = pair.public_key().as_ref().to_vec();
        Ok(Self { key_id, public_key, sealed_seed, created_at, signs_from })
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
            signs_from: self.signs_from,
        })
    }
}

/// Which of the active keys, latest to sign first, signs at `now`: the last one whose time has come, else the next.
#[must_use]
pub fn signer(keys: &[SealedSigningKey], now: OffsetDateTime) -> Option<&SealedSigningKey> {
    keys.iter().find(|key| key.signs_from <= now).or(keys.last())
}

/// The keys, of the active ones, that no living token names any more: a newer one has signed for longer than a token lives.
#[must_use]
pub fn outlived(keys: &[SealedSigningKey], token_ttl: Duration, now: OffsetDateTime) -> Vec<KeyId> {
    let took_over = keys.iter().filter(|key| key.signs_from + token_ttl + KEPT_LONGER <= now);
    let Some(latest) = took_over.map(|key| key.signs_from).max() else { return Vec::new() };
    keys.iter().filter(|key| key.signs_from < latest).map(|key| key.key_id).collect()
}

/// A key that signs. It prints only its id.
#[derive(Clone)]
pub struct SigningKey {
    key_id: KeyId,
    public_key: Vec<u8>,
    private_key: EncodingKey,
    signs_from: OffsetDateTime,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.key_id)
    }
}

/// All active keys: one signs, all are published. Clones share them, and see at once when they are replaced.
#[derive(Debug, Clone)]
pub struct SigningKeys(Arc<RwLock<Arc<[SigningKey]>>>);

impl SigningKeys {
    /// Takes the active keys, latest to sign first.
    #[must_use]
    pub fn new(keys: Vec<SigningKey>) -> Self {
        Self(Arc::new(RwLock::new(keys.into())))
    }

    /// Takes others in their place.
    pub fn replace(&self, keys: Vec<SigningKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    /// Opens keys as they are stored now. One that is open already is not opened again.
    ///
    /// # Errors
    /// The key that can't be opened.
    pub fn open(
        &self,
        sealed: &[SealedSigningKey],
        sealing_key: &SealingKey,
    ) -> Result<Vec<SigningKey>, (KeyId, CryptoError)> {
        let known = self.current();
        let open = |key: &SealedSigningKey| {
            let same = |open: &&SigningKey| open.key_id == key.key_id && open.public_key == key.public_key;
            match known.iter().find(same) {
                Some(open) => Ok(SigningKey { signs_from: key.signs_from, ..open.clone() }),
                None => key.open(sealing_key).map_err(|error| (key.key_id, error)),
            }
        };
        sealed.iter().map(open).collect()
    }

    /// Signs an access token with the key whose time it is at the token's `iat`.
    ///
    /// # Errors
    /// [`CryptoError::NoSigningKey`] or [`CryptoError::Sign`].
    pub fn sign(&self, claims: &Claims) -> Result<String, CryptoError> {
        let keys = self.current();
        let has_begun = |key: &&SigningKey| key.signs_from.unix_timestamp() <= claims.iat;
        let key = keys.iter().find(has_begun).or(keys.last()).ok_or(CryptoError::NoSigningKey)?;
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
        serde_json::json!({ "keys": self.current().iter().map(jwk).collect::<Vec<_>>() }).to_string()
    }

    fn current(&self) -> Arc<[SigningKey]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use pulse_token::AUDIENCE;
    use pulse_types::{SessionId, SystemClock, UserId};
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-31 09:30 UTC);
    const TTL: Duration = Duration::from_secs(300);

    fn sealing_key() -> SealingKey {
        SealingKey::new([1; 32])
    }

    /// Keys that sign from so many seconds after now, latest first.
    fn keys<const N: usize>(seconds: [i64; N]) -> [SealedSigningKey; N] {
        seconds.map(|seconds| {
            let signs_from = NOW + time::Duration::seconds(seconds);
            SealedSigningKey::generate(KeyId::new(&SystemClock), &sealing_key(), NOW, signs_from)
                .expect("made")
        })
    }

    fn open(sealed: &[SealedSigningKey]) -> SigningKeys {
        SigningKeys::new(sealed.iter().map(|key| key.open(&sealing_key()).expect("opened")).collect())
    }

    fn kid(keys: &SigningKeys, at: OffsetDateTime) -> String {
        let claims = Claims {
            iss: "https://chat.example".into(),
            aud: AUDIENCE.into(),
            sub: UserId::new(&SystemClock),
            sid: SessionId::new(&SystemClock),
            roles: vec![],
            iat: at.unix_timestamp(),
            exp: at.unix_timestamp() + 300,
            jti: "j".into(),
        };
        let token = keys.sign(&claims).expect("signed");
        jsonwebtoken::decode_header(&token).expect("a header").kid.expect("a kid")
    }

    #[test]
    fn a_key_is_opened_by_its_sealing_key_alone() {
        let [sealed] = keys([0]);
        assert!(sealed.open(&sealing_key()).is_ok());
        assert!(matches!(sealed.open(&SealingKey::new([2; 32])), Err(CryptoError::Open)));
        let moved = SealedSigningKey { key_id: KeyId::new(&SystemClock), ..sealed.clone() };
        assert!(matches!(moved.open(&sealing_key()), Err(CryptoError::Open)), "bound to its id");
    }

    #[test]
    fn the_key_set_lists_every_key_and_no_secret() {
        let sealed = keys([330, 0]);
        let set: serde_json::Value = serde_json::from_str(&open(&sealed).jwks_json()).expect("json");
        assert_eq!(set["keys"].as_array().map(Vec::len), Some(2));
        assert_eq!(set["keys"][0]["kid"], sealed[0].key_id.to_string());
        assert!(set["keys"][0].get("d").is_none());
    }

    #[test]
    fn a_key_signs_when_its_time_has_come() {
        let sealed = keys([330, 0]);
        let open_keys = open(&sealed);
        let later = NOW + PUBLISHED_BEFORE;
        for (at, key) in [(NOW, &sealed[1]), (later - TTL, &sealed[1]), (later, &sealed[0])] {
            assert_eq!(kid(&open_keys, at), key.key_id.to_string());
            assert_eq!(signer(&sealed, at), Some(key));
        }
        assert_eq!(kid(&open(&keys([330])), NOW).len(), 36, "better one that waits than none");

        open_keys.replace(vec![sealed[1].open(&sealing_key()).expect("opened")]);
        assert_eq!(kid(&open_keys, later), sealed[1].key_id.to_string());
        open_keys.replace(Vec::new());
        assert!(open_keys.current().is_empty());
    }

    #[test]
    fn a_key_is_outlived_once_its_last_token_has_ended() {
        let sealed = keys([330, 0]);
        let last_token_ends = NOW + PUBLISHED_BEFORE + TTL;
        assert_eq!(outlived(&sealed, TTL, last_token_ends), []);
        assert_eq!(outlived(&sealed, TTL, last_token_ends + KEPT_LONGER), [sealed[1].key_id]);
        assert_eq!(outlived(&sealed[1..], TTL, last_token_ends + KEPT_LONGER), [], "the signer stays");
    }

    #[test]
    fn a_key_that_is_open_is_not_opened_again() {
        let sealed = keys([330, 0]);
        let open_keys = open(&sealed[1..]);
        let wrong = SealingKey::new([2; 32]);
        assert_eq!(open_keys.open(&sealed[1..], &wrong).expect("open already").len(), 1);
        assert_eq!(open_keys.open(&sealed, &wrong).expect_err("the new one").0, sealed[0].key_id);
    }
}
