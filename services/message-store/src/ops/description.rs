//! How groups and rooms present themselves: title, topic, picture.

use pulse_types::{AttachmentId, ConversationId, UserId};

use crate::domain::address::{self, NoRandomness};
use crate::domain::conversation::{Conversation, Kind, Refusal};
use crate::domain::group::Description;
use crate::domain::policy::{self, Act};
use crate::domain::system::{SystemEvent, SystemNote};
use crate::domain::upload::{PictureUse, usable_since};
use crate::ops::Context;
use crate::ops::changing::Changing;
use crate::store::group::Appearance;
use crate::store::{self, StoreError};

/// The conversation presents itself as before.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A room without a title.
    #[error("a room has a title")]
    TitleRequired,
    /// The upload is not there, not the caller's, used already, or no image.
    #[error("names no image that you uploaded and did not use yet")]
    PictureInvalid,
    /// The system has no random bytes for the address of a picture.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes title, topic and picture, by one change; a new title and a new topic are told by a system message each. What is
/// wanted already is no change.
///
/// # Errors
/// [`DescribeError`].
pub async fn update(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    wanted: Description,
) -> Result<Conversation, DescribeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    policy::require(place, Act::Describe)?;
    let corrupt = StoreError::Corrupt { table: "conversations", id: conversation_id.as_uuid() };
    let found = store::group::find_appearance(changing.conn(), conversation_id).await?;
    let before = found.ok_or(corrupt)?;
    if place.kind == Kind::Room && wanted.title.as_ref().is_some_and(String::is_empty) {
        return Err(DescribeError::TitleRequired);
    }
    let avatar_url = match wanted.picture {
        None => before.avatar_url.clone(),
        Some(picture) => show(context, &mut changing, user_id, picture).await?,
    };
    let after = Appearance {
        title: wanted.title.unwrap_or_else(|| before.title.clone()),
        topic: wanted.topic.unwrap_or_else(|| before.topic.clone()),
        avatar_url,
    };
    if after == before {
        return Ok(changing.unmoved_seen_by(user_id).await?);
    }
    changing.next_version();
    store::group::set_appearance(changing.conn(), conversation_id, &after).await?;
    changing.tell_conversation().await?;
    tell(&mut changing, user_id, &before, after).await?;
    let seen = changing.seen_by(user_id).await?;
    changing.commit().await?;
    Ok(seen)
}

async fn tell(
    changing: &mut Changing<'_>,
    user_id: UserId,
    before: &Appearance,
    after: Appearance,
) -> Result<(), StoreError> {
    if after.title != before.title {
        let title = Some(after.title).filter(|title| !title.is_empty());
        changing.note(SystemNote { title, ..SystemNote::new(SystemEvent::Renamed, Some(user_id)) }).await?;
    }
    if after.topic != before.topic {
        let topic = Some(after.topic).filter(|topic| !topic.is_empty());
        changing
            .note(SystemNote { topic, ..SystemNote::new(SystemEvent::TopicChanged, Some(user_id)) })
            .await?;
    }
    Ok(())
}

/// Takes an upload as the picture, or none; gives its address.
async fn show(
    context: &Context,
    changing: &mut Changing<'_>,
    user_id: UserId,
    picture: Option<AttachmentId>,
) -> Result<String, DescribeError> {
    let (picture_of, now) = (changing.head.conversation_id.as_uuid(), changing.now);
    let Some(attachment_id) = picture else {
        store::attachment::show_picture(changing.conn(), picture_of, None, now).await?;
        return Ok(String::new());
    };
    let picture =
        PictureUse { attachment_id, uploader_id: user_id, picture_of, key: address::picture_key()? };
    let since = usable_since(now);
    if !store::attachment::use_as_picture(changing.conn(), &picture, since, now).await? {
        return Err(DescribeError::PictureInvalid);
    }
    store::attachment::show_picture(changing.conn(), picture_of, Some(&picture.key), now).await?;
    Ok(context.addresses.picture(&picture.key))
}
