//! Hashing of passwords: argon2id on a bounded pool, so that sign-ins can't starve everything else of processor and memory.
//!
//! As many hashes run at once as there are threads, each with 19 MiB; a bounded number waits; beyond that a caller is told to
//! come back. Which passwords are taken is in `domain/password.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::sealing::random;

/// Memory of one hash (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// When whoever found the queue full may come back.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// The queue is full.
    #[error("too many passwords are being checked")]
    Busy {
        /// When a repeat may help.
        retry_after: Duration,
    },
    /// argon2 refused, or the system has no random bytes.
    #[error("hashing a password failed: {0}")]
    Failed(String),
}

/// Whether a password is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is. `is_outdated`: hash it anew, our parameters have changed since.
    Right {
        /// Whether the hash was made with other parameters than ours.
        is_outdated: bool,
    },
    /// It is not, or there is nothing it could be right for.
    Wrong,
}

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct HashingPool {
    /// One for each caller that is taken in, at work or waiting.
    places: Arc<Semaphore>,
    /// One for each hash at work.
    threads: Arc<Semaphore>,
    params: Params,
    /// Checked when there is no such person, so that the answer takes as long.
    dummy: Arc<str>,
}

impl HashingPool {
    /// A pool of `threads` hashes at once and `queue` callers that wait, both at least one.
    ///
    /// # Errors
    /// [`HashingError::Failed`] when the system has no random bytes.
    pub fn new(threads: usize, queue: usize) -> Result<Self, HashingError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
        Self::with_params(threads, queue, params)
    }

    fn with_params(threads: usize, queue: usize, params: Params) -> Result<Self, HashingError> {
        let threads = threads.max(1);
        let dummy = hash(&params, &SecretString::from("nobody's password"))?;
        Ok(Self {
            places: Arc::new(Semaphore::new(threads + queue.max(1))),
            threads: Arc::new(Semaphore::new(threads)),
            params,
            dummy: dummy.into(),
        })
    }

    /// Hashes a password into a PHC string with a salt of its own.
    ///
    /// # Errors
    /// [`HashingError`].
    pub async fn hash(&self, password: SecretString) -> Result<String, HashingError> {
        let params = self.params.clone();
        self.run(move || hash(&params, &password)).await
    }

    /// Checks a password against a PHC string. Without one it takes as long and says [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`HashingError`]; a PHC string that can't be read is [`HashingError::Failed`].
    pub async fn verify(&self, password: SecretString, phc: Option<String>) -> Result<Verdict, HashingError> {
        let params = self.params.clone();
        let dummy = Arc::clone(&self.dummy);
        self.run(move || match phc {
            Some(phc) => verify(&params, &password, &phc),
            None => verify(&params, &password, &dummy).map(|_| Verdict::Wrong),
        })
        .await
    }

    /// Takes a place or refuses, waits for a thread, works. The permits go with the work: a caller that went away frees
    /// neither before the work has ended.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| HashingError::Busy { retry_after: RETRY_AFTER })?;
        let waiting = Waiting::begin();
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(failed)?;
        drop(waiting);
        let permits: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, thread);
        tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let outcome = work();
            metrics::histogram!("pulse_auth_hashing_seconds").record(started.elapsed().as_secs_f64());
            drop(permits);
            outcome
        })
        .await
        .map_err(failed)?
    }
}

/// Counts a caller in the queue, also when it goes away.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        metrics::gauge!("pulse_auth_hashing_queue_depth").increment(1.0);
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("pulse_auth_hashing_queue_depth").decrement(1.0);
    }
}

fn failed(error: impl std::fmt::Display) -> HashingError {
    HashingError::Failed(error.to_string())
}

fn hash(params: &Params, password: &SecretString) -> Result<String, HashingError> {
    let salt: [u8; 16] = random().map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.expose_secret().as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify(params: &Params, password: &SecretString, phc: &str) -> Result<Verdict, HashingError> {
    let parsed = PasswordHash::new(phc).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    match argon2.verify_password(password.expose_secret().as_bytes(), &parsed) {
        Ok(()) => Ok(Verdict::Right { is_outdated: is_outdated(params, &parsed) }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(failed(error)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(threads: usize, queue: usize) -> HashingPool {
        HashingPool::with_params(threads, queue, Params::new(64, 1, 1, None).expect("params"))
            .expect("a pool")
    }

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_to_the_last_character() {
        let pool = HashingPool::new(1, 4).expect("a pool");
        let long = "x".repeat(128);
        let phc = pool.hash(long.clone().into()).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let verdict = pool.verify(long.clone().into(), Some(phc.clone())).await.expect("checked");
        assert_eq!(verdict, Verdict::Right { is_outdated: false });
        let almost = format!("{}y", &long[1..]);
        assert_eq!(pool.verify(almost.into(), Some(phc)).await.expect("checked"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_other_costs_is_outdated() {
        let phc = cheap(1, 1).hash("some password".to_owned().into()).await.expect("hashed");
        let pool = HashingPool::new(1, 1).expect("a pool");
        let verdict = pool.verify("some password".to_owned().into(), Some(phc)).await.expect("checked");
        assert_eq!(verdict, Verdict::Right { is_outdated: true });
    }

    #[tokio::test]
    async fn nobody_has_no_password_not_even_the_dummy_one() {
        let verdict = cheap(1, 1).verify("nobody's password".to_owned().into(), None).await.expect("checked");
        assert_eq!(verdict, Verdict::Wrong);
    }

    #[tokio::test]
    async fn beyond_the_queue_callers_are_sent_away_and_come_back() {
        let pool = cheap(1, 2);
        let all_places =
            Arc::clone(&pool.places).try_acquire_many_owned(3).expect("one at work and two waiting");
        let refused = pool.hash("some password".to_owned().into()).await;
        assert!(matches!(refused, Err(HashingError::Busy { .. })));
        drop(all_places);
        assert!(pool.hash("some password".to_owned().into()).await.is_ok());
    }
}
