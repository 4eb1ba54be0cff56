//! What a provider announces: its endpoints and keys (OpenID Connect Discovery 1.0), kept for an hour.
//!
//! Whoever finds it missing or old fetches it while the others wait for that one answer, good or bad. An ID token of an
//! unknown key causes another fetch, at most once in 30 s, so that nobody makes us ask a provider at will.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::url::Url;
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, ProviderMetadata};
use pulse_types::Clock;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clients::oidc::ProviderError;
use crate::clients::oidc::http::Http;
use crate::domain::oidc::provider::Issuer;

/// How long an announcement is believed.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// Least time between two fetches for an unknown key.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// What a provider announces.
pub(super) type Metadata = ProviderMetadata<
    Announcement,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What the library does not read by itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Announcement {
    #[serde(default)]
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for Announcement {}

impl Announcement {
    /// Whether callbacks always name the issuer (RFC 9207 section 3).
    pub(super) fn sends_issuer(&self) -> bool {
        self.authorization_response_iss_parameter_supported == Some(true)
    }
}

/// The announcement of one provider.
pub(super) struct MetadataCache {
    issuer: Issuer,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, OffsetDateTime)>,
    /// When the last fetch failed.
    failed_at: Option<Instant>,
}

impl MetadataCache {
    pub(super) fn new(issuer: Issuer, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, clock, known: Mutex::default() }
    }

    /// The announcement, at most an hour old.
    pub(super) async fn get(&self, http: &Http) -> Result<Arc<Metadata>, ProviderError> {
        self.not_older(MAX_AGE, http).await
    }

    /// The announcement, at most 30 s old.
    pub(super) async fn renew(&self, http: &Http) -> Result<Arc<Metadata>, ProviderError> {
        self.not_older(RENEWAL_PAUSE, http).await
    }

    async fn not_older(&self, max_age: Duration, http: &Http) -> Result<Arc<Metadata>, ProviderError> {
        let asked_at = Instant::now();
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((metadata, fetched_at)) = &known.metadata
            && (now - *fetched_at).unsigned_abs() < max_age
        {
            return Ok(Arc::clone(metadata));
        }
        if known.failed_at.is_some_and(|failed_at| failed_at >= asked_at) {
            return Err(ProviderError::Announcement("somebody else has just asked in vain".to_owned()));
        }
        match self.fetch(http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known { metadata: Some((Arc::clone(&metadata), now)), failed_at: None };
                Ok(metadata)
            }
            Err(error) => {
                known.failed_at = Some(Instant::now());
                Err(error)
            }
        }
    }

    /// The library checks that the announcement is of this very issuer.
    async fn fetch(&self, http: &Http) -> Result<Metadata, ProviderError> {
        // Keys are fetched with it.
        let metadata =
            Metadata::discover_async(self.issuer.url().clone(), http).await.map_err(|error| match error {
                DiscoveryError::Request(error) => error.into(),
                other => ProviderError::Announcement(other.to_string()),
            })?;
        let named: [Option<&Url>; 4] = [
            Some(metadata.authorization_endpoint().url()),
            Some(metadata.jwks_uri().url()),
            metadata.token_endpoint().map(|endpoint| endpoint.url()),
            metadata.userinfo_endpoint().map(|endpoint| endpoint.url()),
        ];
        if named.into_iter().flatten().all(|endpoint| self.issuer.may_name(endpoint)) {
            Ok(metadata)
        } else {
            Err(ProviderError::Announcement("an endpoint is not https".to_owned()))
        }
    }
}
