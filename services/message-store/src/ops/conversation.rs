//! Conversations: one of them, and the inbox.

use pulse_types::{Clock as _, ConversationId, InvalidCursor, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::domain::conversation::{Conversation, Kind};
use crate::domain::message::Message;
use crate::ops::Context;
use crate::store::conversation::{InboxPosition, InboxQuery};
use crate::store::{self, Conn, StoreError};

const INBOX: &str = "inbox";

/// The conversation could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// There is none, or the user may not see it.
    #[error("there is no such conversation, or you may not see it")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The inbox could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which page of the inbox is wanted.
#[derive(Debug, Clone)]
pub struct InboxRequest {
    /// Only these.
    pub kind: Option<Kind>,
    /// The archived ones instead of the others.
    pub archived: bool,
    /// At most so many, 1..100.
    pub limit: usize,
    /// Where to go on; empty for the first page.
    pub cursor: String,
}

/// A page of the inbox.
#[derive(Debug)]
pub struct Inbox {
    /// Latest activity first.
    pub conversations: Vec<Conversation>,
    /// Empty on the last page.
    pub next_cursor: String,
    /// Over the whole inbox.
    pub total_unread: i64,
}

/// Where an inbox page ends. A cursor serves the list alone that it was made for.
#[derive(Serialize, Deserialize)]
struct InboxCursor {
    #[serde(rename = "u")]
    user_id: UserId,
    #[serde(rename = "k")]
    kind: Option<String>,
    #[serde(rename = "r")]
    archived: bool,
    #[serde(rename = "l")]
    limit: usize,
    #[serde(rename = "a")]
    active_at_ms: i64,
    #[serde(rename = "c")]
    conversation_id: ConversationId,
}

/// One conversation as a user sees it. A room shows itself to everybody, but its last message to members alone.
///
/// # Errors
/// [`FindError`].
pub async fn get(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Conversation, FindError> {
    let mut conn = context.db.conn().await?;
    let found = store::conversation::find(&mut conn, conversation_id, user_id).await?;
    let conversation = found.ok_or(FindError::NotFound)?;
    if conversation.my.is_none() {
        return if conversation.kind == Kind::Room { Ok(conversation) } else { Err(FindError::NotFound) };
    }
    let mut one = [conversation];
    add_last_messages(&mut conn, Some(user_id), &mut one).await?;
    let [conversation] = one;
    Ok(conversation)
}

/// A page of somebody's inbox.
///
/// # Errors
/// [`InboxError`].
pub async fn list(context: &Context, user_id: UserId, request: InboxRequest) -> Result<Inbox, InboxError> {
    let after = position(context, user_id, &request)?;
    let mut conn = context.db.conn().await?;
    let limit = i64::try_from(request.limit).unwrap_or(i64::MAX);
    // One more than is shown tells whether there is a next page.
    let query =
        InboxQuery { user_id, kind: request.kind, archived: request.archived, after, limit: limit + 1 };
    let mut conversations = store::conversation::list_inbox(&mut conn, query).await?;
    let has_more = conversations.len() > request.limit;
    conversations.truncate(request.limit);
    add_last_messages(&mut conn, Some(user_id), &mut conversations).await?;
    let totals = store::mark::total_unread(&mut conn, &[user_id], context.clock.now()).await?;
    let next_cursor = match conversations.last() {
        Some(last) if has_more => context.cursors.seal(INBOX, &cursor(user_id, &request, last)),
        _ => String::new(),
    };
    let total_unread = totals.first().map_or(0, |(_, total)| *total);
    Ok(Inbox { conversations, next_cursor, total_unread })
}

fn cursor(user_id: UserId, request: &InboxRequest, last: &Conversation) -> InboxCursor {
    let milliseconds = last.active_at.unix_timestamp_nanos() / 1_000_000;
    InboxCursor {
        user_id,
        kind: request.kind.map(|kind| kind.as_str().to_owned()),
        archived: request.archived,
        limit: request.limit,
        active_at_ms: i64::try_from(milliseconds).unwrap_or_default(),
        conversation_id: last.conversation_id,
    }
}

fn position(
    context: &Context,
    user_id: UserId,
    request: &InboxRequest,
) -> Result<Option<InboxPosition>, InvalidCursor> {
    if request.cursor.is_empty() {
        return Ok(None);
    }
    let cursor: InboxCursor = context.cursors.open(INBOX, &request.cursor)?;
    let is_of_this_list = cursor.user_id == user_id
        && cursor.kind.as_deref() == request.kind.map(Kind::as_str)
        && cursor.archived == request.archived
        && cursor.limit == request.limit;
    if !is_of_this_list {
        return Err(InvalidCursor);
    }
    let nanoseconds = i128::from(cursor.active_at_ms) * 1_000_000;
    let active_at = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|_| InvalidCursor)?;
    Ok(Some(InboxPosition { active_at, conversation_id: cursor.conversation_id }))
}

/// Puts the newest messages in, as `viewer` sees them; without one, as nobody in particular does.
pub(super) async fn add_last_messages(
    conn: &mut Conn,
    viewer: Option<UserId>,
    conversations: &mut [Conversation],
) -> Result<(), StoreError> {
    let with_messages = conversations.iter().filter(|conversation| conversation.last_seq > 0);
    let positions: Vec<_> =
        with_messages.map(|conversation| (conversation.conversation_id, conversation.last_seq)).collect();
    if positions.is_empty() {
        return Ok(());
    }
    let messages: Vec<Message> = store::message::list_at(conn, viewer, &positions).await?;
    for message in messages {
        let of_it =
            |conversation: &&mut Conversation| conversation.conversation_id == message.conversation_id;
        if let Some(conversation) = conversations.iter_mut().find(of_it) {
            conversation.last_message = Some(message);
        }
    }
    Ok(())
}
