//! Lists of people, newest first: whom somebody is connected with, who follows them, whom they follow, block and mute.
//! Those who block the one who looks are left out by the query itself, so that no page is short.

use pulse_types::UserId;

use super::profile::ProfileRow;
use super::{Conn, StoreError};
use crate::domain::page::{Limit, Page, PersonPosition};
use crate::domain::profile::Profile;

/// A page of people, and where the next one begins.
pub type People = Page<Profile, PersonPosition>;

macro_rules! page_of_people {
    ($sql:literal, $conn:expr, $after:expr, $limit:expr, $($id:expr),+) => {{
        let rows = sqlx::query!($sql, $after.since, $after.user_id.as_uuid(), $limit.rows(), $($id.as_uuid()),+)
            .fetch_all($conn)
            .await?;
        let rows = rows
            .into_iter()
            .map(|row| {
                let profile = ProfileRow {
                    user_id: row.user_id,
                    username: row.username,
                    display_name: row.display_name,
                    bio: row.bio,
                    avatar_url: row.avatar_url,
                    created_at: row.created_at,
                    version: row.version,
                };
                (Profile::from(profile), row.since)
            })
            .collect();
        let page = Page::cut(rows, $limit, |(profile, since): &(Profile, _)| PersonPosition {
            since: *since,
            user_id: profile.user_id,
        });
        Ok(Page { items: page.items.into_iter().map(|(profile, _)| profile).collect(), next: page.next })
    }};
}

/// The people connected with somebody, newest connection first, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_connections(
    conn: &mut Conn,
    user_id: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<People, StoreError> {
    // Each half of the pairs has an index in the order of the list, so a page costs the same at any depth.
    page_of_people!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  c.connected_at AS "since!"
           FROM (
               (SELECT high_user_id AS user_id, connected_at FROM pairs
                WHERE low_user_id = $4 AND connected_at IS NOT NULL AND (connected_at, high_user_id) < ($1, $2)
                ORDER BY connected_at DESC, high_user_id DESC LIMIT $3)
               UNION ALL
               (SELECT low_user_id, connected_at FROM pairs
                WHERE high_user_id = $4 AND connected_at IS NOT NULL AND (connected_at, low_user_id) < ($1, $2)
                ORDER BY connected_at DESC, low_user_id DESC LIMIT $3)
           ) AS c JOIN profiles AS p ON p.user_id = c.user_id
           ORDER BY c.connected_at DESC, c.user_id DESC LIMIT $3"#,
        conn,
        after,
        limit,
        user_id
    )
}

/// Who follows somebody, as `viewer` may see them, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_followers(
    conn: &mut Conn,
    viewer: UserId,
    user_id: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<People, StoreError> {
    page_of_people!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  f.created_at AS since
           FROM follows AS f JOIN profiles AS p ON p.user_id = f.follower_id
           WHERE f.followed_id = $4 AND f.state = 'accepted' AND (f.created_at, f.follower_id) < ($1, $2)
               AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = f.follower_id AND b.blocked_id = $5)
           ORDER BY f.created_at DESC, f.follower_id DESC LIMIT $3"#,
        conn,
        after,
        limit,
        user_id,
        viewer
    )
}

/// Whom somebody follows, as `viewer` may see them, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_following(
    conn: &mut Conn,
    viewer: UserId,
    user_id: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<People, StoreError> {
    page_of_people!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  f.created_at AS since
           FROM follows AS f JOIN profiles AS p ON p.user_id = f.followed_id
           WHERE f.follower_id = $4 AND f.state = 'accepted' AND (f.created_at, f.followed_id) < ($1, $2)
               AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = f.followed_id AND b.blocked_id = $5)
           ORDER BY f.created_at DESC, f.followed_id DESC LIMIT $3"#,
        conn,
        after,
        limit,
        user_id,
        viewer
    )
}

/// Whom somebody blocks, from a position on; those too who block them.
///
/// # Errors
/// When the database fails.
pub async fn list_blocks(
    conn: &mut Conn,
    user_id: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<People, StoreError> {
    page_of_people!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  b.created_at AS since
           FROM blocks AS b JOIN profiles AS p ON p.user_id = b.blocked_id
           WHERE b.blocker_id = $4 AND (b.created_at, b.blocked_id) < ($1, $2)
           ORDER BY b.created_at DESC, b.blocked_id DESC LIMIT $3"#,
        conn,
        after,
        limit,
        user_id
    )
}

/// Whom somebody mutes and may see, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_mutes(
    conn: &mut Conn,
    user_id: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<People, StoreError> {
    page_of_people!(
        r#"SELECT p.user_id, p.username, p.display_name, p.bio, p.avatar_url, p.created_at, p.version,
                  m.created_at AS since
           FROM mutes AS m JOIN profiles AS p ON p.user_id = m.muted_id
           WHERE m.muter_id = $4 AND (m.created_at, m.muted_id) < ($1, $2)
               AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = m.muted_id AND b.blocked_id = $4)
           ORDER BY m.created_at DESC, m.muted_id DESC LIMIT $3"#,
        conn,
        after,
        limit,
        user_id
    )
}
