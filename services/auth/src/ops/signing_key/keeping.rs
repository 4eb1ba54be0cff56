//! How each replica has the signing keys: opened and made at the start, followed while others change them, retired and rotated
//! when it is time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pulse_runtime::Shutdown;
use pulse_types::clock::to_millisecond;
use pulse_types::{Clock, KeyId};
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;

use crate::domain::sealing::{CryptoError, SealingKey};
use crate::domain::signing_key::{SealedSigningKey, SigningKeys, outlived};
use crate::ops::Parts;
use crate::ops::signing_key::{RotateError, rotate};
use crate::store::{self, Db, StoreError};

/// How often the keys are read: for so long a replica may sign with a key that another one withdrew.
const TURN: Duration = Duration::from_secs(1);
/// How long the published keys are worth waiting for: those that were read last are nearly always right.
const FRESH_PATIENCE: Duration = Duration::from_millis(500);

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys in the database were sealed with another key.
    #[error(
        "PULSE_AUTH_SEALING_KEY does not open the signing key {0} in the database; set it to the value with which that key \
         was made, or retire the key (update signing_keys set retired_at = now() where key_id = '{0}'), which signs \
         everybody's access tokens anew"
    )]
    WrongSealingKey(KeyId),
    /// The system failed.
    #[error("a signing key can't be made")]
    Crypto(#[from] CryptoError),
}

/// Lets one reading of the keys serve all who asked before it began, and keeps an older one from following a newer one.
#[derive(Debug, Default)]
pub struct Reading {
    asked: AtomicU64,
    last: Mutex<(u64, Vec<SealedSigningKey>)>,
}

/// Opens the active keys; makes the first one if there is none. Replicas that start at once get the same.
///
/// # Errors
/// [`LoadError`].
pub async fn load_or_make(
    db: &Db,
    clock: &dyn Clock,
    sealing_key: &SealingKey,
) -> Result<SigningKeys, LoadError> {
    let mut tx = db.begin().await?;
    store::signing_key::lock_table(&mut tx).await?;
    let mut sealed = store::signing_key::list_active(&mut tx).await?;
    if sealed.is_empty() {
        let now = to_millisecond(clock.now());
        let key = SealedSigningKey::generate(KeyId::new(clock), sealing_key, now, now)?;
        store::signing_key::insert(&mut tx, &key).await?;
        tracing::info!(key.id = %key.key_id, "made the first signing key");
        sealed.push(key);
    }
    tx.commit().await?;
    let keys = SigningKeys::new(Vec::new());
    let opened = keys.open(&sealed, sealing_key).map_err(|(key_id, _)| LoadError::WrongSealingKey(key_id))?;
    keys.replace(opened);
    Ok(keys)
}

/// Reads the active keys and signs with them from now on; gives them as they are stored, latest to sign first.
///
/// # Errors
/// [`LoadError`]; the keys stay as they were.
async fn reload(parts: &Parts) -> Result<Vec<SealedSigningKey>, LoadError> {
    let Reading { asked, last } = &*parts.key_reading;
    let ours = asked.fetch_add(1, Ordering::SeqCst);
    let mut last = last.lock().await;
    if last.0 > ours {
        return Ok(last.1.clone());
    }
    // Whoever asks from here on is not served by this reading: what they want to see may be newer.
    let served = asked.load(Ordering::SeqCst);
    let sealed = store::signing_key::list_active(&mut *parts.db.conn().await?).await?;
    let opened = parts.signing_keys.open(&sealed, &parts.sealing_key);
    parts.signing_keys.replace(opened.map_err(|(key_id, _)| LoadError::WrongSealingKey(key_id))?);
    *last = (served, sealed.clone());
    Ok(sealed)
}

/// The public halves of the active keys as a JSON Web Key Set: as the database has them, so that nobody who heard of a change
/// is told the old ones by a replica that has not; those that were read last while it is down.
pub async fn published(parts: &Parts) -> String {
    match tokio::time::timeout(FRESH_PATIENCE, reload(parts)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "published the signing keys that were read last"),
        Err(_) => tracing::debug!("published the signing keys that were read last: the database is slow"),
    }
    parts.signing_keys.jwks_json()
}

/// Follows the keys as a task: [`keep`] every second, until the shutdown begins.
pub async fn run(parts: Arc<Parts>, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut every = tokio::time::interval(TURN);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = begun.cancelled() => return,
        }
        match keep(&parts).await {
            Ok(()) => is_failing = false,
            // Once, not every second.
            Err(_) if is_failing => {}
            Err(error) => {
                is_failing = true;
                tracing::error!(%error, "the signing keys can't be followed; those that were read last sign on");
            }
        }
    }
}

/// Follows what others changed, retires keys whose last token has ended, and rotates when it is time.
///
/// # Errors
/// [`LoadError`]; the next turn tries again.
async fn keep(parts: &Parts) -> Result<(), LoadError> {
    let keys = reload(parts).await?;
    let now = parts.now();
    let over = outlived(&keys, parts.lifetimes.access_token, now);
    if !over.is_empty() {
        let retired = store::signing_key::retire(&mut *parts.db.conn().await?, &over, now).await?;
        tracing::info!(keys = retired, "retired signing keys whose last token has ended");
        reload(parts).await?;
    }
    let is_due = |every: Duration| keys.first().is_some_and(|latest| latest.signs_from + every <= now);
    if parts.lifetimes.signing_key.is_some_and(is_due) {
        match rotate(parts).await {
            Ok(_) | Err(RotateError::Waiting(_)) => {}
            Err(RotateError::Store(error)) => return Err(error.into()),
            Err(RotateError::Crypto(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Takes up a change that was committed; should that fail, the next turn of [`keep`] does.
pub(super) async fn follow(parts: &Parts) {
    if let Err(error) = reload(parts).await {
        tracing::warn!(%error, "the changed signing keys can't be read yet");
    }
}
