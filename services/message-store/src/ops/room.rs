//! Rooms: the directory, and joining.

use pulse_types::{ConversationId, InvalidCursor, UserId};
use serde::{Deserialize, Serialize};

use crate::domain::conversation::{Conversation, Refusal, Role};
use crate::domain::policy::{self, Act};
use crate::ops::Context;
use crate::ops::changing::Changing;
use crate::ops::conversation::add_last_messages;
use crate::ops::member::admit;
use crate::store::room::RoomPosition;
use crate::store::{self, StoreError};

const ROOMS: &str = "rooms";

/// The room was not joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no place left.
    #[error("the room is full: at most {0} members")]
    Full(i32),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The directory could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which page of the directory is wanted.
#[derive(Debug, Clone)]
pub struct RoomsRequest {
    /// In title or topic; empty for all rooms.
    pub text: String,
    /// At most so many, 1..100.
    pub limit: usize,
    /// Where to go on; empty for the first page.
    pub cursor: String,
}

/// Where a page of the directory ends.
#[derive(Serialize, Deserialize)]
struct RoomsCursor {
    #[serde(rename = "q")]
    text: String,
    #[serde(rename = "l")]
    limit: usize,
    #[serde(rename = "m")]
    member_count: i32,
    #[serde(rename = "c")]
    conversation_id: ConversationId,
}

/// Joins a room, silently, and gives it as the new member sees it. Whoever is in stays in.
///
/// # Errors
/// [`JoinError`].
pub async fn join(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Conversation, JoinError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    let is_barred = store::departure::is_barred(changing.conn(), conversation_id, user_id).await?;
    policy::require(place, Act::Join { is_barred })?;
    if place.role.is_some() {
        return Ok(changing.unmoved_seen_by(user_id).await?);
    }
    // Whoever is erased meanwhile waits for this, and finds the membership.
    if store::candidate::is_erased_held(changing.conn(), user_id).await? {
        return Err(Refusal::NotFound.into());
    }
    let max = changing.members_max();
    if changing.head.member_count >= max {
        return Err(JoinError::Full(max));
    }
    admit(&mut changing, user_id, Role::Member).await?;
    let seen = changing.seen_by(user_id).await?;
    changing.greet(user_id, seen.clone());
    changing.commit().await?;
    Ok(seen)
}

/// A page of the rooms, busiest first, and the cursor of the next one, empty on the last. Those that `user_id` is in come with
/// what is the member's own and with their last message.
///
/// # Errors
/// [`ListError`].
pub async fn list(
    context: &Context,
    user_id: UserId,
    request: RoomsRequest,
) -> Result<(Vec<Conversation>, String), ListError> {
    let after = position(context, &request)?;
    // One more than is shown tells whether there is a next page.
    let limit = i64::try_from(request.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut rooms = store::room::list(&context.db, user_id, &request.text, after, limit).await?;
    rooms.sort_by_key(|room| std::cmp::Reverse((room.member_count, room.conversation_id)));
    let has_more = rooms.len() > request.limit;
    rooms.truncate(request.limit);
    let next_cursor = match rooms.last() {
        Some(last) if has_more => {
            let RoomsRequest { text, limit, .. } = request;
            let (member_count, conversation_id) = (last.member_count, last.conversation_id);
            context.cursors.seal(ROOMS, &RoomsCursor { text, limit, member_count, conversation_id })
        }
        _ => String::new(),
    };
    // What is said in a room is for its members; `own` counts those in front.
    rooms.sort_by_key(|room| room.my.is_none());
    let own = rooms.partition_point(|room| room.my.is_some());
    if let Some(own) = rooms.get_mut(..own) {
        let mut conn = context.db.conn().await?;
        add_last_messages(&mut conn, Some(user_id), own).await?;
    }
    rooms.sort_by_key(|room| std::cmp::Reverse((room.member_count, room.conversation_id)));
    Ok((rooms, next_cursor))
}

fn position(context: &Context, request: &RoomsRequest) -> Result<Option<RoomPosition>, InvalidCursor> {
    if request.cursor.is_empty() {
        return Ok(None);
    }
    let cursor: RoomsCursor = context.cursors.open(ROOMS, &request.cursor)?;
    if cursor.text != request.text || cursor.limit != request.limit {
        return Err(InvalidCursor);
    }
    Ok(Some(RoomPosition { member_count: cursor.member_count, conversation_id: cursor.conversation_id }))
}
