//! Which service is calling: short-lived tokens, signed with the caller's own Ed25519 key, for one audience.
//!
//! Every service holds its own private key and the public keys of all; a leaked key of one service makes nobody into
//! another one. Tokens live for a minute and are made anew every half.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pulse_types::{Clock, SystemClock};
use serde::{Deserialize, Serialize};

const TOKEN_TTL: Duration = Duration::from_secs(60);
/// How far two machines' clocks may differ.
const LEEWAY_SECONDS: i64 = 10;
/// Verified tokens that are remembered, so that a signature is checked once a token and not once a call.
const REMEMBERED_TOKENS: usize = 256;

macro_rules! service_names {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A process of ours that calls others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ServiceName { $($(#[$doc])* $name,)* }

        impl ServiceName {
            /// The name in tokens and settings.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl FromStr for ServiceName {
            type Err = InvalidKey;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$name),)* _ => Err(InvalidKey::UnknownService(text.to_owned())) }
            }
        }
    };
}

service_names! {
    /// `services/auth`.
    Auth = "auth";
    /// `services/social-graph`.
    SocialGraph = "social-graph";
    /// `services/message-store`.
    MessageStore = "message-store";
    /// `services/gateway`.
    Gateway = "gateway";
    /// `pulse` in the hands of an operator.
    Operator = "operator";
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A setting that does not hold the keys it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Not 32 bytes in base64url without padding.
    #[error("a service key is 32 bytes in base64url without padding; `pulse keys service` makes one")]
    Malformed,
    /// A name that no service of ours has.
    #[error("there is no service named `{0}`")]
    UnknownService(String),
    /// Not `name=key,name=key`.
    #[error("callers are written name=publickey, separated by commas; `{0}` is not")]
    MalformedEntry(String),
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
}

/// The private key of this service: signs the tokens it shows to others.
pub struct Identity {
    name: ServiceName,
    key: EncodingKey,
    public_key: Vec<u8>,
    /// The last token for each audience, with the time (seconds) from which a new one is made.
    tokens: Mutex<HashMap<ServiceName, (Arc<str>, i64)>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.name)
    }
}

impl Identity {
    /// Takes the seed as the settings hold it.
    ///
    /// # Errors
    /// [`InvalidKey::Malformed`] if it is not 32 bytes in base64url.
    pub fn from_seed(name: ServiceName, seed_base64: &str) -> Result<Self, InvalidKey> {
        let seed = URL_SAFE_NO_PAD.decode(seed_base64.trim()).map_err(|_| InvalidKey::Malformed)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| InvalidKey::Malformed)?;
        let document = pair.to_pkcs8v1().map_err(|_| InvalidKey::Malformed)?;
        let key = EncodingKey::from_ed_der(document.as_ref());
        Ok(Self { name, key, public_key: pair.public_key().as_ref().to_vec(), tokens: Mutex::default() })
    }

    /// Whose key it is.
    #[must_use]
    pub const fn name(&self) -> ServiceName {
        self.name
    }

    /// The public half, as other services' settings hold it.
    #[must_use]
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public_key)
    }

    /// A token for one audience; the same one for half its life.
    ///
    /// # Errors
    /// When the key can't sign, which a key that was read can.
    pub fn token(&self, audience: ServiceName) -> Result<Arc<str>, jsonwebtoken::errors::Error> {
        let now = SystemClock.now().unix_timestamp();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, renew_at)) = tokens.get(&audience)
            && now < *renew_at
        {
            return Ok(Arc::clone(token));
        }
        let ttl = i64::try_from(TOKEN_TTL.as_secs()).unwrap_or(60);
        let claims = Claims { iss: self.name.to_string(), aud: audience.to_string(), exp: now + ttl };
        let token: Arc<str> =
            jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.key)?.into();
        tokens.insert(audience, (Arc::clone(&token), now + ttl / 2));
        Ok(token)
    }
}

/// A token that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller's service token is missing, expired or not for this service")]
pub struct UnknownCaller;

/// A token that was verified.
#[derive(Clone, Copy)]
struct Seen {
    caller: ServiceName,
    audience: ServiceName,
    /// Unix time in seconds.
    ends_at: i64,
}

