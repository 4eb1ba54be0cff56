//! Messages: a page of history, one of them, deleting one.

use std::sync::Arc;

use pulse_types::{ConversationId, MessageId, UserId};

use crate::domain::change::{Change, MessageDeleted};
use crate::domain::conversation::{Refusal, require_member};
use crate::domain::history::{self, LATEST_MAX, Position, Window};
use crate::domain::message::Message;
use crate::domain::policy::{Act, Place, require};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::ops::page;
use crate::store::message::Deletion;
use crate::store::{self, StoreError};

/// The messages could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The user may not read there.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database failed for all who asked at the same time.
    #[error(transparent)]
    Shared(Arc<StoreError>),
}

/// A page of a conversation's history.
#[derive(Debug)]
pub struct History {
    /// Ascending.
    pub messages: Vec<Message>,
    /// Whether there are more before.
    pub has_before: bool,
    /// Whether there are more after.
    pub has_after: bool,
}

/// A page of at most `limit` messages.
///
/// # Errors
/// [`ReadError`].
pub async fn list(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    place: history::Place,
    limit: u32,
) -> Result<History, ReadError> {
    let limit = i64::from(limit);
    if place == history::Place::Position(Position::Latest) && limit <= LATEST_MAX {
        return page::latest(context, user_id, conversation_id, limit).await;
    }
    page::count_passed_by("not_newest", 1);
    let mut conn = context.db.conn().await?;
    let head = store::page::find_head(&mut conn, conversation_id, &[user_id]).await?;
    let head = head.ok_or(Refusal::NotFound)?;
    require_member(head.kind, head.members.contains(&user_id))?;
    let position = match place {
        history::Place::Position(position) => position,
        history::Place::At(at) => {
            let found = store::message::find_not_older(&mut conn, conversation_id, head.last_seq, at);
            found.await?.map_or(Position::Latest, Position::Around)
        }
    };
    let window = Window::of(position, limit, head.last_seq);
    let messages = match window.first <= window.last {
        true => {
            let range = (window.first, window.last);
            store::message::list_range(&mut conn, Some(user_id), conversation_id, range).await?
        }
        false => Vec::new(),
    };
    Ok(History { messages, has_before: window.has_before, has_after: window.has_after })
}

/// One message.
///
/// # Errors
/// [`ReadError`].
pub async fn get(context: &Context, user_id: UserId, message_id: MessageId) -> Result<Message, ReadError> {
    let mut conn = context.db.conn().await?;
    let message =
        store::message::find(&mut conn, Some(user_id), message_id).await?.ok_or(Refusal::NotFound)?;
    let found = store::conversation::find(&mut conn, message.conversation_id, user_id).await?;
    let conversation = found.ok_or(Refusal::NotFound)?;
    require_member(conversation.kind, conversation.my.is_some())?;
    Ok(message)
}

/// A message under the lock of its conversation, and where somebody stands there who may read it.
pub(super) struct Locked<'a> {
    pub(super) changing: Changing<'a>,
    /// As that person sees it.
    pub(super) message: Message,
    pub(super) place: Place,
}

/// Locks the conversation of a message for somebody who may read it.
pub(super) async fn lock(
    context: &Context,
    user_id: UserId,
    message_id: MessageId,
) -> Result<Locked<'_>, ChangeError> {
    let mut tx = context.db.begin().await?;
    let found = store::message::find_position(&mut tx, message_id).await?;
    let (conversation_id, seq) = found.ok_or(Refusal::NotFound)?;
    let locked = Changing::lock_in(context, tx, conversation_id).await?;
    let mut changing = locked.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    require(place, Act::Read)?;
    let mut found =
        store::message::list_at(changing.conn(), Some(user_id), &[(conversation_id, seq)]).await?;
    let message = found.pop().ok_or(Refusal::NotFound)?;
    Ok(Locked { changing, message, place })
}

/// Deletes a message, for its sender, the owner or an admin; one that is deleted stays as it is.
///
/// # Errors
/// [`ChangeError`].
pub async fn delete(context: &Context, user_id: UserId, message_id: MessageId) -> Result<(), ChangeError> {
    let Locked { mut changing, message, place } = lock(context, user_id, message_id).await?;
    let is_own = message.sender_id == Some(user_id);
    require(place, Act::DeleteMessage { is_own, is_system: message.is_system() })?;
    if message.deleted_at.is_some() {
        return Ok(());
    }
    delete_locked(&mut changing, std::slice::from_ref(&message)).await?;
    let conversation_id = changing.head.conversation_id;
    changing.commit().await?;
    page::forget(context, conversation_id).await;
    Ok(())
}

/// Deletes messages of a locked conversation, each as a change of its own.
pub(super) async fn delete_locked(
    changing: &mut Changing<'_>,
    messages: &[Message],
) -> Result<(), StoreError> {
    let deletions: Vec<Deletion> =
        messages.iter().map(|message| Deletion { message, version: changing.next_version() }).collect();
    let (conversation_id, now) = (changing.head.conversation_id, changing.now);
    store::message::delete(changing.conn(), conversation_id, &deletions, now).await?;
    if messages.iter().any(|message| !message.attachments.is_empty()) {
        let seqs: Vec<i64> = messages.iter().map(|message| message.seq).collect();
        store::discard::of_messages(changing.conn(), conversation_id, &seqs, now).await?;
    }
    for Deletion { message, version } in deletions {
        let (message_id, seq) = (message.message_id, message.seq);
        let deleted = MessageDeleted { conversation_id, message_id, seq, version, deleted_at: now };
        changing.tell(&Change::MessageDeleted(deleted)).await?;
    }
    Ok(())
}
