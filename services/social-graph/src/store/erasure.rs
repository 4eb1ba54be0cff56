//! Forgetting a person, in pieces that hold few locks, and remembering that it was done.

use pulse_types::UserId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};

/// Nobody erases this person until the transaction ends; others may make them beside it.
///
/// # Errors
/// When the database fails.
pub async fn hold_person(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", user_id.to_string())
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Nobody makes or erases this person until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_person(conn: &mut Conn, user_id: UserId) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", user_id.to_string())
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Whether a person was erased.
///
/// # Errors
/// When the database fails.
pub async fn is_erased(conn: &mut Conn, user_id: UserId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM erased_people WHERE user_id = $1) AS "is_erased!""#,
        user_id.as_uuid(),
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// Remembers that a person was erased.
///
/// # Errors
/// When the database fails.
pub async fn remember(conn: &mut Conn, user_id: UserId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO erased_people (user_id, erased_at) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING",
        user_id.as_uuid(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets who was erased before a time.
///
/// # Errors
/// When the database fails.
pub async fn forget_older(conn: &mut Conn, before: OffsetDateTime) -> Result<(), StoreError> {
    // What a change beside an erasure may have left of it.
    sqlx::query!(
        "DELETE FROM relationship_points WHERE user_id IN (SELECT user_id FROM erased_people WHERE erased_at < $1)",
        before,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM erased_people WHERE erased_at < $1", before).execute(conn).await?;
    Ok(())
}

/// Locks up to `limit` pairs of a person, in the order of their ids, and gives the other ones.
///
/// # Errors
/// When the database fails.
pub async fn lock_pairs(conn: &mut Conn, user_id: UserId, limit: i64) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query!(
        "SELECT low_user_id, high_user_id FROM pairs WHERE low_user_id = $1 OR high_user_id = $1
         ORDER BY low_user_id, high_user_id LIMIT $2 FOR UPDATE",
        user_id.as_uuid(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let other = |low: Uuid, high: Uuid| if low == user_id.as_uuid() { high } else { low };
    Ok(rows.into_iter().map(|row| UserId::from_uuid(other(row.low_user_id, row.high_user_id))).collect())
}

/// Deletes what is between a person and others whose pairs are locked; gives those who followed, were followed, asked, were
/// asked, blocked or muted them.
///
/// # Errors
/// When the database fails.
pub async fn delete_pairs(
    conn: &mut Conn,
    user_id: UserId,
    others: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    let others: Vec<Uuid> = others.iter().map(UserId::as_uuid).collect();
    let told = sqlx::query_scalar!(
        r#"WITH outgoing AS (
               DELETE FROM follows WHERE follower_id = $1 AND followed_id = ANY($2) RETURNING followed_id AS other_id
           ), incoming AS (
               DELETE FROM follows WHERE followed_id = $1 AND follower_id = ANY($2) RETURNING follower_id AS other_id
           ), own_blocks AS (
               DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = ANY($2)
           ), blocks_of_others AS (
               DELETE FROM blocks WHERE blocked_id = $1 AND blocker_id = ANY($2) RETURNING blocker_id AS other_id
           ), own_mutes AS (
               DELETE FROM mutes WHERE muter_id = $1 AND muted_id = ANY($2)
           ), mutes_of_others AS (
               DELETE FROM mutes WHERE muted_id = $1 AND muter_id = ANY($2) RETURNING muter_id AS other_id
           )
           SELECT other_id AS "other_id!" FROM outgoing UNION SELECT other_id FROM incoming
           UNION SELECT other_id FROM blocks_of_others UNION SELECT other_id FROM mutes_of_others"#,
        user_id.as_uuid(),
        &others,
    )
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM pairs
         WHERE (low_user_id = $1 AND high_user_id = ANY($2)) OR (high_user_id = $1 AND low_user_id = ANY($2))",
        user_id.as_uuid(),
        &others,
    )
    .execute(conn)
    .await?;
    Ok(told.into_iter().map(UserId::from_uuid).collect())
}

/// Locks a profile against everything that refers to it, and gives its username.
///
/// # Errors
/// When the database fails.
pub async fn lock_profile(conn: &mut Conn, user_id: UserId) -> Result<Option<String>, StoreError> {
    let username =
        sqlx::query_scalar!("SELECT username FROM profiles WHERE user_id = $1 FOR UPDATE", user_id.as_uuid())
            .fetch_optional(conn)
            .await?;
    Ok(username)
}

/// Deletes a locked profile with no pairs, what message-store was to be told of the person, the events that were to be told
/// of them or to them alone, and who made their reports, with their words.
///
/// # Errors
/// When the database fails.
pub async fn delete_profile(
    conn: &mut Conn,
    user_id: UserId,
    username: &str,
    inbox: String,
) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM deliveries WHERE first_user_id = $1 OR second_user_id = $1", user_id.as_uuid())
        .execute(&mut *conn)
        .await?;
    // An event that shows the person holds both; one that tells of the erasure holds the id alone.
    sqlx::query!(
        "DELETE FROM outbox
         WHERE subjects = ARRAY[$3]
            OR (position(convert_to($1, 'UTF8') IN payload) > 0 AND position(convert_to($2, 'UTF8') IN payload) > 0)",
        user_id.to_string(),
        username,
        inbox,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE reports SET reporter_id = NULL, detail = '' WHERE reporter_id = $1",
        user_id.as_uuid(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM relationship_points WHERE user_id = $1", user_id.as_uuid())
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM standings WHERE user_id = $1", user_id.as_uuid()).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM profiles WHERE user_id = $1", user_id.as_uuid()).execute(conn).await?;
    Ok(())
}
