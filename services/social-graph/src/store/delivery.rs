//! What message-store must still be told.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::delivery::{Delivery, Subject};
use crate::domain::relationship::Pair;

/// Inserts a delivery in the transaction of the change. The one who commits makes the first attempt; others leave it alone
/// until `next_attempt_at`.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut Conn,
    subject: Subject,
    now: OffsetDateTime,
    next_attempt_at: OffsetDateTime,
) -> Result<Delivery, StoreError> {
    let (first, second) = match subject {
        Subject::Person(user_id) => (user_id, user_id),
        Subject::Pair(pair) => (pair.low(), pair.high()),
    };
    let delivery_id = sqlx::query_scalar!(
        "INSERT INTO deliveries (first_user_id, second_user_id, created_at, next_attempt_at) VALUES ($1, $2, $3, $4)
         RETURNING delivery_id",
        first.as_uuid(),
        second.as_uuid(),
        now,
        next_attempt_at,
    )
    .fetch_one(conn)
    .await?;
    Ok(Delivery { delivery_id, subject })
}

/// Takes up to `limit` deliveries that are due, the longest due first. Each is due again after a pause that grows with each
/// attempt from 4 s to 15 s, so that a process that dies with it loses nothing, and replicas do not meet.
///
/// # Errors
/// When the database fails.
pub async fn claim(conn: &mut Conn, now: OffsetDateTime, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    let rows = sqlx::query!(
        "UPDATE deliveries
         SET attempts = attempts + 1,
             next_attempt_at = $1::timestamptz + least(15, 4 * power(1.5, least(attempts, 20))) * interval '1 second'
         WHERE delivery_id IN (
             SELECT delivery_id FROM deliveries WHERE next_attempt_at <= $1
             ORDER BY next_attempt_at, delivery_id LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         RETURNING delivery_id, first_user_id, second_user_id",
        now,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Delivery {
            delivery_id: row.delivery_id,
            subject: subject(row.first_user_id, row.second_user_id),
        })
        .collect())
}

/// A delivery of a pair that was not confirmed yet.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, pair: Pair) -> Result<Option<Delivery>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT delivery_id FROM deliveries WHERE first_user_id = $1 AND second_user_id = $2
         ORDER BY delivery_id DESC LIMIT 1",
        pair.low().as_uuid(),
        pair.high().as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|delivery_id| Delivery { delivery_id, subject: Subject::Pair(pair) }))
}

/// Those of some people of whom message-store was not told yet.
///
/// # Errors
/// When the database fails.
pub async fn list_untold(conn: &mut Conn, user_ids: [UserId; 2]) -> Result<Vec<UserId>, StoreError> {
    let untold = sqlx::query_scalar!(
        "SELECT DISTINCT first_user_id FROM deliveries WHERE first_user_id = ANY($1) AND second_user_id = first_user_id",
        &user_ids.map(|user_id| user_id.as_uuid()),
    )
    .fetch_all(conn)
    .await?;
    Ok(untold.into_iter().map(UserId::from_uuid).collect())
}

/// Deletes a delivery that was confirmed; an absent one is no error.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut Conn, delivery_id: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM deliveries WHERE delivery_id = $1", delivery_id).execute(conn).await?;
    Ok(())
}

fn subject(first: Uuid, second: Uuid) -> Subject {
    let first = UserId::from_uuid(first);
    Pair::of(first, UserId::from_uuid(second)).map_or(Subject::Person(first), Subject::Pair)
}
