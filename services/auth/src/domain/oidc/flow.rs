//! A flow that is under way in somebody's browser.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_types::{SessionId, UserId};

use crate::domain::oidc::token::FlowState;
use crate::domain::sealing::{CryptoError, random};
use crate::domain::secret::TokenHash;

/// How long the person may take at the provider.
pub const FLOW_TTL: Duration = Duration::from_secs(10 * 60);
/// How long a finished sign-in waits to be exchanged.
pub const CODE_TTL: Duration = Duration::from_secs(60);

/// What binds the provider's answer to the flow: the nonce comes back in the ID token, and only who knows the verifier gets
/// tokens for the code (RFC 7636). It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct FlowSecrets {
    nonce: [u8; 32],
    verifier: [u8; 32],
}

impl std::fmt::Debug for FlowSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FlowSecrets(..)")
    }
}

impl FlowSecrets {
    /// New ones.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        Ok(Self { nonce: random()?, verifier: random()? })
    }

    /// The text in the ID token.
    #[must_use]
    pub fn nonce(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.nonce)
    }

    /// The PKCE verifier: 43 characters.
    #[must_use]
    pub fn verifier(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.verifier)
    }

    /// Seals them so that only the flow's `state` opens them.
    ///
    /// # Errors
    /// [`CryptoError::Seal`] when the system fails.
    pub fn seal(&self, state: &FlowState) -> Result<Vec<u8>, CryptoError> {
        state.seal(&[self.nonce, self.verifier].concat())
    }

    /// Opens what [`FlowSecrets::seal`] sealed under the same `state`.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for anything else.
    pub fn open(state: &FlowState, sealed: &[u8]) -> Result<Self, CryptoError> {
        let opened = state.open(sealed)?;
        let (nonce, verifier) = opened.split_at_checked(32).ok_or(CryptoError::Open)?;
        let half = |bytes: &[u8]| bytes.try_into().map_err(|_| CryptoError::Open);
        Ok(Self { nonce: half(nonce)?, verifier: half(verifier)? })
    }
}

/// Who links an identity: the flow ends with their session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linker {
    /// The person.
    pub user_id: UserId,
    /// Their signed-in device.
    pub session_id: SessionId,
}

/// A flow as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Hash of the token of the browser that began it.
    pub browser_hash: TokenHash,
    /// Where the browser was sent.
    pub provider_id: String,
    /// See [`FlowSecrets::seal`].
    pub sealed_secrets: Vec<u8>,
    /// Where the browser goes in the end.
    pub return_to: String,
    /// Absent for a sign-in.
    pub linker: Option<Linker>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_opened_by_their_state_alone() {
        let [state, other] = [(); 2].map(|()| FlowState::generate().expect("random"));
        let secrets = FlowSecrets::generate().expect("random");
        let sealed = secrets.seal(&state).expect("sealed");
        assert_eq!(FlowSecrets::open(&state, &sealed).expect("opened"), secrets);
        assert!(FlowSecrets::open(&other, &sealed).is_err());
        assert_eq!((secrets.nonce().len(), secrets.verifier().len()), (43, 43));
        assert_ne!(secrets.nonce(), secrets.verifier());
    }
}
