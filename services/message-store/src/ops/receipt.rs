//! How far others have come: whom a message has reached, and everybody's marks.

use pulse_types::{ConversationId, MessageId, UserId};

use crate::domain::conversation::{Kind, Refusal, require_member};
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
    /// The other one of a direct.
    pub peer_id: Option<UserId>,
    /// Whether the two of a direct are connected.
    pub is_connected: bool,
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
    let pair = match conversation.kind {
        Kind::Direct => store::conversation::find_pair(&mut conn, conversation_id).await?,
        Kind::Group | Kind::Room => None,
    };
    let others = pair.into_iter().flat_map(|(pair, _)| pair.both());
    Ok(Receipts {
        version: conversation.version,
        last_seq: conversation.last_seq,
        receipts,
        peer_id: others.into_iter().find(|other| *other != user_id),
        is_connected: pair.is_some_and(|(_, is_connected)| is_connected),
    })
}
