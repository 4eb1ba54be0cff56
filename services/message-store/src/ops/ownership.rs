//! What the owner of a group or room does with it: hand it over, close it, open it again.

use pulse_types::{ConversationId, UserId};

use crate::domain::conversation::{Conversation, Refusal, Role};
use crate::domain::policy::{self, Act};
use crate::domain::system::{SystemEvent, SystemNote};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::store::{self, StoreError};

/// Makes another member the owner; the old one becomes an admin. One change, told as the conversation's.
///
/// # Errors
/// [`ChangeError`]; not found when `heir_id` is no member.
pub async fn transfer(
    context: &Context,
    owner_id: UserId,
    conversation_id: ConversationId,
    heir_id: UserId,
) -> Result<Conversation, ChangeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(owner_id).await?;
    policy::require(place, Act::Read)?;
    if changing.place_of(heir_id).await?.role.is_none() {
        return Err(Refusal::NotFound.into());
    }
    policy::require(place, Act::Transfer)?;
    if owner_id == heir_id {
        return Ok(changing.unmoved_seen_by(owner_id).await?);
    }
    hand_over(&mut changing, owner_id, heir_id, Some(owner_id)).await?;
    let seen = changing.seen_by(owner_id).await?;
    changing.commit().await?;
    Ok(seen)
}

/// Makes a member of a locked conversation its owner instead of another one, who becomes an admin. Nobody is told as the actor
/// when an owner was erased.
pub(super) async fn hand_over(
    changing: &mut Changing<'_>,
    owner_id: UserId,
    heir_id: UserId,
    actor_id: Option<UserId>,
) -> Result<(), StoreError> {
    let conversation_id = changing.head.conversation_id;
    let version = changing.next_version();
    let conn = changing.conn();
    store::membership::set_role(conn, conversation_id, owner_id, Role::Admin, version).await?;
    store::membership::set_role(conn, conversation_id, heir_id, Role::Owner, version).await?;
    changing.head.owner_id = Some(heir_id);
    changing.tell_conversation().await?;
    changing.note(SystemNote::new(SystemEvent::Transferred, actor_id).to(heir_id)).await?;
    Ok(())
}

/// Closes a conversation, readable and not writable, or opens it again; what it is already it stays.
///
/// # Errors
/// [`ChangeError`].
pub async fn set_state(
    context: &Context,
    owner_id: UserId,
    conversation_id: ConversationId,
    is_closed: bool,
) -> Result<Conversation, ChangeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(owner_id).await?;
    policy::require(place, Act::SetState)?;
    if changing.head.is_closed == is_closed {
        return Ok(changing.unmoved_seen_by(owner_id).await?);
    }
    changing.head.is_closed = is_closed;
    changing.next_version();
    changing.tell_conversation().await?;
    let event = if is_closed { SystemEvent::Closed } else { SystemEvent::Reopened };
    changing.note(SystemNote::new(event, Some(owner_id))).await?;
    let seen = changing.seen_by(owner_id).await?;
    changing.commit().await?;
    Ok(seen)
}
