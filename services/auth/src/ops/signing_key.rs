//! The signing keys at the start of the process: opened, and the first one made.

use pulse_types::clock::to_millisecond;
use pulse_types::{Clock, KeyId};

use crate::domain::sealing::{CryptoError, SealingKey};
use crate::domain::signing_key::{SealedSigningKey, SigningKeys};
use crate::store::{self, Db, StoreError};

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
        let key = SealedSigningKey::generate(KeyId::new(clock), sealing_key)?;
        store::signing_key::insert(&mut tx, &key, to_millisecond(clock.now())).await?;
        tracing::info!(key.id = %key.key_id, "made the first signing key");
        sealed.push(key);
    }
    tx.commit().await?;
    let opened: Result<Vec<_>, LoadError> = sealed
        .iter()
        .map(|key| key.open(sealing_key).map_err(|_| LoadError::WrongSealingKey(key.key_id)))
        .collect();
    Ok(SigningKeys::new(opened?))
}
