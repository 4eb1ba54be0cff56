//! Table `login_guards`.

use time::OffsetDateTime;

use crate::domain::guard::{Guard, Subject};
use crate::store::{Conn, StoreError};

/// What is remembered of a subject; nothing is remembered of one that never failed.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, subject: &Subject) -> Result<Option<Guard>, StoreError> {
    let guard = sqlx::query_as!(
        Guard,
        "SELECT failed_at, locked_until FROM login_guards WHERE subject_hash = $1",
        subject.as_bytes()
    );
    Ok(guard.fetch_optional(conn).await?)
}

/// As [`find`], and keeps others from counting on this subject until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(conn: &mut Conn, subject: &Subject) -> Result<Option<Guard>, StoreError> {
    let guard = sqlx::query_as!(
        Guard,
        "SELECT failed_at, locked_until FROM login_guards WHERE subject_hash = $1 FOR UPDATE",
        subject.as_bytes()
    );
    Ok(guard.fetch_optional(conn).await?)
}

/// Makes a row for a subject that has none, so that [`lock`] finds one.
///
/// # Errors
/// [`StoreError`].
pub async fn ensure(conn: &mut Conn, subject: &Subject, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO login_guards (subject_hash, failed_at, updated_at) VALUES ($1, '{}', $2)
         ON CONFLICT ON CONSTRAINT login_guards_pkey DO NOTHING",
        subject.as_bytes(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores what is remembered of a subject that has a row.
///
/// # Errors
/// [`StoreError`].
pub async fn update(
    conn: &mut Conn,
    subject: &Subject,
    guard: &Guard,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE login_guards SET failed_at = $2, locked_until = $3, updated_at = $4 WHERE subject_hash = $1",
        subject.as_bytes(),
        &guard.failed_at,
        guard.locked_until,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what is remembered of these subjects.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, subjects: &[Subject]) -> Result<(), StoreError> {
    let hashes: Vec<Vec<u8>> = subjects.iter().map(|subject| subject.as_bytes().to_vec()).collect();
    sqlx::query!("DELETE FROM login_guards WHERE subject_hash = ANY ($1)", &hashes).execute(conn).await?;
    Ok(())
}

/// Forgets up to `limit` subjects that were counted last before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_older(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM login_guards WHERE subject_hash IN (
           SELECT subject_hash FROM login_guards WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
