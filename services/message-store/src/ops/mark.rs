//! What is unread.

use pulse_types::{Clock as _, ConversationId, UserId};

use crate::ops::Context;
use crate::store::mark::Unread;
use crate::store::{self, StoreError};

/// The unread state of members; pairs that are no membership are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn list_unread(
    context: &Context,
    keys: &[(UserId, ConversationId)],
) -> Result<Vec<Unread>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = context.db.conn().await?;
    store::mark::list_unread(&mut conn, keys, context.clock.now()).await
}
