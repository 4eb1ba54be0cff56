//! Table `mail_requests`: links that somebody asked for. They are written later, so that the answer to who asks does not
//! depend on whether an address is known.

use pulse_types::{RequestId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::store::{Conn, StoreError};

/// A request to be stored.
#[derive(Debug)]
pub struct NewRequest {
    /// Its id.
    pub request_id: RequestId,
    /// Whose address is to be verified; absent for a new password.
    pub user_id: Option<UserId>,
    /// What was asked for, sealed.
    pub sealed_request: Vec<u8>,
    /// Now.
    pub created_at: OffsetDateTime,
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Request {
    /// Whose address is to be verified; absent for a new password.
    pub user_id: Option<UserId>,
    /// What was asked for, sealed.
    pub sealed_request: Vec<u8>,
}

struct Row {
    user_id: Option<Uuid>,
    sealed_request: Vec<u8>,
}

/// Stores a request.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, request: &NewRequest) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO mail_requests (request_id, user_id, sealed_request, created_at) VALUES ($1, $2, $3, $4)",
        request.request_id.as_uuid(),
        request.user_id.map(|user_id| user_id.as_uuid()),
        request.sealed_request,
        request.created_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Up to `limit` requests, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<RequestId>, StoreError> {
    let ids = sqlx::query_scalar!("SELECT request_id FROM mail_requests ORDER BY request_id LIMIT $1", limit);
    Ok(ids.fetch_all(conn).await?.into_iter().map(RequestId::from_uuid).collect())
}

/// Takes a request out, unless another replica is doing so; it is back when the transaction ends undone.
///
/// # Errors
/// [`StoreError`].
pub async fn take(conn: &mut Conn, request_id: RequestId) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "DELETE FROM mail_requests WHERE request_id = (
           SELECT request_id FROM mail_requests WHERE request_id = $1 FOR UPDATE SKIP LOCKED)
         RETURNING user_id, sealed_request",
        request_id.as_uuid()
    );
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| Request {
        user_id: row.user_id.map(UserId::from_uuid),
        sealed_request: row.sealed_request,
    }))
}
