//! Reading messages: a page of history, one message.

use pulse_types::{ConversationId, MessageId, UserId};

use crate::domain::conversation::{Refusal, require_member};
use crate::domain::history::{Place, Position, Window};
use crate::domain::message::Message;
use crate::ops::Context;
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
    place: Place,
    limit: u32,
) -> Result<History, ReadError> {
    let mut conn = context.db.conn().await?;
    let found = store::conversation::find(&mut conn, conversation_id, user_id).await?;
    let conversation = found.ok_or(Refusal::NotFound)?;
    require_member(conversation.kind, conversation.my.is_some())?;
    let position = match place {
        Place::Position(position) => position,
        Place::At(at) => {
            let found = store::message::find_not_older(&mut conn, conversation_id, conversation.last_seq, at);
            found.await?.map_or(Position::Latest, Position::Around)
        }
    };
    let window = Window::of(position, i64::from(limit), conversation.last_seq);
    let messages = match window.first <= window.last {
        true => {
            let range = (window.first, window.last);
            store::message::list_range(&mut conn, user_id, conversation_id, range).await?
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
