//! The public keys: kept for 5 min, fetched when an unknown one is named, but at most once in 30 s, and at once when one was
//! withdrawn.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

/// Fewest seconds between two fetches, whatever tokens name (contract section 3).
const FETCH_INTERVAL: Duration = Duration::from_secs(30);
/// How long fetched keys are kept: what was withdrawn while nobody could tell us is forgotten after that.
const MAX_AGE: Duration = Duration::from_secs(300);
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
    state: RwLock<State>,
    /// When the next token may cause a fetch; held while one is under way.
    next_fetch: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<Instant>,
}

impl State {
    fn is_old(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() >= MAX_AGE)
    }
}

impl std::fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicKeys(..)")
    }
}

impl PublicKeys {
    /// No keys yet; the first token fetches them.
    pub fn new(source: impl KeySource) -> Self {
        Self { source: Box::new(source), state: RwLock::default(), next_fetch: Mutex::new(None) }
    }

    /// The key named `kid`, fetched if it is not known and the last fetch is long enough ago. Keys that are 5 min old are
    /// fetched again; while that fails they go on to verify.
    ///
    /// # Errors
    /// [`FetchError`] when the keys were needed and could not be had. `Ok(None)`: there is no such key.
    pub async fn find(&self, kid: &str) -> Result<Option<DecodingKey>, FetchError> {
        match self.known(kid).await {
            (Some(key), false) => return Ok(Some(key)),
            (Some(_), true) => {
                self.renew().await;
                return Ok(self.known(kid).await.0);
            }
            (None, _) => {}
        }
        // One fetch at a time; whoever waited for it looks again.
        let mut next_fetch = self.next_fetch.lock().await;
        if let (Some(key), _) = self.known(kid).await {
            return Ok(Some(key));
        }
        if next_fetch.is_some_and(|at| Instant::now() < at) {
            return if self.state.read().await.fetched_at.is_none() {
                Err(FetchError("the last fetch failed".into()))
            } else {
                Ok(None)
            };
        }
        self.fetch(&mut next_fetch).await?;
        Ok(self.known(kid).await.0)
    }

    /// Forgets all keys, because one was withdrawn: the next token fetches them, whenever the last fetch was.
    pub async fn forget(&self) {
        *self.state.write().await = State::default();
        // A fetch under way may bring back what was withdrawn: it is waited for.
        let mut next_fetch = self.next_fetch.lock().await;
        *self.state.write().await = State::default();
        *next_fetch = None;
    }

    /// Fetches the keys now, whenever the last fetch was.
    ///
    /// # Errors
    /// [`FetchError`]; the known keys stay.
    pub async fn refresh(&self) -> Result<(), FetchError> {
        let mut next_fetch = self.next_fetch.lock().await;
        self.fetch(&mut next_fetch).await
    }

    /// The key, and whether it is time to fetch it again.
    async fn known(&self, kid: &str) -> (Option<DecodingKey>, bool) {
        let state = self.state.read().await;
        (state.keys.get(kid).cloned(), state.is_old())
    }

    /// Fetches keys that are old, unless somebody does already. Nobody waits for a failure again before the next interval.
    async fn renew(&self) {
        let Ok(mut next_fetch) = self.next_fetch.try_lock() else { return };
        let is_due = next_fetch.is_none_or(|at| Instant::now() >= at);
        if is_due && self.state.read().await.is_old() && self.fetch(&mut next_fetch).await.is_err() {
            *next_fetch = Some(Instant::now() + FETCH_INTERVAL);
        }
    }

    async fn fetch(&self, next_fetch: &mut Option<Instant>) -> Result<(), FetchError> {
        *next_fetch = Some(Instant::now() + RETRY_INTERVAL);
        let keys = parse(&self.source.fetch().await?)?;
        let now = Instant::now();
        *next_fetch = Some(now + FETCH_INTERVAL);
        *self.state.write().await = State { keys, fetched_at: Some(now) };
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex as StdMutex};

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    /// What the issuer publishes, and how often it was asked.
    #[derive(Clone, Default)]
    struct Issuer {
        kids: Arc<StdMutex<Option<Vec<&'static str>>>>,
        fetches: Arc<AtomicUsize>,
    }

