//! The public keys, fetched when an unknown one is named, but at most once in 30 s.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

/// Fewest seconds between two fetches, whatever tokens name (contract section 3).
const FETCH_INTERVAL: Duration = Duration::from_secs(30);
/// How soon a failed fetch may be tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The keys could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("the keys that verify access tokens can't be fetched")]
pub struct FetchError(#[source] pub Box<dyn StdError + Send + Sync>);

/// A fetch of the JSON Web Key Set under way.
pub type Fetch = Pin<Box<dyn Future<Output = Result<String, FetchError>> + Send>>;

/// Where the JSON Web Key Set comes from: gRPC in the gateway, a file in a test.
pub trait KeySource: Send + Sync + 'static {
    /// Fetches the document as JSON text.
    fn fetch(&self) -> Fetch;
}

impl<F> KeySource for F
where
    F: Fn() -> Fetch + Send + Sync + 'static,
{
    fn fetch(&self) -> Fetch {
        self()
    }
}

/// The Ed25519 keys that verify access tokens, by `kid`.
pub struct PublicKeys {
    source: Box<dyn KeySource>,
    keys: RwLock<Arc<HashMap<String, DecodingKey>>>,
    next_fetch: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicKeys(..)")
    }
}

impl PublicKeys {
    /// No keys yet; the first token fetches them.
    pub fn new(source: impl KeySource) -> Self {
        Self { source: Box::new(source), keys: RwLock::default(), next_fetch: Mutex::new(None) }
    }

    /// The key named `kid`, fetched if it is not known and the last fetch is long enough ago.
    ///
    /// # Errors
    /// [`FetchError`] when the keys were needed and could not be had. `Ok(None)`: there is no such key.
    pub async fn find(&self, kid: &str) -> Result<Option<DecodingKey>, FetchError> {
        if let Some(key) = self.keys.read().await.get(kid) {
            return Ok(Some(key.clone()));
        }
        // One fetch at a time; whoever waited for it looks again.
        let mut next_fetch = self.next_fetch.lock().await;
        if let Some(key) = self.keys.read().await.get(kid) {
            return Ok(Some(key.clone()));
        }
        if next_fetch.is_some_and(|at| Instant::now() < at) {
            return if self.keys.read().await.is_empty() {
                Err(FetchError("the last fetch failed".into()))
            } else {
                Ok(None)
            };
        }
        *next_fetch = Some(Instant::now() + RETRY_INTERVAL);
        let fetched = parse(&self.source.fetch().await?)?;
        *next_fetch = Some(Instant::now() + FETCH_INTERVAL);
        let key = fetched.get(kid).cloned();
        *self.keys.write().await = Arc::new(fetched);
        Ok(key)
    }

    /// Forgets all keys: the next token fetches them, whenever the last fetch was.
    pub async fn forget(&self) {
        let mut next_fetch = self.next_fetch.lock().await;
        *self.keys.write().await = Arc::default();
        *next_fetch = None;
    }

    /// Fetches the keys now, whenever the last fetch was.
    ///
    /// # Errors
    /// [`FetchError`]: the keys stay as they are.
    pub async fn refresh(&self) -> Result<(), FetchError> {
        let mut next_fetch = self.next_fetch.lock().await;
        let fetched = parse(&self.source.fetch().await?)?;
        *next_fetch = Some(Instant::now() + FETCH_INTERVAL);
        *self.keys.write().await = Arc::new(fetched);
        Ok(())
    }
}

/// Keeps the Ed25519 keys of a set; others can't verify our tokens, so they are left out.
fn parse(document: &str) -> Result<HashMap<String, DecodingKey>, FetchError> {
    let set: JwkSet = serde_json::from_str(document).map_err(|error| FetchError(error.into()))?;
    let mut keys = HashMap::new();
    for jwk in &set.keys {
        let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm else { continue };
        let Some(kid) = jwk.common.key_id.clone().filter(|_| pair.curve == EllipticCurve::Ed25519) else {
            continue;
        };
        let key = DecodingKey::from_ed_components(&pair.x).map_err(|error| FetchError(error.into()))?;
        keys.insert(kid, key);
    }
    Ok(keys)
}
