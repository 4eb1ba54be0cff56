//! Table `signing_keys`.

use pulse_types::KeyId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::signing_key::SealedSigningKey;
use crate::store::{Conn, StoreError};

/// Held while the first key is made, so that replicas that start at once agree on one.
const FIRST_KEY_LOCK: i64 = 0x7075_6c73_6501;
/// More active keys than this were never meant to be.
const MAX_ACTIVE: i64 = 16;

struct Row {
    key_id: Uuid,
    public_key: Vec<u8>,
    sealed_seed: Vec<u8>,
}

/// Waits until nobody else makes the first key, and keeps others from it until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_table(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1) AS locked", FIRST_KEY_LOCK).fetch_one(conn).await?;
    Ok(())
}

/// The keys that sign and verify, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list_active(conn: &mut Conn) -> Result<Vec<SealedSigningKey>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT key_id, public_key, sealed_seed FROM signing_keys WHERE retired_at IS NULL
         ORDER BY created_at DESC, key_id DESC LIMIT $1",
        MAX_ACTIVE
    );
    let to_key = |row: Row| SealedSigningKey {
        key_id: KeyId::from_uuid(row.key_id),
        public_key: row.public_key,
        sealed_seed: row.sealed_seed,
    };
    Ok(rows.fetch_all(conn).await?.into_iter().map(to_key).collect())
}

/// Stores a new key.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, key: &SealedSigningKey, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO signing_keys (key_id, public_key, sealed_seed, created_at) VALUES ($1, $2, $3, $4)",
        key.key_id.as_uuid(),
        key.public_key,
        key.sealed_seed,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
