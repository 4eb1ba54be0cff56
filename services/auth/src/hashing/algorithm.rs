//! How one password is hashed and checked: argon2id, and bcrypt for the hashes of an older system.
//!
//! bcrypt looks at the first 72 bytes of a password and at none behind them. Such a hash is checked as the older system did, so
//! a longer password still opens its account; whoever signs in by it gets an argon2id hash of all they typed, and from then on
//! every character counts. Nothing is hashed by bcrypt any more.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::sealing::random;
use crate::hashing::{HashingError, Verdict};

/// Memory of one hash (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The versions of bcrypt that give the same hash for the same password. `$2x$` marks a known fault and is not taken.
const BCRYPT_PREFIXES: [&str; 3] = ["$2a$", "$2b$", "$2y$"];
/// A hash of a higher cost would hold up a thread for seconds.
const BCRYPT_COST_MAX: u32 = 15;

/// The costs of new hashes.
pub(super) fn params() -> Result<Params, HashingError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)
}

/// Hashes a password into a PHC string with a salt of its own.
pub(super) fn hash(params: &Params, password: &SecretString) -> Result<String, HashingError> {
    let salt: [u8; 16] = random().map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.expose_secret().as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether checking a hash takes another time than checking one of ours. What can't be read is told by [`verify`].
pub(super) fn is_foreign(params: &Params, stored: &str) -> bool {
    PasswordHash::new(stored).map_or(true, |parsed| is_outdated(params, &parsed))
}

/// Checks a password against a stored hash.
pub(super) fn verify(
    params: &Params,
    password: &SecretString,
    stored: &str,
) -> Result<Verdict, HashingError> {
    if BCRYPT_PREFIXES.iter().any(|prefix| stored.starts_with(prefix)) {
        return verify_bcrypt(password, stored);
    }
    let parsed = PasswordHash::new(stored).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    match argon2.verify_password(password.expose_secret().as_bytes(), &parsed) {
        Ok(()) => Ok(Verdict::Right { is_outdated: is_outdated(params, &parsed) }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(failed(error)),
    }
}

fn verify_bcrypt(password: &SecretString, stored: &str) -> Result<Verdict, HashingError> {
    let cost = stored.split('$').nth(2).and_then(|cost| cost.parse::<u32>().ok());
    if cost.is_none_or(|cost| cost > BCRYPT_COST_MAX) {
        return Err(HashingError::Failed(format!("a bcrypt hash of a cost above {BCRYPT_COST_MAX}")));
    }
    match bcrypt::verify(password.expose_secret(), stored).map_err(failed)? {
        true => Ok(Verdict::Right { is_outdated: true }),
        false => Ok(Verdict::Wrong),
    }
}

fn is_outdated(params: &Params, hash: &PasswordHash) -> bool {
    let is_ours = hash.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && hash.version == Some(Version::V0x13.into());
    let has_our_costs = Params::try_from(hash).is_ok_and(|theirs| {
        (theirs.m_cost(), theirs.t_cost(), theirs.p_cost())
            == (params.m_cost(), params.t_cost(), params.p_cost())
    });
    !is_ours || !has_our_costs
}

fn failed(error: impl std::fmt::Display) -> HashingError {
    HashingError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str, stored: &str) -> Result<Verdict, HashingError> {
        verify(&params().expect("params"), &password.to_owned().into(), stored)
    }

    /// Hashes of the test vectors of OpenBSD's and Openwall's bcrypt, and PHP's spelling of one of them.
    #[test]
    fn hashes_of_bcrypt_are_checked_and_outdated() {
        let right = Verdict::Right { is_outdated: true };
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert_eq!(check("U*U", hash).expect("checked"), right);
        assert_eq!(check("U*U", &hash.replace("$2a$", "$2y$")).expect("checked"), right);
        assert_eq!(check("U*U", &hash.replace("$2a$", "$2b$")).expect("checked"), right);
        assert_eq!(check("U*V", hash).expect("checked"), Verdict::Wrong);
        assert!(check("U*U", &hash.replace("$2a$", "$2x$")).is_err());
        assert!(check("U*U", &hash.replace("$05$", "$16$")).is_err(), "too costly");
        assert!(check("U*U", "$2a$05$nonsense").is_err());
        assert!(is_foreign(&params().expect("params"), hash));
    }

    #[test]
    fn bcrypt_sees_72_bytes_and_argon2id_all() {
        let long = "x".repeat(72);
        let legacy = bcrypt::hash(&long, 4).expect("hashed");
        let longer = format!("{long} and more");
        assert_eq!(check(&longer, &legacy).expect("checked"), Verdict::Right { is_outdated: true });
        assert_eq!(check(&long[1..], &legacy).expect("checked"), Verdict::Wrong);
        let ours = hash(&params().expect("params"), &longer.clone().into()).expect("hashed");
        assert_eq!(check(&longer, &ours).expect("checked"), Verdict::Right { is_outdated: false });
        assert_eq!(check(&long, &ours).expect("checked"), Verdict::Wrong);
        assert!(!is_foreign(&params().expect("params"), &ours));
    }
}
