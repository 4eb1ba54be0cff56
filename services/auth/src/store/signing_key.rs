//! Table `signing_keys`.

use pulse_types::KeyId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::signing_key::SealedSigningKey;
use crate::store::{Conn, StoreError};

/// Held while keys are made or withdrawn, so that replicas that do it at once agree.
const KEYS_LOCK: i64 = 0x7075_6c73_6501;
/// More active keys than this were never meant to be.
const MAX_ACTIVE: i64 = 16;

struct Row {
    key_id: Uuid,
    public_key: Vec<u8>,
    sealed_seed: Vec<u8>,
    created_at: OffsetDateTime,
    signs_from: OffsetDateTime,
}

impl From<Row> for SealedSigningKey {
    fn from(row: Row) -> Self {
        Self {
            key_id: KeyId::from_uuid(row.key_id),
            public_key: row.public_key,
            sealed_seed: row.sealed_seed,
            created_at: row.created_at,
            signs_from: row.signs_from,
        }
    }
}

/// Waits until nobody else makes or withdraws keys, and keeps others from it until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_table(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1) AS locked", KEYS_LOCK).fetch_one(conn).await?;
    Ok(())
}

/// The keys that sign and verify, latest to sign first.
///
/// # Errors
/// [`StoreError`].
pub async fn list_active(conn: &mut Conn) -> Result<Vec<SealedSigningKey>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT key_id, public_key, sealed_seed, created_at, coalesce(signs_from, created_at) AS "signs_from!"
         FROM signing_keys WHERE retired_at IS NULL
         ORDER BY coalesce(signs_from, created_at) DESC, key_id DESC LIMIT $1"#,
        MAX_ACTIVE
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(SealedSigningKey::from).collect())
}

/// Stores a new key.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, key: &SealedSigningKey) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO signing_keys (key_id, public_key, sealed_seed, created_at, signs_from) VALUES ($1, $2, $3, $4, $5)",
        key.key_id.as_uuid(),
        key.public_key,
        key.sealed_seed,
        key.created_at,
        key.signs_from
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets a key that waits sign from `now` on.
///
/// # Errors
/// [`StoreError`].
pub async fn begin_to_sign(conn: &mut Conn, key_id: KeyId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!("UPDATE signing_keys SET signs_from = $2 WHERE key_id = $1", key_id.as_uuid(), now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Retires keys, so that they neither sign nor verify; returns how many were active.
///
/// # Errors
/// [`StoreError`].
pub async fn retire(conn: &mut Conn, key_ids: &[KeyId], now: OffsetDateTime) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = key_ids.iter().map(KeyId::as_uuid).collect();
    let retired = sqlx::query!(
        "UPDATE signing_keys SET retired_at = $2 WHERE key_id = ANY ($1) AND retired_at IS NULL",
        &ids,
        now
    );
    Ok(retired.execute(conn).await?.rows_affected())
}
