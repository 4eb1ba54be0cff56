//! What is between two people: the row of the pair, which is locked while that changes, and one row for each direction.

use std::collections::HashMap;

use pulse_types::{FollowRequestId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::delivery::Connection;
use crate::domain::relationship::{Between, FollowState, Pair, Relationship};

/// The state of one direction as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Direction {
    /// From whom.
    pub follower_id: UserId,
    /// To whom.
    pub followed_id: UserId,
    /// The state.
    pub state: FollowState,
    /// There exactly when the state is requested.
    pub request_id: Option<FollowRequestId>,
}

/// Locks a pair until the transaction ends, and inserts its row when nothing was between the two before. Whoever else
/// locks it waits. False when one of the two has no profile (any more), after which the transaction can't go on.
///
/// # Errors
/// When the database fails.
pub async fn lock_or_insert(conn: &mut Conn, pair: Pair) -> Result<bool, StoreError> {
    // The update changes nothing; it is what locks a row that stands already.
    let outcome = sqlx::query!(
        "INSERT INTO pairs (low_user_id, high_user_id) VALUES ($1, $2)
         ON CONFLICT (low_user_id, high_user_id) DO UPDATE SET version = pairs.version",
        pair.low().as_uuid(),
        pair.high().as_uuid(),
    )
    .execute(conn)
    .await;
    match outcome {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(refusal))
            if matches!(refusal.constraint(), Some("pairs_low_user_id_fkey" | "pairs_high_user_id_fkey")) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Locks a pair until the transaction ends; false when nothing was ever between the two.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &mut Conn, pair: Pair) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        "SELECT version FROM pairs WHERE low_user_id = $1 AND high_user_id = $2 FOR UPDATE",
        pair.low().as_uuid(),
        pair.high().as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// What is between a person and another one, as the first sees it.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub async fn find(conn: &mut Conn, viewer: UserId, other: UserId) -> Result<Between, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT follower_id AS "actor_id!", state AS "what!", request_id FROM follows
           WHERE (follower_id = $1 AND followed_id = $2) OR (follower_id = $2 AND followed_id = $1)
           UNION ALL
           SELECT blocker_id, 'blocks', NULL FROM blocks
           WHERE (blocker_id = $1 AND blocked_id = $2) OR (blocker_id = $2 AND blocked_id = $1)
           UNION ALL
           SELECT muter_id, 'mutes', NULL FROM mutes
           WHERE (muter_id = $1 AND muted_id = $2) OR (muter_id = $2 AND muted_id = $1)"#,
        viewer.as_uuid(),
        other.as_uuid(),
    )
    .fetch_all(conn)
    .await?;
    let mut between = Between::default();
    for row in rows {
        let is_outgoing = row.actor_id == viewer.as_uuid();
        add(&mut between.relationship, is_outgoing, &row.what)
            .ok_or(StoreError::Corrupt { table: "follows", id: row.actor_id })?;
        let Some(request_id) = row.request_id.map(FollowRequestId::from_uuid) else { continue };
        match is_outgoing {
            true => between.outgoing_request_id = Some(request_id),
            false => between.incoming_request_id = Some(request_id),
        }
    }
    Ok(between)
}

/// What is between a person and each of several others, as the first sees it. Those with whom there is nothing are absent.
///
/// # Errors
/// When the database fails or a row is corrupt.
pub async fn list(
    conn: &mut Conn,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashMap<UserId, Relationship>, StoreError> {
    let ids: Vec<Uuid> = others.iter().map(UserId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT followed_id AS "other_id!", TRUE AS "is_outgoing!", state AS "what!" FROM follows
           WHERE follower_id = $1 AND followed_id = ANY($2)
           UNION ALL
           SELECT follower_id, FALSE, state FROM follows WHERE followed_id = $1 AND follower_id = ANY($2)
           UNION ALL
           SELECT blocked_id, TRUE, 'blocks' FROM blocks WHERE blocker_id = $1 AND blocked_id = ANY($2)
           UNION ALL
           SELECT blocker_id, FALSE, 'blocks' FROM blocks WHERE blocked_id = $1 AND blocker_id = ANY($2)
           UNION ALL
           SELECT muted_id, TRUE, 'mutes' FROM mutes WHERE muter_id = $1 AND muted_id = ANY($2)"#,
        viewer.as_uuid(),
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let mut relationships: HashMap<UserId, Relationship> = HashMap::new();
    for row in rows {
        let relationship = relationships.entry(UserId::from_uuid(row.other_id)).or_default();
        add(relationship, row.is_outgoing, &row.what)
            .ok_or(StoreError::Corrupt { table: "follows", id: row.other_id })?;
    }
    Ok(relationships)
}

/// Adds what a row says: from the one who looks to the other one, or the other way round. `None` for an unknown word.
fn add(relationship: &mut Relationship, is_outgoing: bool, what: &str) -> Option<()> {
    let mut seen = if is_outgoing { *relationship } else { relationship.mirrored() };
    match what {
        "requested" => seen.following = FollowState::Requested,
        "accepted" => seen.following = FollowState::Accepted,
        "blocks" => seen.blocking = true,
        "mutes" => seen.muting = true,
        _ => return None,
    }
    *relationship = if is_outgoing { seen } else { seen.mirrored() };
    Some(())
}

/// Writes one direction of a locked pair.
///
/// # Errors
/// When the database fails.
pub async fn write_direction(
    conn: &mut Conn,
    direction: Direction,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let state = match direction.state {
        FollowState::None => {
            sqlx::query!(
                "DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2",
                direction.follower_id.as_uuid(),
                direction.followed_id.as_uuid(),
            )
            .execute(conn)
            .await?;
            return Ok(());
        }
        FollowState::Requested => "requested",
        FollowState::Accepted => "accepted",
    };
    sqlx::query!(
        "INSERT INTO follows (follower_id, followed_id, state, request_id, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (follower_id, followed_id) DO UPDATE
         SET state = EXCLUDED.state, request_id = EXCLUDED.request_id, created_at = EXCLUDED.created_at",
        direction.follower_id.as_uuid(),
        direction.followed_id.as_uuid(),
        state,
        direction.request_id.map(|id| id.as_uuid()),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts a change of a locked pair, and keeps since when the two are connected.
///
/// # Errors
/// When the database fails.
pub async fn count_change(
    conn: &mut Conn,
    pair: Pair,
    is_connected: bool,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE pairs SET version = version + 1, connected_at = CASE WHEN $3 THEN coalesce(connected_at, $4) END
         WHERE low_user_id = $1 AND high_user_id = $2",
        pair.low().as_uuid(),
        pair.high().as_uuid(),
        is_connected,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a pair is connected and who blocks whom, with the number of its last change, all of one moment; `None` when
/// nothing was ever between the two.
///
/// # Errors
/// When the database fails.
pub async fn find_connection(conn: &mut Conn, pair: Pair) -> Result<Option<Connection>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT version, connected_at IS NOT NULL AS "is_connected!",
                  EXISTS (SELECT FROM blocks WHERE blocker_id = $1 AND blocked_id = $2) AS "low_blocks!",
                  EXISTS (SELECT FROM blocks WHERE blocker_id = $2 AND blocked_id = $1) AS "high_blocks!"
           FROM pairs WHERE low_user_id = $1 AND high_user_id = $2"#,
        pair.low().as_uuid(),
        pair.high().as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Connection {
        pair,
        is_connected: row.is_connected,
        low_blocks: row.low_blocks,
        high_blocks: row.high_blocks,
        version: row.version,
    }))
}
