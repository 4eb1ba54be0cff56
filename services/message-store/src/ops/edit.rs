//! Editing messages, and what they said before.

use pulse_types::{MessageId, UserId};
use std::sync::Arc;

use crate::domain::change::Change;
use crate::domain::conversation::Refusal;
use crate::domain::mention;
use crate::domain::message::{Body, Edit, Message};
use crate::domain::policy::{Act, require};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::ops::message::{Locked, ReadError, get, lock};
use crate::store::{self, StoreError};

/// Gives an own message another body; the same body changes nothing. The message as its sender sees it.
///
/// # Errors
/// [`ChangeError`].
pub async fn edit(
    context: &Context,
    user_id: UserId,
    message_id: MessageId,
    body: &Body,
) -> Result<Message, ChangeError> {
    let Locked { mut changing, message, place } = lock(context, user_id, message_id).await?;
    let is_own = message.sender_id == Some(user_id);
    require(place, Act::Edit { is_own })?;
    if message.deleted_at.is_some() {
        return Err(Refusal::Conflict("the message was deleted").into());
    }
    if body.as_str().is_empty() && message.attachments.is_empty() {
        return Err(Refusal::BodyRequired.into());
    }
    if message.body == body.as_str() {
        return Ok(message);
    }
    let mentions = mentions(&mut changing, user_id, body.as_str()).await?;
    let edited = Message {
        version: changing.next_version(),
        body: body.as_str().to_owned(),
        mentions,
        edited_at: Some(changing.now),
        ..message.clone()
    };
    let language = store::person::find_language(changing.conn(), user_id).await?;
    store::edit::write(changing.conn(), &edited, &message.digest(), language).await?;
    store::mention::delete(changing.conn(), &message).await?;
    let edited = Arc::new(edited);
    store::mention::insert(changing.conn(), &[Arc::clone(&edited)]).await?;
    changing.tell(&Change::MessageUpdated(Box::new(edited.shared()))).await?;
    changing.commit().await?;
    Ok(Arc::unwrap_or_clone(edited))
}

/// Whom a text mentions, of those who are members now.
async fn mentions(
    changing: &mut Changing<'_>,
    sender_id: UserId,
    body: &str,
) -> Result<Vec<UserId>, StoreError> {
    let conversation_id = changing.head.conversation_id;
    let names = mention::candidates(body).into_iter().flatten().map(|name| (conversation_id, name));
    let named = store::mention::find_members(changing.conn(), &names.collect::<Vec<_>>()).await?;
    Ok(mention::resolve(body, sender_id, |name| named.get(&(conversation_id, name.to_owned())).copied()))
}

/// The earlier bodies of a message, oldest first; none once it is deleted.
///
/// # Errors
/// [`ReadError`].
pub async fn list(context: &Context, user_id: UserId, message_id: MessageId) -> Result<Vec<Edit>, ReadError> {
    let message = get(context, user_id, message_id).await?;
    let mut conn = context.db.conn().await?;
    Ok(store::edit::list(&mut conn, message.conversation_id, message.seq).await?)
}
