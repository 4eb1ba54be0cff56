//! Outside OpenID Connect providers: where a browser goes, and who came back by it.
//!
//! `provider.rs` speaks to one provider, `metadata.rs` keeps what it announces, `http.rs` makes the calls, `verify.rs`
//! judges ID tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use pulse_types::Clock;

use crate::clients::oidc::http::HttpError;
use crate::clients::oidc::verify::Invalid;
use crate::domain::oidc::identity::IdentityKey;
use crate::domain::oidc::profile::Profile;
use crate::domain::oidc::provider::{ProviderId, ProviderSettings};

mod http;
mod metadata;
mod provider;
mod verify;

pub use provider::Provider;

/// Why a provider did not do its part. None of it reaches people: they only learn that it failed.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It can't be reached, or answers too much or too late.
    #[error("the provider can't be reached")]
    Http(#[from] HttpError),
    /// What it announces can't be used.
    #[error("what the provider announces can't be used: {0}")]
    Announcement(String),
    /// It gave no tokens for the code.
    #[error("the provider refused the code: {0}")]
    Refused(String),
    /// The tokens are not what they must be.
    #[error("the provider's answer is not valid")]
    Invalid(#[from] Invalid),
    /// `iss` of the callback is somebody else's, or absent although it was announced (RFC 9207).
    #[error("the callback is not from this issuer")]
    OtherIssuer,
}

/// Who came back, and what the issuer tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Who they are there.
    pub key: IdentityKey,
    /// What is told of them.
    pub profile: Profile,
}

/// All providers that are configured. Clones share what they learned.
#[derive(Clone)]
pub struct Providers(Arc<BTreeMap<ProviderId, Provider>>);

impl Providers {
    /// Opens nothing before the first flow. `public_url` is ours: providers send browsers back to it.
    ///
    /// # Errors
    /// When `public_url` is none, or the TLS library can't start.
    pub fn new(
        settings: Vec<ProviderSettings>,
        public_url: &str,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let mut providers = BTreeMap::new();
        for settings in settings {
            let provider_id = settings.provider_id.clone();
            providers.insert(provider_id, Provider::new(settings, public_url, Arc::clone(clock))?);
        }
        Ok(Self(Arc::new(providers)))
    }

    /// The provider with an id.
    #[must_use]
    pub fn get(&self, provider_id: &str) -> Option<&Provider> {
        self.0.get(&ProviderId::parse(provider_id)?)
    }

    /// The provider of an issuer.
    #[must_use]
    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.issuer() == issuer)
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }
}
