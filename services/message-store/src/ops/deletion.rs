//! The end of groups and rooms. At once it is gone for everybody; what was said there goes afterwards, piece by piece, and
//! for a month it is told who was there, to devices that come back.

use std::time::Duration;

use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::change::RemovalReason;
use crate::domain::conversation::Refusal;
use crate::domain::policy::{self, Act};
use crate::ops::Context;
use crate::ops::changing::{ChangeError, Changing};
use crate::ops::member::tell_removed;
use crate::ops::page;
use crate::store::{self, Db, StoreError};

/// Members that one statement dismisses, and events that one statement writes.
const MEMBERS: i64 = 1000;
/// Messages, mentions or files that one transaction deletes: none holds its locks for long.
const PIECE: i64 = 500;
/// How long departures are told after the end: longer than a sync token lives.
const MEMORY: Duration = Duration::from_secs(31 * 24 * 3600);

/// Deletes a group or room with all that is in it.
///
/// # Errors
/// [`ChangeError`].
pub async fn delete(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<(), ChangeError> {
    let mut changing = Changing::lock(context, conversation_id).await?.ok_or(Refusal::NotFound)?;
    let place = changing.place_of(user_id).await?;
    policy::require(place, Act::Delete)?;
    dissolve(changing, RemovalReason::Deleted).await?;
    page::forget(context, conversation_id).await;
    Ok(())
}

/// Deletes a locked conversation and tells each member; all of it or nothing.
pub(super) async fn dissolve(mut changing: Changing<'_>, reason: RemovalReason) -> Result<(), StoreError> {
    clear(&mut changing, reason).await?;
    changing.commit_without_head().await
}

/// The same up to the commit.
pub(super) async fn clear(changing: &mut Changing<'_>, reason: RemovalReason) -> Result<(), StoreError> {
    let (conversation_id, now) = (changing.head.conversation_id, changing.now);
    let end = (changing.head.version, now);
    let mut after = Uuid::nil();
    loop {
        let conn = changing.conn();
        let gone = store::departure::dismiss(conn, conversation_id, end, after, MEMBERS).await?;
        let Some(last) = gone.last() else { break };
        after = last.as_uuid();
        for user_id in gone {
            tell_removed(changing, user_id, reason);
        }
        changing.flush().await?;
    }
    store::deletion::delete(changing.conn(), conversation_id, now).await
}

/// Deletes what is left of deleted conversations, and forgets those whose end is a month ago. Each piece is a transaction of its
/// own: what a crash cuts off goes on from there, and replicas take turns.
///
/// # Errors
/// [`StoreError`]; what was deleted stays deleted.
pub async fn purge(db: &Db, now: OffsetDateTime) -> Result<(), StoreError> {
    while empty_some(db, now).await? {}
    while forget_some(db, now - MEMORY).await? {}
    Ok(())
}

/// True when it is to go on.
async fn empty_some(db: &Db, now: OffsetDateTime) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let Some(conversation_id) = store::deletion::find_full_held(&mut tx).await? else { return Ok(false) };
    let gone = store::deletion::delete_messages(&mut tx, conversation_id, PIECE).await?
        + store::deletion::delete_mentions(&mut tx, conversation_id, PIECE).await?
        + store::discard::of_conversation(&mut tx, conversation_id, PIECE, now).await?;
    if gone == 0 {
        store::deletion::set_emptied(&mut tx, conversation_id, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn forget_some(db: &Db, before: OffsetDateTime) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let found = store::deletion::find_ended_held(&mut tx, before).await?;
    let Some(conversation_id) = found else { return Ok(false) };
    if store::deletion::forget_departures(&mut tx, conversation_id, PIECE).await? == 0 {
        store::deletion::forget(&mut tx, conversation_id).await?;
    }
    tx.commit().await?;
    Ok(true)
}
