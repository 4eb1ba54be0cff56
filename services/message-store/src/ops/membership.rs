//! What a member chose for themselves: muted, pinned, archived. It is nobody else's concern and takes no version.

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;

use crate::domain::change::Change;
use crate::domain::conversation::{Conversation, Refusal};
use crate::domain::policy::{self, Act};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::store::membership::Choices;
use crate::store::{self, StoreError};

/// What is to change; what is absent stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// Muted up to then; none for not any more.
    pub muted_until: Option<Option<OffsetDateTime>>,
    /// Marked.
    pub pinned: Option<bool>,
    /// Put away.
    pub archived: Option<bool>,
}

/// Changes what somebody chose, and tells their other devices.
///
/// # Errors
/// [`ChangeError`].
pub async fn update(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    wish: Wish,
) -> Result<Conversation, ChangeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    policy::require(place, Act::Read)?;
    let before = changing.unmoved_seen_by(user_id).await?;
    let corrupt = StoreError::Corrupt { table: "members", id: conversation_id.as_uuid() };
    let my = before.my.as_ref().ok_or(corrupt)?;
    let present =
        Choices { muted_until: my.muted_until, is_pinned: my.is_pinned, is_archived: my.is_archived };
    let wanted = Choices {
        muted_until: wish.muted_until.unwrap_or(present.muted_until),
        is_pinned: wish.pinned.unwrap_or(present.is_pinned),
        is_archived: wish.archived.unwrap_or(present.is_archived),
    };
    if wanted == present {
        return Ok(before);
    }
    store::membership::set_choices(changing.conn(), conversation_id, user_id, wanted).await?;
    let after = changing.unmoved_seen_by(user_id).await?;
    changing.tell_people(&Change::ConversationUpdated(Box::new(after.clone())), [user_id]);
    changing.commit_without_head().await?;
    Ok(after)
}
