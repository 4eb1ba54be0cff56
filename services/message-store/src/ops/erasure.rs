//! Forgetting a person: how they are shown, with whom they are connected, what they wrote, where they are and were members.

use pulse_events::subjects;
use pulse_types::{Clock as _, ConversationId, UserId};

use crate::domain::change::RemovalReason;
use crate::domain::conversation::Kind;
use crate::domain::system::{SystemEvent, SystemNote};
use crate::ops::Context;
use crate::ops::changing::Changing;
use crate::ops::deletion::clear;
use crate::ops::member::depart;
use crate::ops::ownership::hand_over;
use crate::ops::{page, traces};
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
    while store::erasure::forget_requests(&mut conn, user_id, BATCH).await? > 0 {}
    loop {
        let conversations = store::erasure::list_conversations(&mut conn, user_id, CONVERSATIONS).await?;
        if conversations.is_empty() {
            break;
        }
        for conversation_id in conversations {
            while leave(context, conversation_id, user_id, messages).await? {}
            page::forget(context, conversation_id).await;
        }
    }
    forget_files(context, user_id, messages).await?;
    if store::erasure::has_events(&mut conn, user_id, &subjects::user(user_id)).await? {
        return Err(EraseError::StillTelling);
    }
    Ok(())
}

/// Discards the files that were the person's alone, and those of their messages when these are erased; what stays is nobody's.
async fn forget_files(context: &Context, user_id: UserId, messages: Messages) -> Result<(), StoreError> {
    let (with_posted, now) = (messages == Messages::Erase, context.clock.now());
    let mut conn = context.db.conn().await?;
    while store::discard::of_person(&mut conn, user_id, with_posted, BATCH, now).await? > 0 {}
    while store::discard::disown(&mut conn, user_id, BATCH).await? > 0 {}
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
    if heads.is_empty() {
        // It was deleted; all that tells of the person is that they were there.
        store::departure::forget(&mut tx, conversation_id, user_id).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let Some(changing) = Changing::lock_in(context, tx, conversation_id).await? else { return Ok(false) };
    match traces::forget(changing, user_id, messages, BATCH).await? {
        None => Ok(true),
        Some(changing) => {
            part(changing, user_id).await?;
            Ok(false)
        }
    }
}

/// Ends what a person had in a conversation. What they owned passes to the longest-serving admin, else member; the last one out
/// deletes it. Of a direct the other one keeps what was said.
async fn part(mut changing: Changing<'_>, user_id: UserId) -> Result<(), StoreError> {
    let conversation_id = changing.head.conversation_id;
    store::departure::forget(changing.conn(), conversation_id, user_id).await?;
    let found = store::membership::find(changing.conn(), conversation_id, user_id).await?;
    let Some(member) = found else { return changing.commit_without_head().await };
    let is_direct = changing.head.kind == Kind::Direct;
    if is_direct {
        store::erasure::disconnect(changing.conn(), conversation_id).await?;
    }
    let heir = store::membership::find_successor(changing.conn(), conversation_id, user_id).await?;
    let Some(heir_id) = heir else {
        clear(&mut changing, RemovalReason::Deleted).await?;
        store::departure::forget(changing.conn(), conversation_id, user_id).await?;
        return changing.commit_without_head().await;
    };
    if changing.head.owner_id == Some(user_id) {
        hand_over(&mut changing, user_id, heir_id, None).await?;
    }
    depart(&mut changing, member, None).await?;
    if !is_direct {
        changing.note(SystemNote::new(SystemEvent::MemberLeft, None)).await?;
    }
    changing.commit().await
}
