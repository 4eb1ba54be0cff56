//! Table `sessions`.

use pulse_types::{SessionId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::session::{ClientInfo, Session};
use crate::store::{Conn, StoreError};

struct Row {
    session_id: Uuid,
    user_id: Uuid,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            session_id: SessionId::from_uuid(row.session_id),
            user_id: UserId::from_uuid(row.user_id),
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// Stores a session that begins at `now`; `method` is `password` or the id of an outside provider.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    session: &Session,
    method: &str,
    client: &ClientInfo,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (session_id, user_id, method, user_agent, ip, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        session.session_id.as_uuid(),
        session.user_id.as_uuid(),
        method,
        client.user_agent,
        client.ip,
        now,
        session.expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The session, and nobody else changes it until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(conn: &mut Conn, session_id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT session_id, user_id, expires_at, ended_at FROM sessions WHERE session_id = $1 FOR UPDATE",
        session_id.as_uuid()
    );
    Ok(row.fetch_optional(conn).await?.map(Session::from))
}

/// Notes a use of the session, and where it came from if that is known.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(
    conn: &mut Conn,
    session_id: SessionId,
    client: &ClientInfo,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions
         SET last_used_at = $2, user_agent = coalesce(nullif($3, ''), user_agent), ip = coalesce(nullif($4, ''), ip)
         WHERE session_id = $1",
        session_id.as_uuid(),
        now,
        client.user_agent,
        client.ip
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a session that has not ended.
///
/// # Errors
/// [`StoreError`].
pub async fn end(conn: &mut Conn, session_id: SessionId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions SET ended_at = $2 WHERE session_id = $1 AND ended_at IS NULL",
        session_id.as_uuid(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Which of these sessions live at `now`, in the order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn list_live(
    conn: &mut Conn,
    session_ids: &[SessionId],
    now: OffsetDateTime,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<Uuid> = session_ids.iter().map(SessionId::as_uuid).collect();
    let live = sqlx::query_scalar!(
        "SELECT session_id FROM sessions
         WHERE session_id = ANY ($1) AND ended_at IS NULL AND expires_at > $2
         ORDER BY session_id
         LIMIT 1000",
        &ids,
        now
    );
    Ok(live.fetch_all(conn).await?.into_iter().map(SessionId::from_uuid).collect())
}

/// Deletes up to `limit` sessions, with their tokens, whose life was over before `before`; returns how many.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(conn: &mut Conn, before: OffsetDateTime, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM sessions WHERE session_id IN (
           SELECT session_id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit
    );
    Ok(deleted.execute(conn).await?.rows_affected())
}