    impl Issuer {
        fn publish(&self, kids: &[&'static str]) {
            *self.kids.lock().unwrap() = Some(kids.to_vec());
        }

        fn fail(&self) {
            *self.kids.lock().unwrap() = None;
        }

        fn fetches(&self) -> usize {
            self.fetches.swap(0, Ordering::SeqCst)
        }

        fn keys(&self) -> PublicKeys {
            let issuer = self.clone();
            PublicKeys::new(move || -> Fetch {
                issuer.fetches.fetch_add(1, Ordering::SeqCst);
                let kids = issuer.kids.lock().unwrap().clone();
                Box::pin(async move { kids.map(|kids| document(&kids)).ok_or(FetchError("down".into())) })
            })
        }
    }

    fn document(kids: &[&str]) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let jwk =
            |kid| json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x});
        json!({"keys": kids.iter().map(jwk).collect::<Vec<_>>()}).to_string()
    }

    async fn is_accepted(keys: &PublicKeys, kid: &str) -> bool {
        keys.find(kid).await.unwrap().is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn unknown_keys_cause_one_fetch_in_thirty_seconds() {
        let issuer = Issuer::default();
        issuer.publish(&["a"]);
        let keys = issuer.keys();
        assert!(is_accepted(&keys, "a").await);
        for _ in 0..50 {
            assert!(!is_accepted(&keys, "x").await);
        }
        assert_eq!(issuer.fetches(), 1);
        issuer.publish(&["a", "b"]);
        tokio::time::advance(FETCH_INTERVAL).await;
        assert!(is_accepted(&keys, "b").await);
        assert!(!is_accepted(&keys, "x").await);
        assert_eq!(issuer.fetches(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn forgotten_keys_are_fetched_at_once_and_nothing_is_accepted_until_then() {
        let issuer = Issuer::default();
        issuer.publish(&["a"]);
        let keys = issuer.keys();
        assert!(is_accepted(&keys, "a").await);
        issuer.publish(&["b"]);
        keys.forget().await;
        assert!(!is_accepted(&keys, "a").await);
        assert!(is_accepted(&keys, "b").await);
        assert_eq!(issuer.fetches(), 2);
        issuer.publish(&["c"]);
        keys.refresh().await.unwrap();
        assert!(is_accepted(&keys, "c").await, "known before a token names it");
        issuer.fail();
        keys.refresh().await.unwrap_err();
        assert!(is_accepted(&keys, "c").await);
        keys.forget().await;
        assert!(keys.find("c").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn keys_are_fetched_again_after_five_minutes_and_serve_on_while_that_fails() {
        let issuer = Issuer::default();
        issuer.publish(&["a"]);
        let keys = issuer.keys();
        assert!(is_accepted(&keys, "a").await);
        issuer.publish(&["b"]);
        tokio::time::advance(MAX_AGE - Duration::from_secs(1)).await;
        assert!(is_accepted(&keys, "a").await);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!is_accepted(&keys, "a").await);
        assert_eq!(issuer.fetches(), 2);

        issuer.fail();
        tokio::time::advance(MAX_AGE).await;
        for _ in 0..20 {
            assert!(is_accepted(&keys, "b").await);
        }
        assert_eq!(issuer.fetches(), 1);
        issuer.publish(&["c"]);
        tokio::time::advance(FETCH_INTERVAL).await;
        assert!(!is_accepted(&keys, "b").await);
    }

    #[tokio::test(start_paused = true)]
    async fn without_any_keys_nothing_is_judged() {
        let issuer = Issuer::default();
        let keys = issuer.keys();
        for _ in 0..20 {
            assert!(keys.find("a").await.is_err());
        }
        assert_eq!(issuer.fetches(), 1);
        issuer.publish(&["a"]);
        tokio::time::advance(RETRY_INTERVAL).await;
        assert!(is_accepted(&keys, "a").await);
    }
}
