//! The keys that sign access tokens: rotated, withdrawn, listed. How each replica follows them is in `keeping`.

use pulse_types::KeyId;
use time::OffsetDateTime;

use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::DomainEvent;
use crate::domain::sealing::CryptoError;
use crate::domain::session::ClientInfo;
use crate::domain::signing_key::{PUBLISHED_BEFORE, SealedSigningKey, signer};
use crate::ops::{Parts, audit};
use crate::store::{self, Conn, StoreError};

mod keeping;

pub use keeping::{LoadError, Reading, load_or_make, published, run};

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// One is published already and does not sign yet.
    #[error("the signing key {0} waits already")]
    Waiting(KeyId),
    /// The database failed.
    #[error("the signing key can't be stored")]
    Store(#[from] StoreError),
    /// The system failed.
    #[error("a signing key can't be made")]
    Crypto(#[from] CryptoError),
}

/// Why a key was not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// No active key has this id.
    #[error("there is no active signing key {0}")]
    Unknown(String),
    /// The database failed.
    #[error("the withdrawal can't be stored")]
    Store(#[from] StoreError),
    /// The system failed.
    #[error("another signing key can't be made")]
    Crypto(#[from] CryptoError),
}

/// A key as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// `kid`.
    pub key_id: KeyId,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// From when on it signs, until a newer one does.
    pub signs_from: OffsetDateTime,
    /// Whether it signs now.
    pub is_signing: bool,
}

/// Makes a key that is published at once and signs once everybody knows it; the one before verifies until its last token has
/// ended.
///
/// # Errors
/// [`RotateError`].
#[tracing::instrument(name = "signing_key.rotate", skip_all)]
pub async fn rotate(parts: &Parts) -> Result<ListedKey, RotateError> {
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    store::signing_key::lock_table(&mut tx).await?;
    let keys = store::signing_key::list_active(&mut tx).await?;
    if let Some(waiting) = keys.iter().find(|key| key.signs_from > now) {
        return Err(RotateError::Waiting(waiting.key_id));
    }
    // When none is left nobody has to be waited for.
    let signs_from = if keys.is_empty() { now } else { now + PUBLISHED_BEFORE };
    let key = SealedSigningKey::generate(KeyId::new(&*parts.clock), &parts.sealing_key, now, signs_from)?;
    store::signing_key::insert(&mut tx, &key).await?;
    note(parts, &mut tx, SecurityEvent::SigningKeyRotated).await?;
    tx.commit().await?;
    tracing::info!(key.id = %key.key_id, signs_from = %key.signs_from, "made a signing key");
    keeping::follow(parts).await;
    Ok(listed(&key, keys.is_empty()))
}

/// Withdraws a key at once and tells everybody. If no other key signs now, the one that waits begins, or another is made; gives
/// the one that signs from now on.
///
/// # Errors
/// [`WithdrawError`].
#[tracing::instrument(name = "signing_key.withdraw", skip_all)]
pub async fn withdraw(parts: &Parts, key_id: &str) -> Result<ListedKey, WithdrawError> {
    let unknown = || WithdrawError::Unknown(key_id.to_owned());
    let key_id: KeyId = key_id.parse().map_err(|_| unknown())?;
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    store::signing_key::lock_table(&mut tx).await?;
    let mut keys = store::signing_key::list_active(&mut tx).await?;
    let index = keys.iter().position(|key| key.key_id == key_id).ok_or_else(unknown)?;
    keys.remove(index);
    store::signing_key::retire(&mut tx, &[key_id], now).await?;
    let signing = match signer(&keys, now) {
        Some(key) if key.signs_from <= now => key.clone(),
        Some(key) => {
            store::signing_key::begin_to_sign(&mut tx, key.key_id, now).await?;
            SealedSigningKey { signs_from: now, ..key.clone() }
        }
        None => {
            let key = SealedSigningKey::generate(KeyId::new(&*parts.clock), &parts.sealing_key, now, now)?;
            store::signing_key::insert(&mut tx, &key).await?;
            key
        }
    };
    let entry = parts.record(&mut tx, &DomainEvent::SigningKeyWithdrawn(key_id)).await?;
    note(parts, &mut tx, SecurityEvent::SigningKeyWithdrawn).await?;
    tx.commit().await?;
    parts.relay.offer(vec![entry]);
    tracing::warn!(key.id = %key_id, signing.key.id = %signing.key_id, "withdrew a signing key");
    keeping::follow(parts).await;
    Ok(listed(&signing, true))
}

/// The active keys, latest to sign first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(parts: &Parts) -> Result<Vec<ListedKey>, StoreError> {
    let keys = store::signing_key::list_active(&mut *parts.db.conn().await?).await?;
    let signing = signer(&keys, parts.now()).map(|key| key.key_id);
    Ok(keys.iter().map(|key| listed(key, Some(key.key_id) == signing)).collect())
}

fn listed(key: &SealedSigningKey, is_signing: bool) -> ListedKey {
    let SealedSigningKey { key_id, created_at, signs_from, .. } = *key;
    ListedKey { key_id, created_at, signs_from, is_signing }
}

async fn note(parts: &Parts, conn: &mut Conn, event: SecurityEvent) -> Result<(), StoreError> {
    audit::record(parts, conn, AuditEntry { user_id: None, event, client: ClientInfo::default() }).await
}
