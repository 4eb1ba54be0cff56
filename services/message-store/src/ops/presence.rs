//! Who is where, for counting those who are online; and who may see whose presence.

use std::collections::HashMap;

use pulse_types::{ConversationId, UserId};

use crate::ops::Context;
use crate::store::{self, StoreError};

/// Members that are told at once.
const IDS_MAX: usize = 20_000;

/// The members were not told.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    /// There are too many of them.
    #[error("these have more than {IDS_MAX} members together; ask for fewer conversations")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who is in some conversations, without those who show nobody whether they are there.
///
/// # Errors
/// [`MembersError`].
pub async fn list_members(
    context: &Context,
    conversation_ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Vec<UserId>>, MembersError> {
    // One more than is told tells that there are too many.
    let limit = i64::try_from(IDS_MAX).unwrap_or(i64::MAX).saturating_add(1);
    let mut conn = context.db.conn().await?;
    let pairs = store::presence::list_members(&mut conn, conversation_ids, limit).await?;
    if pairs.len() > IDS_MAX {
        return Err(MembersError::TooMany);
    }
    let mut members: HashMap<ConversationId, Vec<UserId>> = HashMap::new();
    for (conversation_id, user_id) in pairs {
        members.entry(conversation_id).or_default().push(user_id);
    }
    Ok(members)
}

/// How many of some people are in each of some conversations, without those who show nobody whether they are there.
///
/// # Errors
/// [`StoreError`].
pub async fn count_members(
    context: &Context,
    conversation_ids: &[ConversationId],
    user_ids: &[UserId],
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let mut conn = context.db.conn().await?;
    store::presence::count_members(&mut conn, conversation_ids, user_ids).await
}

/// How many members some groups and rooms have, in no order; directs are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_sizes(
    context: &Context,
    conversation_ids: &[ConversationId],
) -> Result<Vec<(ConversationId, i32)>, StoreError> {
    let mut conn = context.db.conn().await?;
    store::presence::list_sizes(&mut conn, conversation_ids).await
}

/// Those of some people whose presence the viewer may see, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn list_in_sight(
    context: &Context,
    viewer_id: UserId,
    user_ids: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    let mut conn = context.db.conn().await?;
    store::presence::list_in_sight(&mut conn, viewer_id, user_ids).await
}
