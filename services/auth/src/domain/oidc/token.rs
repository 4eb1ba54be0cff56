//! Secrets of a flow that travel by the browser: `state`, the browser's own token and the code that ends a sign-in. Only
//! their hashes are stored; what belongs to them is sealed under a key that only they give.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::sealing::{CryptoError, random};
use crate::domain::secret::{TokenHash, derive, read, sha256};

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        /// It prints nothing.
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name([u8; 32]);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl $name {
            /// A new one.
            ///
            /// # Errors
            /// [`CryptoError::Random`] when the system has no random bytes.
            pub fn generate() -> Result<Self, CryptoError> {
                random().map(Self)
            }

            /// Reads what a browser sent; `None` if it can't be ours.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                read($prefix, text).map(Self)
            }

            /// The text that travels.
            #[must_use]
            pub fn reveal(&self) -> String {
                format!(concat!($prefix, "{}"), URL_SAFE_NO_PAD.encode(self.0))
            }

            /// What is stored.
            #[must_use]
            pub fn hash(&self) -> TokenHash {
                TokenHash(sha256(&self.0))
            }
        }
    };
}

macro_rules! seals {
    ($name:ident, $label:literal) => {
        impl $name {
            /// Seals what belongs to this token so that only the token opens it.
            ///
            /// # Errors
            /// [`CryptoError::Seal`] when the system fails.
            pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
                derive(&self.0, $label).seal(self.hash().as_bytes(), plain)
            }

            /// Opens what the same token sealed.
            ///
            /// # Errors
            /// [`CryptoError::Open`] for anything else.
            pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
                derive(&self.0, $label).open(self.hash().as_bytes(), sealed)
            }
        }
    };
}

token!(
    /// `state` of a flow: it comes back from the provider by the browser (RFC 6749 section 10.12).
    FlowState,
    ""
);
token!(
    /// Shows that a callback comes to the browser that began the flow.
    BrowserToken,
    "pulse_ob_"
);
token!(
    /// Ends a sign-in: exchanged for a session, once.
    ExchangeCode,
    "pulse_oc_"
);
seals!(FlowState, b"pulse oidc flow v1");
seals!(ExchangeCode, b"pulse oidc profile v1");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_is_of_one_kind() {
        let code = ExchangeCode::generate().expect("random");
        assert_eq!(ExchangeCode::parse(&code.reveal()), Some(code.clone()));
        assert_eq!(BrowserToken::parse(&code.reveal()), None);
        assert_eq!(FlowState::parse(&code.reveal()), None);
        assert_eq!(format!("{code:?}"), "ExchangeCode(..)");
    }

    #[test]
    fn what_a_token_sealed_another_one_does_not_open() {
        let [state, other] = [(); 2].map(|()| FlowState::generate().expect("random"));
        let sealed = state.seal(b"secret").expect("sealed");
        assert_eq!(state.open(&sealed).expect("opened"), b"secret");
        assert!(other.open(&sealed).is_err());
    }
}
