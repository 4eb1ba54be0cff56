//! Reactions: adding and removing them.

use pulse_types::{MessageId, UserId};

use crate::domain::change::{Change, ReactionUpdated};
use crate::domain::conversation::Refusal;
use crate::domain::policy::{Act, require};
use crate::domain::reaction::{Emoji, REACTIONS_MAX, Reaction};
use crate::ops::Context;
use crate::ops::changing::ChangeError;
use crate::ops::message::{Locked, lock};
use crate::store;

/// Adds or removes somebody's reaction to a message; what stands as it should changes nothing. All reactions on the message,
/// as that person sees them.
///
/// # Errors
/// [`ChangeError`].
pub async fn set(
    context: &Context,
    user_id: UserId,
    message_id: MessageId,
    emoji: Emoji,
    is_active: bool,
) -> Result<Vec<Reaction>, ChangeError> {
    let Locked { mut changing, message, place } = lock(context, user_id, message_id).await?;
    require(place, Act::React { is_system: message.is_system() })?;
    if message.deleted_at.is_some() {
        return Err(Refusal::Conflict("the message was deleted").into());
    }
    let standing = message.reactions.iter().find(|reaction| reaction.emoji == emoji.as_str());
    if standing.is_some_and(|reaction| reaction.is_mine) == is_active {
        return Ok(message.reactions);
    }
    if is_active && standing.is_none() && message.reactions.len() >= REACTIONS_MAX {
        return Err(Refusal::TooManyReactions.into());
    }
    let version = changing.next_version();
    let now = changing.now;
    let conn = changing.conn();
    let key = (message.conversation_id, message.seq);
    match is_active {
        true => store::reaction::insert(conn, key, (user_id, emoji), version, now).await?,
        false => store::reaction::delete(conn, key, (user_id, emoji.as_str())).await?,
    }
    store::reaction::changed(conn, key, version).await?;
    let reactions = store::reaction::list(conn, key, Some(user_id)).await?;
    let shared = reactions.iter().map(|reaction| Reaction { is_mine: false, ..reaction.clone() });
    let updated = ReactionUpdated {
        conversation_id: message.conversation_id,
        message_id,
        seq: message.seq,
        version,
        user_id,
        emoji: emoji.as_str().to_owned(),
        is_active,
        reactions: shared.collect(),
    };
    changing.tell(&Change::ReactionUpdated(updated)).await?;
    changing.commit().await?;
    Ok(reactions)
}
