//! Table `sessions`.

use pulse_types::{SessionId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::session::{ClientInfo, ListedSession, Session};
use crate::store::{Conn, StoreError};

struct Row {
    session_id: Uuid,
    user_id: Uuid,
    created_at: OffsetDateTime,
    last_used_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            session_id: SessionId::from_uuid(row.session_id),
            user_id: UserId::from_uuid(row.user_id),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// When sessions are to live.
#[derive(Debug, Clone, Copy)]
pub struct LiveAt {
    /// They were not ended, and end after this.
    pub now: OffsetDateTime,
    /// They were used after this.
    pub idle_since: OffsetDateTime,
}

/// Stores a new session; `method` is `password` or the id of an outside provider.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    session: &Session,
    method: &str,
    client: &ClientInfo,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (session_id, user_id, method, user_agent, ip, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        session.session_id.as_uuid(),
        session.user_id.as_uuid(),
        method,
        client.user_agent,
        client.ip,
        session.created_at,
        session.last_used_at,
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
        "SELECT session_id, user_id, created_at, last_used_at, expires_at, ended_at
         FROM sessions WHERE session_id = $1 FOR UPDATE",
        session_id.as_uuid()
    );
    Ok(row.fetch_optional(conn).await?.map(Session::from))
}

/// The session.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, session_id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT session_id, user_id, created_at, last_used_at, expires_at, ended_at
         FROM sessions WHERE session_id = $1",
        session_id.as_uuid()
    );
    Ok(row.fetch_optional(conn).await?.map(Session::from))
}

/// Ends all sessions of a user that are not over, but for one; returns which, in the order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn end_all(
    conn: &mut Conn,
    user_id: UserId,
    except: Option<SessionId>,
    now: OffsetDateTime,
) -> Result<Vec<SessionId>, StoreError> {
    let ended = sqlx::query_scalar!(
        "UPDATE sessions SET ended_at = $3
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $3 AND session_id IS DISTINCT FROM $2
         RETURNING session_id",
        user_id.as_uuid(),
        except.map(|session_id| session_id.as_uuid()),
        now
    );
    let mut ended: Vec<_> = ended.fetch_all(conn).await?.into_iter().map(SessionId::from_uuid).collect();
    ended.sort();
    Ok(ended)
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

/// Which of these sessions live, in the order of their ids.
///
/// # Errors
/// [`StoreError`].
pub async fn list_live(
    conn: &mut Conn,
    session_ids: &[SessionId],
    live: LiveAt,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<Uuid> = session_ids.iter().map(SessionId::as_uuid).collect();
    let found = sqlx::query_scalar!(
        "SELECT session_id FROM sessions
         WHERE session_id = ANY ($1) AND ended_at IS NULL AND expires_at > $2 AND last_used_at > $3
         ORDER BY session_id
         LIMIT 1000",
        &ids,
        live.now,
        live.idle_since
    );
    Ok(found.fetch_all(conn).await?.into_iter().map(SessionId::from_uuid).collect())
}

struct ListedRow {
    session_id: Uuid,
    user_id: Uuid,
    method: String,
    user_agent: String,
    ip: String,
    created_at: OffsetDateTime,
    last_used_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

impl From<ListedRow> for ListedSession {
    fn from(row: ListedRow) -> Self {
        let ListedRow { session_id, user_id, created_at, last_used_at, expires_at, ended_at, .. } = row;
        let session = Row { session_id, user_id, created_at, last_used_at, expires_at, ended_at }.into();
        Self { session, method: row.method, client: ClientInfo { user_agent: row.user_agent, ip: row.ip } }
    }
}

/// Up to `limit` sessions of a user that live, newest first, below `before`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    conn: &mut Conn,
    user_id: UserId,
    live: LiveAt,
    before: Option<SessionId>,
    limit: i64,
) -> Result<Vec<ListedSession>, StoreError> {
    let rows = sqlx::query_as!(
        ListedRow,
        "SELECT session_id, user_id, method, user_agent, ip, created_at, last_used_at, expires_at, ended_at
         FROM sessions
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_used_at > $3
           AND ($4::uuid IS NULL OR session_id < $4)
         ORDER BY session_id DESC
         LIMIT $5",
        user_id.as_uuid(),
        live.now,
        live.idle_since,
        before.map(|session_id| session_id.as_uuid()),
        limit
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(ListedSession::from).collect())
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
