//! Conversations that a client opened by a name of its own (`client_id`): a repeat gives what the first request opened.

use pulse_types::UserId;
use uuid::Uuid;

use crate::domain::conversation::Conversation;
use crate::ops::Context;
use crate::ops::conversation::{self, FindError};
use crate::store::{self, StoreError};

/// The name gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum RepeatError {
    /// It stands for something else.
    #[error("the client_id was used for another conversation; take a new one for each")]
    IdempotencyMismatch,
    /// What it stands for is not there, or not the one's who named it, any more.
    #[error("there is no such conversation any more, or you may not see it")]
    Gone,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody opened by this name, as it is now; `None` when the name is new. `digest` is that of what is asked for.
///
/// # Errors
/// [`RepeatError`].
pub(super) async fn find(
    context: &Context,
    user_id: UserId,
    client_id: Uuid,
    digest: &[u8],
) -> Result<Option<Conversation>, RepeatError> {
    let mut conn = context.db.conn().await?;
    let known = store::group::find_request(&mut conn, user_id, client_id).await?;
    drop(conn);
    let Some(known) = known else { return Ok(None) };
    if known.digest != digest {
        return Err(RepeatError::IdempotencyMismatch);
    }
    match conversation::get(context, user_id, known.conversation_id).await {
        Ok(conversation) => Ok(Some(conversation)),
        Err(FindError::NotFound) => Err(RepeatError::Gone),
        Err(FindError::Store(error)) => Err(error.into()),
    }
}

/// As [`find`], of a name that was taken a moment ago.
///
/// # Errors
/// [`RepeatError`].
pub(super) async fn require(
    context: &Context,
    user_id: UserId,
    client_id: Uuid,
    digest: &[u8],
) -> Result<Conversation, RepeatError> {
    find(context, user_id, client_id, digest).await?.ok_or(RepeatError::Gone)
}
