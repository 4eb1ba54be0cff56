//! What is unread, and marking all of it as read.

use futures_util::future::join_all;
use pulse_types::{Clock as _, ConversationId, UserId};
use tokio::time::Instant;

use crate::domain::batch::{Action, Command};
use crate::ops::Context;
use crate::ops::command::{self, CommandError};
use crate::store::mark::Unread;
use crate::store::{self, StoreError};

/// Conversations that are marked at once.
const PIECE: usize = 50;

/// Moves somebody's read marks to the end of every conversation, piece by piece, through the writers: as many marks would.
///
/// # Errors
/// [`CommandError`]; what was marked stays so, and a repeat goes on.
pub async fn read_all(
    context: &Context,
    user_id: UserId,
    deadline: Instant,
    traceparent: &str,
) -> Result<(), CommandError> {
    let mut after = None;
    loop {
        let mut conn = context.db.conn().await?;
        let limit = i64::try_from(PIECE).unwrap_or(i64::MAX);
        let found = store::mark::list_with_unread(&mut conn, user_id, after, limit).await?;
        drop(conn);
        let marking = found.iter().map(|conversation_id| {
            let action = Action::MarkRead(i64::MAX);
            let command = Command { user_id, conversation_id: *conversation_id, action };
            command::execute(context, command, deadline, traceparent)
        });
        for outcome in join_all(marking).await {
            match outcome {
                // Whoever has left meanwhile has nothing to read there.
                Ok(_) | Err(CommandError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if found.len() < PIECE {
            return Ok(());
        }
        after = found.last().copied();
    }
}

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
