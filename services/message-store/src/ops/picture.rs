//! Pictures of people. Those of conversations are `ops/description.rs`.

use pulse_types::{AttachmentId, Clock as _, UserId};

use crate::domain::address::{self, NoRandomness};
use crate::domain::upload::{PictureUse, usable_since};
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Why an upload does not become a picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is not there, not the caller's, used already, or no image.
    #[error("names no image that you uploaded and did not use yet")]
    Invalid,
    /// The system has no random bytes for its address.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Uses an upload as the picture of its uploader; gives its address. The one before is left until social-graph tells that the
/// person shows the new one.
///
/// # Errors
/// [`PictureError`].
pub async fn use_own(
    context: &Context,
    user_id: UserId,
    attachment_id: AttachmentId,
) -> Result<String, PictureError> {
    let now = context.clock.now();
    let key = address::picture_key()?;
    let picture = PictureUse { attachment_id, uploader_id: user_id, picture_of: user_id.as_uuid(), key };
    let mut conn = context.db.conn().await?;
    if !store::attachment::use_as_picture(&mut conn, &picture, usable_since(now), now).await? {
        return Err(PictureError::Invalid);
    }
    Ok(context.addresses.picture(&picture.key))
}
