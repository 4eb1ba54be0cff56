//! Verifies access tokens: `EdDSA` only, our issuer, our audience, our type, not expired. Keys named in the token itself
//! (`jku`, `x5u`, `jwk`) are ignored.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};
use pulse_types::{Clock, SessionId, UserId};
use serde::Deserialize;

use crate::claims::{AUDIENCE, Claims, TOKEN_TYPE};
use crate::keys::{FetchError, PublicKeys};

/// Longest token that is looked at, in bytes.
const TOKEN_MAX_BYTES: usize = 4096;

/// How far the signer's clock may be ahead of ours.
const LEEWAY_SECONDS: i64 = 60;

/// What a token says: our claims, each once, and from when on it counts (RFC 7519 section 4.1.5), which we never sign.
#[derive(Deserialize)]
struct Presented {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    #[serde(default)]
    roles: Vec<String>,
    iat: i64,
    exp: i64,
    jti: String,
    nbf: Option<i64>,
}

/// Why a token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// Garbled, forged, or for somebody else: `unauthenticated`.
    #[error("the access token is not valid")]
    Garbled,
    /// It was valid once: `token_expired`.
    #[error("the access token has expired")]
    Expired,
    /// The keys could not be had: `unavailable`.
    #[error(transparent)]
    Keys(#[from] FetchError),
}

/// Verifies the access tokens of one installation.
pub struct Verifier {
    keys: PublicKeys,
    issuer: String,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({})", self.issuer)
    }
}

impl Verifier {
    /// Accepts tokens of `issuer`, the installation's public URL.
    #[must_use]
    pub fn new(keys: PublicKeys, issuer: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, issuer: issuer.into(), clock }
    }

    /// The keys it verifies with.
    #[must_use]
    pub const fn keys(&self) -> &PublicKeys {
        &self.keys
    }

    /// The claims of a token that proves its bearer.
    ///
    /// # Errors
    /// [`InvalidToken`], each variant with its cause.
    pub async fn verify(&self, token: &str) -> Result<Claims, InvalidToken> {
        if token.len() > TOKEN_MAX_BYTES {
            return Err(InvalidToken::Garbled);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| InvalidToken::Garbled)?;
        let is_access_token = header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case(TOKEN_TYPE));
        // RFC 7515 section 4.1.11: whoever does not understand a critical extension must refuse the token.
        if header.alg != Algorithm::EdDSA || !is_access_token || header.crit.is_some() {
            return Err(InvalidToken::Garbled);
        }
        let kid = header.kid.ok_or(InvalidToken::Garbled)?;
        let key = self.keys.find(&kid).await?.ok_or(InvalidToken::Garbled)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By our clock, below.
        validation.validate_exp = false;
        let data =
            jsonwebtoken::decode::<Presented>(token, &key, &validation).map_err(|_| InvalidToken::Garbled)?;
        let Presented { iss, aud, sub, sid, roles, iat, exp, jti, nbf } = data.claims;
        let now = self.clock.now().unix_timestamp();
        if iat.max(nbf.unwrap_or(iat)) > now.saturating_add(LEEWAY_SECONDS) {
            return Err(InvalidToken::Garbled);
        }
        if exp <= now {
            return Err(InvalidToken::Expired);
        }
        Ok(Claims { iss, aud, sub, sid, roles, iat, exp, jti })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header};
    use pulse_types::SystemClock;
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://chat.example";

    fn pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[3; 32]).expect("a key")
    }

    fn claims() -> Claims {
        let now = SystemClock.now().unix_timestamp();
        Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: UserId::new(&SystemClock),
            sid: SessionId::new(&SystemClock),
            roles: vec![],
            iat: now,
            exp: now + 300,
            jti: "j".into(),
        }
    }

    fn header() -> Header {
        Header { typ: Some(TOKEN_TYPE.into()), kid: Some("k1".into()), ..Header::new(Algorithm::EdDSA) }
    }

    fn sign(header: &Header, claims: &Claims) -> String {
        let document = pair().to_pkcs8v1().expect("a document");
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_der(document.as_ref())).expect("a token")
    }

    fn verifier(fetches: Arc<AtomicUsize>) -> Verifier {
        let x = URL_SAFE_NO_PAD.encode(pair().public_key().as_ref());
        let jwks = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "k1", "x": x}]}).to_string();
        let source = move || -> crate::keys::Fetch {
            fetches.fetch_add(1, Ordering::SeqCst);
            let jwks = jwks.clone();
            Box::pin(async move { Ok(jwks) })
        };
        Verifier::new(PublicKeys::new(source), ISSUER, Arc::new(SystemClock))
    }

    #[tokio::test]
    async fn a_good_token_is_accepted_and_the_keys_are_fetched_once() {
        let fetches = Arc::new(AtomicUsize::new(0));
        let verifier = verifier(Arc::clone(&fetches));
        let claims = claims();
        let token = sign(&header(), &claims);
        assert_eq!(verifier.verify(&token).await.expect("valid"), claims);
        verifier.verify(&token).await.expect("valid again");
        for number in 0..20 {
            let unknown = sign(&Header { kid: Some(format!("u{number}")), ..header() }, &claims);
            assert!(matches!(verifier.verify(&unknown).await, Err(InvalidToken::Garbled)));
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn every_other_token_is_refused() {
        let verifier = verifier(Arc::default());
        let good = claims();
        let refused = [
            sign(&header(), &Claims { iat: good.iat + LEEWAY_SECONDS + 5, ..good.clone() }),
            sign(&header(), &Claims { iss: "https://evil.example".into(), ..good.clone() }),
            sign(&header(), &Claims { aud: "other".into(), ..good.clone() }),
            sign(&Header { typ: Some("JWT".into()), ..header() }, &good),
            sign(&Header { kid: None, ..header() }, &good),
            jsonwebtoken::encode(
                &Header { alg: Algorithm::HS256, ..header() },
                &good,
                &EncodingKey::from_secret(pair().public_key().as_ref()),
            )
            .expect("a token"),
            format!("{}x", sign(&header(), &good)),
            "a.b.c".to_owned(),
            String::new(),
            "x".repeat(TOKEN_MAX_BYTES + 1),
        ];
        for token in refused {
            assert!(matches!(verifier.verify(&token).await, Err(InvalidToken::Garbled)), "{token}");
        }
        let expired = sign(&header(), &Claims { exp: good.iat - 1, ..good });
        assert!(matches!(verifier.verify(&expired).await, Err(InvalidToken::Expired)));
    }
}
