//! Finding people by what they are called. Names that begin with the query come first, and are read from indexes.

use pulse_types::UserId;

use super::profile::ProfileRow;
use super::{Conn, StoreError};
use crate::domain::profile::{Profile, Query};

/// Discoverable people but `viewer` whose username or display name begins with the query, by username, after a username.
///
/// # Errors
/// When the database fails.
pub async fn list_prefixed(
    conn: &mut Conn,
    viewer: UserId,
    query: &Query,
    after: &str,
    rows: i64,
) -> Result<Vec<Profile>, StoreError> {
    let rows = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles
         WHERE ((username >= $1 AND username < $2) OR (search_name >= $1 AND search_name < $2))
             AND discoverable AND user_id <> $3 AND username > $4
         ORDER BY username LIMIT $5",
        query.as_str(),
        query.end(),
        viewer.as_uuid(),
        after,
        rows,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Profile::from).collect())
}

/// The same for names that contain the query and do not begin with it.
///
/// # Errors
/// When the database fails.
pub async fn list_containing(
    conn: &mut Conn,
    viewer: UserId,
    query: &Query,
    after: &str,
    rows: i64,
) -> Result<Vec<Profile>, StoreError> {
    let rows = sqlx::query_as!(
        ProfileRow,
        "SELECT user_id, username, display_name, bio, avatar_url, created_at, version
         FROM profiles
         WHERE (strpos(username, $1) > 0 OR strpos(search_name, $1) > 0)
             AND NOT ((username >= $1 AND username < $2) OR (search_name >= $1 AND search_name < $2))
             AND discoverable AND user_id <> $3 AND username > $4
         ORDER BY username LIMIT $5",
        query.as_str(),
        query.end(),
        viewer.as_uuid(),
        after,
        rows,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Profile::from).collect())
}