/// The public keys of all services: tells who is calling.
#[derive(Clone)]
pub struct Callers {
    keys: Arc<HashMap<ServiceName, DecodingKey>>,
    seen: Arc<Mutex<HashMap<String, Seen>>>,
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl FromStr for Callers {
    type Err = InvalidKey;

    /// Reads `name=publickey,name=publickey`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut keys = HashMap::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (name, key) =
                entry.split_once('=').ok_or_else(|| InvalidKey::MalformedEntry(entry.to_owned()))?;
            let raw = URL_SAFE_NO_PAD.decode(key.trim()).map_err(|_| InvalidKey::Malformed)?;
            if raw.len() != 32 {
                return Err(InvalidKey::Malformed);
            }
            let key = DecodingKey::from_ed_components(key.trim()).map_err(|_| InvalidKey::Malformed)?;
            keys.insert(name.trim().parse()?, key);
        }
        Ok(Self { keys: Arc::new(keys), seen: Arc::default() })
    }
}

impl Callers {
    /// Who signed a token for `audience`.
    ///
    /// # Errors
    /// [`UnknownCaller`] unless the token is of a known service, for this audience, and not expired.
    pub fn verify(&self, token: &str, audience: ServiceName) -> Result<ServiceName, UnknownCaller> {
        let now = SystemClock.now().unix_timestamp();
        let remembered = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied();
        if let Some(seen) = remembered.filter(|seen| seen.audience == audience && now <= seen.ends_at) {
            return Ok(seen.caller);
        }
        let (caller, ends_at) = self.verify_signature(token, audience, now)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED_TOKENS {
            seen.retain(|_, token| now <= token.ends_at);
        }
        // Still full of living tokens: whoever floods us pays for the signatures, and memory stays bounded.
        if seen.len() < REMEMBERED_TOKENS {
            seen.insert(token.to_owned(), Seen { caller, audience, ends_at });
        }
        Ok(caller)
    }

    fn verify_signature(
        &self,
        token: &str,
        audience: ServiceName,
        now: i64,
    ) -> Result<(ServiceName, i64), UnknownCaller> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[audience.as_str()]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.validate_exp = false;
        for (name, key) in self.keys.iter() {
            let Ok(data) = jsonwebtoken::decode::<Claims>(token, key, &validation) else { continue };
            let claims = data.claims;
            let longest = now + i64::try_from(TOKEN_TTL.as_secs()).unwrap_or(60) + LEEWAY_SECONDS;
            let ends_at = claims.exp.saturating_add(LEEWAY_SECONDS);
            let is_alive = ends_at >= now && claims.exp <= longest;
            if claims.iss == name.as_str() && is_alive {
                return Ok((*name, ends_at));
            }
        }
        Err(UnknownCaller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: ServiceName, byte: u8) -> Identity {
        Identity::from_seed(name, &URL_SAFE_NO_PAD.encode([byte; 32])).expect("a seed")
    }

    #[test]
    fn a_token_proves_its_signer_to_its_audience_alone() {
        let gateway = identity(ServiceName::Gateway, 1);
        let callers: Callers = format!("gateway={}", gateway.public_key()).parse().expect("callers");
        let token = gateway.token(ServiceName::Auth).expect("token");
        assert_eq!(callers.verify(&token, ServiceName::Auth), Ok(ServiceName::Gateway));
        assert_eq!(callers.verify(&token, ServiceName::Auth), Ok(ServiceName::Gateway), "from memory");
        assert_eq!(callers.verify(&token, ServiceName::MessageStore), Err(UnknownCaller));
    }

    #[test]
    fn nobody_signs_as_somebody_else() {
        let gateway = identity(ServiceName::Gateway, 1);
        let liar = identity(ServiceName::Gateway, 2);
        let graph = identity(ServiceName::SocialGraph, 2);
        let callers: Callers =
            format!("gateway={},social-graph={}", gateway.public_key(), graph.public_key())
                .parse()
                .expect("callers");
        let token = liar.token(ServiceName::Auth).expect("token");
        assert_eq!(callers.verify(&token, ServiceName::Auth), Err(UnknownCaller));
        assert_eq!(callers.verify("", ServiceName::Auth), Err(UnknownCaller));
    }

    #[test]
    fn faults_in_the_setting_are_named() {
        assert_eq!("x=AA".parse::<Callers>().err(), Some(InvalidKey::Malformed));
        assert_eq!("gateway".parse::<Callers>().err(), Some(InvalidKey::MalformedEntry("gateway".into())));
    }
}
