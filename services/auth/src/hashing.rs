//! Hashing of passwords on threads of their own, of low priority, so that sign-ins can't starve everything else of processor
//! and memory.
//!
//! As many hashes run at once as there are threads, each with 19 MiB; a bounded number waits for a bounded time; beyond that a
//! caller is told to come back. Which passwords are taken is in `domain/password.rs`, how one is hashed in `hashing/algorithm.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2::Params;
use secrecy::SecretString;

use crate::hashing::queue::Queue;

mod algorithm;
mod queue;

/// Answers wait no longer than this for the sake of hashes that are not like ours.
const EVEN_MAX: Duration = Duration::from_secs(1);

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// The queue is full, or moves too slowly.
    #[error("too many passwords are being checked")]
    Busy {
        /// When a repeat may help.
        retry_after: Duration,
    },
    /// A stored hash can't be read, the system has no random bytes, or no threads.
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

/// Hashes and checks passwords. Its threads end with the last clone.
#[derive(Debug, Clone)]
pub struct HashingPool {
    queue: Queue,
    params: Params,
    /// Checked when there is no such person, so that the answer takes as long.
    dummy: Arc<str>,
    /// How long a check takes of hashes like ours.
    ours: Arc<Pace>,
    /// And of others; zero while there was none.
    foreign: Arc<Pace>,
}

impl HashingPool {
    /// A pool of `threads` hashes at once and `queue` callers that wait, both at least one.
    ///
    /// # Errors
    /// [`HashingError::Failed`] when the system has no random bytes or no threads.
    pub fn new(threads: usize, queue: usize) -> Result<Self, HashingError> {
        Self::with_params(threads, queue, algorithm::params()?)
    }

    fn with_params(threads: usize, queue: usize, params: Params) -> Result<Self, HashingError> {
        let started = Instant::now();
        let dummy = algorithm::hash(&params, &SecretString::from("nobody's password"))?;
        let ours = Arc::<Pace>::default();
        ours.note(started.elapsed());
        let queue = Queue::new(threads, queue)?;
        Ok(Self { queue, params, dummy: dummy.into(), ours, foreign: Arc::default() })
    }

    /// Hashes a password into a PHC string with a salt of its own.
    ///
    /// # Errors
    /// [`HashingError`].
    pub async fn hash(&self, password: SecretString) -> Result<String, HashingError> {
        let params = self.params.clone();
        let (hashed, _) = self.queue.run(move || algorithm::hash(&params, &password)).await?;
        hashed
    }

    /// Checks a password against a stored hash. Without one it takes as long and says [`Verdict::Wrong`]. Hashes of an older
    /// system may take longer or shorter: once there was one, each wrong password takes as long as the slower of both.
    ///
    /// # Errors
    /// [`HashingError`]; a hash that can't be read is [`HashingError::Failed`].
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Verdict, HashingError> {
        let params = self.params.clone();
        let dummy = Arc::clone(&self.dummy);
        let is_foreign = stored.as_ref().is_some_and(|stored| algorithm::is_foreign(&params, stored));
        let (verdict, took) = self
            .queue
            .run(move || match stored {
                Some(stored) => algorithm::verify(&params, &password, &stored),
                None => algorithm::verify(&params, &password, &dummy).map(|_| Verdict::Wrong),
            })
            .await?;
        let pace = if is_foreign { &self.foreign } else { &self.ours };
        pace.note(took);
        if matches!(verdict, Ok(Verdict::Wrong)) {
            tokio::time::sleep(self.even().saturating_sub(took)).await;
        }
        verdict
    }

    /// So long each wrong password takes; zero while all hashes are like ours.
    fn even(&self) -> Duration {
        let foreign = self.foreign.takes();
        if foreign.is_zero() { foreign } else { foreign.max(self.ours.takes()) }
    }
}

/// How long a check takes, in microseconds.
#[derive(Debug, Default)]
struct Pace(AtomicU64);

impl Pace {
    /// Follows longer times at once and shorter ones slowly: few checks take longer than what it says then.
    fn note(&self, took: Duration) {
        let took = u64::try_from(took.min(EVEN_MAX).as_micros()).unwrap_or(u64::MAX);
        let follow = |known: u64| Some(if took > known { took } else { known - (known - took) / 64 });
        // The closure always gives a value.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, follow);
    }

    fn takes(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

fn failed(error: impl std::fmt::Display) -> HashingError {
    HashingError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(threads: usize, queue: usize) -> HashingPool {
        HashingPool::with_params(threads, queue, Params::new(64, 1, 1, None).expect("params"))
            .expect("a pool")
    }

    fn password(text: &str) -> SecretString {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_to_the_last_character() {
        let pool = HashingPool::new(1, 4).expect("a pool");
        let long = "x".repeat(128);
        let phc = pool.hash(password(&long)).await.expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let verdict = pool.verify(password(&long), Some(phc.clone())).await.expect("checked");
        assert_eq!(verdict, Verdict::Right { is_outdated: false });
        let almost = format!("{}y", &long[1..]);
        assert_eq!(pool.verify(password(&almost), Some(phc)).await.expect("checked"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_other_costs_is_outdated() {
        let phc = cheap(1, 1).hash(password("some password")).await.expect("hashed");
        let pool = HashingPool::new(1, 1).expect("a pool");
        let verdict = pool.verify(password("some password"), Some(phc)).await.expect("checked");
        assert_eq!(verdict, Verdict::Right { is_outdated: true });
    }

    #[tokio::test]
    async fn nobody_has_no_password_not_even_the_dummy_one() {
        let verdict = cheap(1, 1).verify(password("nobody's password"), None).await.expect("checked");
        assert_eq!(verdict, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_that_is_checked_faster_than_ours_takes_as_long_as_ours() {
        let quick = cheap(1, 1).hash(password("some password")).await.expect("hashed");
        let pool = HashingPool::new(1, 1).expect("a pool");
        let ours = pool.ours.takes();
        assert!(ours > Duration::from_millis(1), "{ours:?}");
        let started = Instant::now();
        pool.verify(password("another"), Some(quick)).await.expect("checked");
        assert!(started.elapsed() >= ours);
        assert_eq!(pool.ours.takes(), ours, "others don't count as ours");
    }

    #[tokio::test]
    async fn once_there_was_a_slower_hash_every_wrong_password_takes_as_long() {
        let pool = cheap(1, 1);
        let legacy = bcrypt::hash("some password", 8).expect("hashed");
        pool.verify(password("another"), Some(legacy)).await.expect("checked");
        let even = pool.foreign.takes();
        assert!(even > Duration::from_millis(1), "{even:?}");
        let started = Instant::now();
        pool.verify(password("another"), None).await.expect("checked");
        assert!(started.elapsed() >= even);
        pool.foreign.note(Duration::from_secs(60));
        assert_eq!(pool.foreign.takes(), EVEN_MAX);
        for _ in 0..1_000 {
            pool.foreign.note(Duration::from_millis(1));
        }
        assert!(pool.foreign.takes() < Duration::from_millis(2), "it follows shorter times too");
    }
}
