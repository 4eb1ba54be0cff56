//! The key pairs by which services know one another: Ed25519, both halves written as base64url without padding.

use anyhow::Context as _;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secrets::random_32;

/// Everybody who may call a service: the services themselves, and the operator's commands.
pub const CALLERS: [&str; 5] = ["auth", "social-graph", "message-store", "gateway", "operator"];

/// A key pair. It prints nothing of its secret half.
pub struct ServiceKey {
    seed: String,
    public: String,
}

impl ServiceKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> anyhow::Result<Self> {
        Self::from_seed(random_32()?)
    }

    /// The pair of a known seed: 32 bytes as base64url.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn from_seed(seed: String) -> anyhow::Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(&seed).context("a service key is 32 bytes as base64url")?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&bytes)
            .map_err(|_| anyhow::anyhow!("a service key is 32 bytes as base64url"))?;
        Ok(Self { public: URL_SAFE_NO_PAD.encode(pair.public_key()), seed })
    }

    /// The secret half: `PULSE_SERVICE_KEY` of its owner.
    #[must_use]
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// The public half: in `PULSE_SERVICE_CALLERS` of everybody.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceKey").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_half_follows_from_the_seed() {
        // RFC 8032, section 7.1, test 1.
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".to_owned();
        assert_eq!(
            ServiceKey::from_seed(seed).unwrap().public(),
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
        assert!(ServiceKey::from_seed("c2hvcnQ".to_owned()).is_err());
    }
}
