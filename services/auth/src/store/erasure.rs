//! Table `erasures`, and the row of `accounts` that goes when one begins.

use pulse_types::UserId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::erasure::{Erasure, Step};
use crate::store::{Conn, StoreError};

/// Deletes an account with all that refers to it, its mails, the links that were asked for, and events that tell what the
/// account is called and have not left yet.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_account(
    conn: &mut Conn,
    user_id: UserId,
    event_subjects: &[String],
) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM mails WHERE user_id = $1", user_id.as_uuid()).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM mail_requests WHERE user_id = $1", user_id.as_uuid())
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM outbox WHERE subjects && $1", event_subjects).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM accounts WHERE user_id = $1", user_id.as_uuid()).execute(conn).await?;
    Ok(())
}

/// Begins an erasure, to be taken up at once.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    user_id: UserId,
    erase_messages: bool,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO erasures (user_id, erase_messages, requested_at, next_attempt_at) VALUES ($1, $2, $3, $3)
         ON CONFLICT (user_id) DO NOTHING",
        user_id.as_uuid(),
        erase_messages,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Row {
    user_id: Uuid,
    erase_messages: bool,
    done: Vec<String>,
    attempts: i32,
}

/// Takes up an erasure that is due; until `leased_until` no other replica does.
///
/// # Errors
/// [`StoreError`].
pub async fn claim(
    conn: &mut Conn,
    now: OffsetDateTime,
    leased_until: OffsetDateTime,
) -> Result<Option<Erasure>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE erasures SET next_attempt_at = $2, attempts = attempts + 1
         WHERE user_id = (
           SELECT user_id FROM erasures WHERE finished_at IS NULL AND next_attempt_at <= $1
           ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING user_id, erase_messages, done, attempts",
        now,
        leased_until
    );
    Ok(row.fetch_optional(conn).await?.map(|row| Erasure {
        user_id: UserId::from_uuid(row.user_id),
        erase_messages: row.erase_messages,
        done: row.done,
        attempts: u32::try_from(row.attempts).unwrap_or(1),
    }))
}

/// Notes that a step is done, and keeps the erasure until `leased_until`.
///
/// # Errors
/// [`StoreError`].
pub async fn note_done(
    conn: &mut Conn,
    user_id: UserId,
    step: Step,
    leased_until: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE erasures SET done = array_append(array_remove(done, $2), $2), next_attempt_at = $3
         WHERE user_id = $1 AND finished_at IS NULL",
        user_id.as_uuid(),
        step.as_str(),
        leased_until
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves an erasure to whoever looks after `next_attempt_at`.
///
/// # Errors
/// [`StoreError`].
pub async fn postpone(
    conn: &mut Conn,
    user_id: UserId,
    next_attempt_at: OffsetDateTime,
    error: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE erasures SET next_attempt_at = $2, last_error = coalesce($3, last_error) WHERE user_id = $1",
        user_id.as_uuid(),
        next_attempt_at,
        error
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Finishes an erasure: nothing but the id and the times stays.
///
/// # Errors
/// [`StoreError`].
pub async fn finish(conn: &mut Conn, user_id: UserId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE erasures SET finished_at = $2, done = '{}', last_error = NULL WHERE user_id = $1",
        user_id.as_uuid(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes up to `limit` erasures that were finished before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_finished(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM erasures WHERE user_id IN (
           SELECT user_id FROM erasures WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
