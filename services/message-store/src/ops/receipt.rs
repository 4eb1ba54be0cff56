//! How far others have come: whom a message has reached, and everybody's marks.

use pulse_types::{ConversationId, MessageId, UserId};

use crate::domain::conversation::{Refusal, require_member};
use crate::domain::mark::RECEIPTS_MEMBERS_MAX;
use crate::domain::receipt::{MessageReceipt, Receipt};
use crate::ops::Context;
use crate::ops::message::{ReadError, get};
use crate::store;

/// How far everybody in a conversation has come.
#[derive(Debug)]
pub struct Receipts {
    /// Count of durable changes of the conversation.
    pub version: i64,
    /// Position of its newest message.
    pub last_seq: i64,
    /// One for each member but the one who asks; none in conversations above the size of a group.
    pub receipts: Vec<Receipt>,
}

/// Whom a message has reached, without its sender; nobody in conversations above the size of a group.
///
/// # Errors
/// [`ReadError`].
pub async fn of_message(
    context: &Context,
    user_id: UserId,
    message_id: MessageId,
) -> Result<Vec<MessageReceipt>, ReadError> {
    let message = get(context, user_id, message_id).await?;
    let mut conn = context.db.conn().await?;
    let receipts =
        store::receipt::list(&mut conn, message.conversation_id, user_id, RECEIPTS_MEMBERS_MAX).await?;
    let of_others = receipts.into_iter().filter(|receipt| Some(receipt.user_id) != message.sender_id);
    Ok(of_others.filter_map(|receipt| receipt.of_message(message.seq)).collect())
}

/// How far everybody in a conversation has come.
///
/// # Errors
/// [`ReadError`].
pub async fn list(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Receipts, ReadError> {
    let mut conn = context.db.conn().await?;
    let found = store::conversation::find(&mut conn, conversation_id, user_id).await?;
    let conversation = found.ok_or(Refusal::NotFound)?;
    require_member(conversation.kind, conversation.my.is_some())?;
    let mut receipts =
        store::receipt::list(&mut conn, conversation_id, user_id, RECEIPTS_MEMBERS_MAX).await?;
    receipts.retain(|receipt| receipt.user_id != user_id);
    Ok(Receipts { version: conversation.version, last_seq: conversation.last_seq, receipts })
}
