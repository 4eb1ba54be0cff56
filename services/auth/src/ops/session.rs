//! Ending sessions, and telling which ones live. How one is kept going is in `refresh.rs`.

use pulse_events::OutboxEntry;
use pulse_types::{SessionId, UserId};
use time::OffsetDateTime;

use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::{DomainEvent, SessionEnded};
use crate::domain::page::{Limit, Page};
use crate::domain::secret::RefreshToken;
use crate::domain::session::{Caller, ClientInfo, ListedSession, Session};
use crate::ops::{Parts, audit};
use crate::store::session::LiveAt;
use crate::store::{self, Conn, StoreError, Tx};

/// Why a session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// Nothing is known of it.
    #[error("unknown session or refresh token")]
    Unknown,
    /// The database failed.
    #[error("the end of the session can't be stored")]
    Store(#[from] StoreError),
}

/// The session to be ended.
pub enum Target {
    /// By its id, from a verified access token.
    Session(SessionId),
    /// By any refresh token it ever had.
    Token(RefreshToken),
}

/// Ends a session and tells everybody. Ending an ended one changes nothing.
///
/// # Errors
/// [`EndError`].
#[tracing::instrument(name = "session.end", skip_all)]
pub async fn end(parts: &Parts, target: Target, client: ClientInfo) -> Result<SessionId, EndError> {
    let mut tx = parts.db.begin().await?;
    let session_id = match target {
        Target::Session(session_id) => session_id,
        Target::Token(token) => {
            store::refresh_token::find(&mut tx, &token.hash()).await?.ok_or(EndError::Unknown)?.session_id
        }
    };
    let session = store::session::lock(&mut tx, session_id).await?.ok_or(EndError::Unknown)?;
    end_live(parts, tx, &session, client).await?;
    Ok(session_id)
}

/// Ends a session of the caller. Ending an ended one changes nothing.
///
/// # Errors
/// [`EndError`]; somebody else's session is unknown.
#[tracing::instrument(name = "session.end_own", skip_all)]
pub async fn end_own(parts: &Parts, caller: Caller, session_id: SessionId) -> Result<(), EndError> {
    let mut tx = parts.db.begin().await?;
    let session = store::session::lock(&mut tx, session_id).await?;
    let session = session.filter(|session| session.user_id == caller.user_id).ok_or(EndError::Unknown)?;
    Ok(end_live(parts, tx, &session, caller.client).await?)
}

/// Ends all sessions of the caller but the one that calls.
///
/// # Errors
/// [`StoreError`].
#[tracing::instrument(name = "session.end_others", skip_all)]
pub async fn end_others(parts: &Parts, caller: Caller) -> Result<(), StoreError> {
    let mut tx = parts.db.begin().await?;
    let entries = end_all(parts, &mut tx, caller.user_id, Some(caller.session_id), parts.now()).await?;
    let event = SecurityEvent::SessionEndedOthers;
    let entry = AuditEntry { user_id: Some(caller.user_id), event, client: caller.client };
    audit::record(parts, &mut tx, entry).await?;
    tx.commit().await?;
    parts.relay.offer(entries);
    Ok(())
}

/// Ends a session that the transaction has locked, unless it is over.
async fn end_live(parts: &Parts, tx: Tx, session: &Session, client: ClientInfo) -> Result<(), StoreError> {
    if !session.is_live(parts.lifetimes.session_idle, parts.now()) {
        return Ok(());
    }
    let event = SecurityEvent::SessionEnded;
    let entry = AuditEntry { user_id: Some(session.user_id), event, client };
    end_locked(parts, tx, session, entry).await
}

/// Ends a session that the transaction has locked, writes down why, commits, and publishes.
pub(crate) async fn end_locked(
    parts: &Parts,
    mut tx: Tx,
    session: &Session,
    audit_entry: AuditEntry,
) -> Result<(), StoreError> {
    store::session::end(&mut tx, session.session_id, parts.now()).await?;
    let ended = SessionEnded { session_id: session.session_id, user_id: session.user_id };
    let entry = parts.record(&mut tx, &DomainEvent::SessionEnded(ended)).await?;
    audit::record(parts, &mut tx, audit_entry).await?;
    tx.commit().await?;
    parts.relay.offer(vec![entry]);
    Ok(())
}

/// Ends all sessions of a user but for one, inside the caller's transaction, and voids what half-done sign-ins proved. The
/// account stays locked until the commit: a sign-in that runs beside it comes before and is ended, or after and sees what has
/// changed. The caller offers the entries to the relay after its commit.
///
/// # Errors
/// [`StoreError`].
pub async fn end_all(
    parts: &Parts,
    conn: &mut Conn,
    user_id: UserId,
    except: Option<SessionId>,
    now: OffsetDateTime,
) -> Result<Vec<OutboxEntry>, StoreError> {
    store::account::lock(conn, user_id).await?;
    store::mfa_challenge::delete_all(conn, user_id).await?;
    let ended = store::session::end_all(conn, user_id, except, now).await?;
    let mut entries = Vec::with_capacity(ended.len());
    for session_id in ended {
        let event = DomainEvent::SessionEnded(SessionEnded { session_id, user_id });
        entries.push(parts.record(conn, &event).await?);
    }
    Ok(entries)
}

/// Which of these sessions live now.
///
/// # Errors
/// [`StoreError`].
pub async fn list_live(parts: &Parts, session_ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
    let now = parts.now();
    let live = LiveAt { now, idle_since: now - parts.lifetimes.session_idle };
    store::session::list_live(&mut *parts.db.conn().await?, session_ids, live).await
}

/// The live sessions of a user, newest first, below `before`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    parts: &Parts,
    user_id: UserId,
    before: Option<SessionId>,
    limit: Limit,
) -> Result<Page<ListedSession, SessionId>, StoreError> {
    let now = parts.now();
    let live = LiveAt { now, idle_since: now - parts.lifetimes.session_idle };
    let mut conn = parts.db.conn().await?;
    let rows = store::session::list(&mut conn, user_id, live, before, limit.rows()).await?;
    Ok(Page::cut(rows, limit, |listed| listed.session.session_id))
}
