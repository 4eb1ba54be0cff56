//! Groups and rooms: how they are made and described.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::group::NewConversation;
use crate::store::{Conn, StoreError};

/// What a client asked for under a name of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What came of it.
    pub conversation_id: ConversationId,
    /// SHA-256 of it.
    pub digest: Vec<u8>,
}

/// What somebody asked for by this name before.
///
/// # Errors
/// [`StoreError`].
pub async fn find_request(
    conn: &mut Conn,
    creator_id: UserId,
    client_id: Uuid,
) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query!(
        "SELECT conversation_id, digest FROM conversation_requests WHERE creator_id = $1 AND client_id = $2",
        creator_id.as_uuid(),
        client_id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Request {
        conversation_id: ConversationId::from_uuid(row.conversation_id),
        digest: row.digest,
    }))
}

/// Notes what somebody asks for by this name. False when the name is taken; a transaction that is about to take it is
/// waited for.
///
/// # Errors
/// [`StoreError`].
pub async fn claim_request(
    conn: &mut Conn,
    creator_id: UserId,
    client_id: Uuid,
    request: &Request,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO conversation_requests (creator_id, client_id, conversation_id, digest) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT conversation_requests_pkey DO NOTHING",
        creator_id.as_uuid(),
        client_id,
        request.conversation_id.as_uuid(),
        request.digest,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Inserts a group or room at version 1, without its members.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    conversation_id: ConversationId,
    owner_id: UserId,
    new: &NewConversation,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO conversations (conversation_id, kind, title, topic, owner_id, member_count, created_at, updated_at,
                                    active_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7)",
        conversation_id.as_uuid(),
        new.kind.as_str(),
        new.title,
        new.topic,
        owner_id.as_uuid(),
        i32::try_from(new.member_ids.len() + 1).unwrap_or(i32::MAX),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How a conversation presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Empty when there is none.
    pub title: String,
    /// Empty when there is none.
    pub topic: String,
    /// Address of the picture; empty when there is none.
    pub avatar_url: String,
}

/// How a conversation presents itself; `None` when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn find_appearance(
    conn: &mut Conn,
    conversation_id: ConversationId,
) -> Result<Option<Appearance>, StoreError> {
    let row = sqlx::query_as!(
        Appearance,
        "SELECT title, topic, avatar_url FROM conversations WHERE conversation_id = $1",
        conversation_id.as_uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Writes how a locked conversation presents itself.
///
/// # Errors
/// [`StoreError`].
pub async fn set_appearance(
    conn: &mut Conn,
    conversation_id: ConversationId,
    appearance: &Appearance,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations SET title = $2, topic = $3, avatar_url = $4 WHERE conversation_id = $1",
        conversation_id.as_uuid(),
        appearance.title,
        appearance.topic,
        appearance.avatar_url,
    )
    .execute(conn)
    .await?;
    Ok(())
}
