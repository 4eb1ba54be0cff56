//! Who may become a member, held as they are until the end of the transaction.

use std::collections::HashSet;

use pulse_types::UserId;
use uuid::Uuid;

use crate::domain::group::Candidate;
use crate::store::{Conn, StoreError};

/// How `adder_id` sees some people, in their order. Held until the end of the transaction: whoever is erased, and whoever
/// disconnects or blocks, waits for it.
///
/// # Errors
/// [`StoreError`].
pub async fn list_held(
    conn: &mut Conn,
    adder_id: UserId,
    user_ids: &[UserId],
) -> Result<Vec<Candidate>, StoreError> {
    let ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    // In the order of their ids, like everybody who holds several.
    let known = sqlx::query_scalar!(
        "SELECT user_id FROM people WHERE user_id = ANY($1) AND username IS NOT NULL ORDER BY user_id FOR SHARE",
        &ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    let known: HashSet<Uuid> = known.into_iter().collect();
    let connections = sqlx::query!(
        r#"SELECT k.user_id AS "user_id!", c.is_connected,
                  CASE WHEN c.low_user_id = $1 THEN c.high_blocks ELSE c.low_blocks END AS "is_hidden!"
           FROM UNNEST($2::uuid[]) AS k (user_id)
           JOIN connections c ON c.low_user_id = LEAST($1, k.user_id) AND c.high_user_id = GREATEST($1, k.user_id)
           ORDER BY k.user_id
           FOR SHARE OF c"#,
        adder_id.as_uuid(),
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let hidden: HashSet<Uuid> =
        connections.iter().filter(|row| row.is_hidden).map(|row| row.user_id).collect();
    let connected: HashSet<Uuid> =
        connections.iter().filter(|row| row.is_connected).map(|row| row.user_id).collect();
    let candidates = user_ids.iter().map(|user_id| {
        let id = user_id.as_uuid();
        Candidate {
            user_id: *user_id,
            is_visible: known.contains(&id) && !hidden.contains(&id),
            is_connected: connected.contains(&id),
        }
    });
    Ok(candidates.collect())
}

/// Whether somebody was erased; held until the end of the transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn is_erased_held(conn: &mut Conn, user_id: UserId) -> Result<bool, StoreError> {
    let is_erased = sqlx::query_scalar!(
        r#"SELECT username IS NULL AS "is_erased!" FROM people WHERE user_id = $1 FOR SHARE"#,
        user_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(is_erased.unwrap_or(false))
}
