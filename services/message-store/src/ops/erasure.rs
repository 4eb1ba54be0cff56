//! Forgetting a person: how they are shown, with whom they are connected, what they wrote, where they are members.

use pulse_events::subjects;
use pulse_types::clock::to_millisecond;
use pulse_types::{ConversationId, UserId};

use crate::ops::Context;
use crate::store::{self, StoreError};

/// Rows changed by one transaction: a writer that waits for the same conversation waits no longer than for its own batch.
const BATCH: i64 = 200;
const CONVERSATIONS: i64 = 50;

/// Why a person is not erased yet.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Events that show the person wait for the bus.
    #[error("events that show the person are not published yet")]
    StillTelling,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What becomes of what the person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Messages {
    /// It stays, without a sender.
    Keep,
    /// It becomes deleted messages, each by a change of its own.
    Erase,
}

/// Erases a person. The direct conversations stay for the others, without a peer. May be repeated, after a crash too: each
/// transaction leaves less, and what is left is found by the memberships, which go last.
///
/// # Errors
/// [`EraseError`]; what was erased stays erased.
pub async fn erase(context: &Context, user_id: UserId, messages: Messages) -> Result<(), EraseError> {
    let mut conn = context.db.conn().await?;
    store::erasure::forget_person(&mut conn, user_id).await?;
    while store::erasure::forget_connections(&mut conn, user_id, BATCH).await? > 0 {}
    loop {
        let conversations = store::erasure::list_conversations(&mut conn, user_id, CONVERSATIONS).await?;
        if conversations.is_empty() {
            break;
        }
        for conversation_id in conversations {
            while leave(context, conversation_id, user_id, messages).await? {}
        }
    }
    if store::erasure::has_events(&mut conn, user_id, &subjects::user(user_id)).await? {
        return Err(EraseError::StillTelling);
    }
    Ok(())
}

/// Forgets some of a person's messages of a conversation, and when none is left the membership. True when it is to go on.
async fn leave(
    context: &Context,
    conversation_id: ConversationId,
    user_id: UserId,
    messages: Messages,
) -> Result<bool, StoreError> {
    let mut tx = context.db.begin().await?;
    let heads = store::batch::lock_heads(&mut tx, &[conversation_id]).await?;
    let Some(head) = heads.first() else { return Ok(false) };
    let now = to_millisecond(context.clock.now());
    let found = store::erasure::list_messages(&mut tx, conversation_id, user_id, BATCH).await?;
    if found.is_empty() {
        store::erasure::end_membership(&mut tx, conversation_id, user_id, now).await?;
        tx.commit().await?;
        return Ok(false);
    }
    if messages == Messages::Erase {
        let mut seqs: Vec<i64> =
            found.iter().filter(|(_, is_there)| *is_there).map(|(seq, _)| *seq).collect();
        seqs.sort_unstable();
        if !seqs.is_empty() {
            store::erasure::delete_messages(&mut tx, head, &seqs, now).await?;
        }
    }
    let seqs: Vec<i64> = found.iter().map(|(seq, _)| *seq).collect();
    store::erasure::disown(&mut tx, conversation_id, &seqs).await?;
    tx.commit().await?;
    Ok(true)
}
