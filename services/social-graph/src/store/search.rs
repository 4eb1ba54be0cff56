//! Finding people by what they are called. Names that begin with the query come first, and are read from indexes; then names
//! that contain it or are like it (pg_trgm). Whom the one who looks does not find, the queries leave out: themselves,
//! undiscoverable people, and whoever blocks them or is blocked by them.

use pulse_types::UserId;

use super::profile::ProfileRow;
use super::{Conn, StoreError};
use crate::domain::profile::{Profile, Query};

/// People whose username or display name begins with the query, by username, after a username.
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
         FROM profiles AS p
         WHERE ((username >= $1 AND username < $2) OR (search_name >= $1 AND search_name < $2))
             AND discoverable AND user_id <> $3 AND username > $4
             AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = p.user_id AND b.blocked_id = $3)
             AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = $3 AND b.blocked_id = p.user_id)
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

/// A person whose name contains the query or is like it.
#[derive(Debug, Clone)]
pub struct Alike {
    /// Who.
    pub profile: Profile,
    /// How much, in millionths.
    pub likeness: i32,
}

/// Where the people whose names are like the query go on.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// Likeness of the last one.
    pub likeness: i32,
    /// Their username.
    pub username: &'a str,
}

/// People whose names contain the query or are like it, and do not begin with it: the likest first, then by username.
///
/// # Errors
/// When the database fails.
pub async fn list_alike(
    conn: &mut Conn,
    viewer: UserId,
    query: &Query,
    after: After<'_>,
    rows: i64,
) -> Result<Vec<Alike>, StoreError> {
    // `%` and `<%` are what the indexes answer; the numbers beneath them have a threshold, which containing has not.
    let rows = sqlx::query!(
        r#"SELECT user_id, username, display_name, bio, avatar_url, created_at, version, likeness AS "likeness!"
           FROM (
               SELECT p.*, (1000000 * greatest(
                   similarity(username, $1), word_similarity($1, username),
                   similarity(search_name, $1), word_similarity($1, search_name)
               ))::integer AS likeness
               FROM profiles AS p
               WHERE (username LIKE $6 OR search_name LIKE $6 OR username % $1 OR $1 <% username
                      OR search_name % $1 OR $1 <% search_name)
                   AND NOT ((username >= $1 AND username < $2) OR (search_name >= $1 AND search_name < $2))
                   AND discoverable AND user_id <> $3
                   AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = p.user_id AND b.blocked_id = $3)
                   AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = $3 AND b.blocked_id = p.user_id)
           ) AS alike
           WHERE likeness < $4 OR (likeness = $4 AND username > $5)
           ORDER BY likeness DESC, username LIMIT $7"#,
        query.as_str(),
        query.end(),
        viewer.as_uuid(),
        after.likeness,
        after.username,
        containing(query),
        rows,
    )
    .fetch_all(conn)
    .await?;
    let alike = rows.into_iter().map(|row| Alike {
        likeness: row.likeness,
        profile: Profile::from(ProfileRow {
            user_id: row.user_id,
            username: row.username,
            display_name: row.display_name,
            bio: row.bio,
            avatar_url: row.avatar_url,
            created_at: row.created_at,
            version: row.version,
        }),
    });
    Ok(alike.collect())
}

/// A pattern of all that contains the query, in which the query means itself.
fn containing(query: &Query) -> String {
    let text = query.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{text}%")
}
