//! Judges an ID token (OpenID Connect Core 1.0 section 3.1.3.7): signed by a key of the issuer, for us, now, for this flow.

use std::time::{Duration, SystemTime};

use oauth2::{ClientId, TokenResponse as _};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, IssuerUrl, Nonce, SignatureVerificationError,
    TokenResponse as _,
};
use time::OffsetDateTime;

use crate::domain::oidc::flow::FLOW_TTL;

/// How far the issuer's clock may be off.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// Only algorithms whose key the issuer alone has. `none` and shared secrets are no proof.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What is wrong with an answer of a provider.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// It is not what the library reads.
    #[error("it can't be read")]
    Unreadable,
    /// There is no ID token in it.
    #[error("there is no ID token")]
    NoIdToken,
    /// No key of the issuer fits the token.
    #[error("no key of the issuer fits the ID token")]
    UnknownKey,
    /// The signature or the claims are wrong.
    #[error("{0}")]
    Claims(String),
}

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a IssuerUrl,
    pub(super) client_id: &'a str,
    pub(super) nonce: Nonce,
    pub(super) now: OffsetDateTime,
}

/// The claims of the ID token, once all of it is right.
pub(super) fn claims(
    tokens: &CoreTokenResponse,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
) -> Result<CoreIdTokenClaims, Invalid> {
    let token = tokens.id_token().ok_or(Invalid::NoIdToken)?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    // Of the last moments in which it may have been made and in which it ends, both with the skew.
    let latest = (expected.now + CLOCK_SKEW).unix_timestamp();
    let earliest = (expected.now - FLOW_TTL - CLOCK_SKEW).unix_timestamp();
    let judged_at = SystemTime::from(expected.now - CLOCK_SKEW);
    let verifier =
        CoreIdTokenVerifier::new_public_client(client_id.clone(), expected.issuer.clone(), keys.clone())
            .set_allowed_algs(ALGORITHMS)
            // Others may be named beside us if the token was made for us: `check_parties` sees to that.
            .set_other_audience_verifier_fn(|_| true)
            .set_time_fn(move || judged_at.into())
            .set_issue_time_verifier_fn(move |issued_at| {
                match (earliest..=latest).contains(&issued_at.timestamp()) {
                    true => Ok(()),
                    false => Err("it was not issued in this flow's time".to_owned()),
                }
            });
    let claims = token.claims(&verifier, &expected.nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            Invalid::UnknownKey
        }
        other => Invalid::Claims(other.to_string()),
    })?;
    check_parties(claims, &client_id)?;
    check_access_token(token, tokens, &verifier, claims)?;
    Ok(claims.clone())
}

/// `azp` names us whenever it is there, and it is there when the token names others beside us.
fn check_parties(claims: &CoreIdTokenClaims, client_id: &ClientId) -> Result<(), Invalid> {
    let is_right = match claims.authorized_party() {
        Some(party) => party == client_id,
        None => claims.audiences().len() == 1,
    };
    if is_right { Ok(()) } else { Err(Invalid::Claims("the token was made for somebody else".to_owned())) }
}

/// `at_hash`, if it is there, is of the access token that came with it.
fn check_access_token(
    token: &CoreIdToken,
    tokens: &CoreTokenResponse,
    verifier: &CoreIdTokenVerifier<'_>,
    claims: &CoreIdTokenClaims,
) -> Result<(), Invalid> {
    let Some(told) = claims.access_token_hash() else { return Ok(()) };
    let invalid = |error: &dyn std::fmt::Display| Invalid::Claims(error.to_string());
    let algorithm = token.signing_alg().map_err(|error| invalid(&error))?;
    let key = token.signing_key(verifier).map_err(|error| invalid(&error))?;
    let real = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
        .map_err(|error| invalid(&error))?;
    if real == *told { Ok(()) } else { Err(invalid(&"at_hash is of another access token")) }
}
