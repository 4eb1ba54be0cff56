//! Requests that wait for an answer: rows of `follows` in state `requested`.

use pulse_types::{FollowRequestId, UserId};

use super::profile::ProfileRow;
use super::{Conn, StoreError};
use crate::domain::page::{FollowRequestPosition, Limit, Page};
use crate::domain::profile::Profile;

/// A request with the other one of the two.
#[derive(Debug, Clone)]
pub struct WaitingRequest {
    /// The request, and when it was made.
    pub position: FollowRequestPosition,
    /// Who asks for incoming requests, who is asked for outgoing ones.
    pub other: Profile,
}

/// Who made a request to a person that still waits; `None` when it was answered, taken back or made to somebody else.
///
/// # Errors
/// When the database fails.
pub async fn find_requester(
    conn: &mut Conn,
    request_id: FollowRequestId,
    asked: UserId,
) -> Result<Option<UserId>, StoreError> {
    let requester = sqlx::query_scalar!(
        "SELECT follower_id FROM follows WHERE request_id = $1 AND followed_id = $2",
        request_id.as_uuid(),
        asked.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(requester.map(UserId::from_uuid))
}

macro_rules! page_of_requests {
    ($sql:literal, $conn:expr, $user_id:expr, $after:expr, $limit:expr) => {{
        let rows = sqlx::query!(
            $sql,
            $user_id.as_uuid(),
            $after.created_at,
            $after.request_id.as_uuid(),
            $limit.rows(),
        )
        .fetch_all($conn)
        .await?;
        let requests = rows
            .into_iter()
            .map(|row| WaitingRequest {
                position: FollowRequestPosition {
                    created_at: row.requested_at,
                    request_id: FollowRequestId::from_uuid(row.request_id),
                },
                other: Profile::from(ProfileRow {
                    user_id: row.user_id,
                    username: row.username,
                    display_name: row.display_name,
                    bio: row.bio,
                    avatar_url: row.avatar_url,
                    created_at: row.created_at,
                    version: row.version,
                }),
            })
            .collect();
        Ok(Page::cut(requests, $limit, |request: &WaitingRequest| request.position))
    }};
}

/// Requests made to a person, newest first, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_incoming(
    conn: &mut Conn,
    user_id: UserId,
    after: FollowRequestPosition,
    limit: Limit,
) -> Result<Page<WaitingRequest, FollowRequestPosition>, StoreError> {
    page_of_requests!(
        r#"SELECT f.request_id AS "request_id!", f.created_at AS requested_at, p.user_id, p.username, p.display_name,
                  p.bio, p.avatar_url, p.created_at, p.version
           FROM follows AS f JOIN profiles AS p ON p.user_id = f.follower_id
           WHERE f.followed_id = $1 AND f.state = 'requested' AND (f.created_at, f.request_id) < ($2, $3)
           ORDER BY f.created_at DESC, f.request_id DESC LIMIT $4"#,
        conn,
        user_id,
        after,
        limit
    )
}

/// Requests that a person made, newest first, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list_outgoing(
    conn: &mut Conn,
    user_id: UserId,
    after: FollowRequestPosition,
    limit: Limit,
) -> Result<Page<WaitingRequest, FollowRequestPosition>, StoreError> {
    page_of_requests!(
        r#"SELECT f.request_id AS "request_id!", f.created_at AS requested_at, p.user_id, p.username, p.display_name,
                  p.bio, p.avatar_url, p.created_at, p.version
           FROM follows AS f JOIN profiles AS p ON p.user_id = f.followed_id
           WHERE f.follower_id = $1 AND f.state = 'requested' AND (f.created_at, f.request_id) < ($2, $3)
           ORDER BY f.created_at DESC, f.request_id DESC LIMIT $4"#,
        conn,
        user_id,
        after,
        limit
    )
}
