//! Access tokens: their claims, and how any service verifies one with nothing but the published keys.
//!
//! Signing is in `services/auth`. Whether a session was revoked is not in a token; gateways learn that by events.

pub mod claims;
pub mod keys;
pub mod verifier;

pub use claims::{AUDIENCE, Claims, TOKEN_TYPE};
pub use keys::{FetchError, KeySource, PublicKeys};
pub use verifier::{InvalidToken, Verifier};
