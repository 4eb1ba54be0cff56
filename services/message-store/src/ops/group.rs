//! Making groups and rooms.

use pulse_types::clock::to_millisecond;
use pulse_types::{Clock as _, ConversationId, UserId};

use crate::domain::conversation::{Conversation, Kind, Membership, Role};
use crate::domain::group::NewConversation;
use crate::domain::mark::Marks;
use crate::domain::system::{SystemEvent, SystemNote};
use crate::ops::Context;
use crate::ops::changing::Changing;
use crate::ops::repeat::{self, RepeatError};
use crate::store::group::Request;
use crate::store::{self, Conn, StoreError};

/// The group or room was not made, and nobody was added.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Somebody is not known by this id, or may not be seen.
    #[error("there is no such person, or you may not see them")]
    UnknownPerson,
    /// Somebody and the creator do not follow one another.
    #[error("you and this person are not connected")]
    NotConnected,
    /// More than a group or room may have.
    #[error("it may have at most {0} members")]
    TooMany(i32),
    /// The `client_id` is no new one.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a group or room, all or nothing, and tells whether it was made now: a repeat gives what the first request made, as it
/// is now. However many ask at once by one `client_id`, one is made.
///
/// # Errors
/// [`CreateError`].
pub async fn create(
    context: &Context,
    creator_id: UserId,
    new: &NewConversation,
) -> Result<(Conversation, bool), CreateError> {
    let new_id = ConversationId::new(&*context.clock);
    let wanted = Request { conversation_id: new_id, digest: new.digest() };
    if let Some(client_id) = new.client_id
        && let Some(known) = repeat::find(context, creator_id, client_id, &wanted.digest).await?
    {
        return Ok((known, false));
    }
    let mut tx = context.db.begin().await?;
    if let Some(client_id) = new.client_id
        && !store::group::claim_request(&mut tx, creator_id, client_id, &wanted).await?
    {
        tx.rollback().await.map_err(StoreError::from)?;
        return Ok((repeat::require(context, creator_id, client_id, &wanted.digest).await?, false));
    }
    let max = context.sizes.members_max(new.kind);
    if i32::try_from(new.member_ids.len()).is_ok_and(|companions| companions < max) {
        require_companions(&mut tx, creator_id, &new.member_ids).await?;
    } else {
        return Err(CreateError::TooMany(max));
    }
    insert(&mut tx, new_id, creator_id, new, context).await?;

    let corrupt = StoreError::Corrupt { table: "conversations", id: new_id.as_uuid() };
    let mut changing = Changing::lock_in(context, tx, new_id).await?.ok_or(corrupt)?;
    if new.kind == Kind::Group {
        let title = Some(new.title.clone()).filter(|title| !title.is_empty());
        changing
            .note(SystemNote { title, ..SystemNote::new(SystemEvent::Created, Some(creator_id)) })
            .await?;
        let seq = changing.head.last_seq;
        store::membership::catch_all_up(changing.conn(), new_id, seq).await?;
    }
    let shared = changing.shared().await?;
    let own = snapshot(&changing, &shared, Role::Owner);
    for member_id in &new.member_ids {
        let seen = snapshot(&changing, &shared, Role::Member);
        changing.greet(*member_id, seen);
    }
    changing.greet(creator_id, own.clone());
    changing.commit().await?;
    Ok((own, true))
}

async fn insert(
    conn: &mut Conn,
    conversation_id: ConversationId,
    creator_id: UserId,
    new: &NewConversation,
    context: &Context,
) -> Result<(), StoreError> {
    let now = to_millisecond(context.clock.now());
    store::group::insert(conn, conversation_id, creator_id, new, now).await?;
    store::member::insert(conn, conversation_id, &[creator_id], Role::Owner, now).await?;
    store::member::insert(conn, conversation_id, &new.member_ids, Role::Member, now).await
}

/// Holds everybody as they are, so that nobody who disconnects, blocks or leaves meanwhile is added all the same.
async fn require_companions(
    conn: &mut Conn,
    creator_id: UserId,
    member_ids: &[UserId],
) -> Result<(), CreateError> {
    if store::candidate::is_erased_held(conn, creator_id).await? {
        return Err(CreateError::UnknownPerson);
    }
    let candidates = store::candidate::list_held(conn, creator_id, member_ids).await?;
    if candidates.iter().any(|candidate| !candidate.is_visible) {
        return Err(CreateError::UnknownPerson);
    }
    match candidates.iter().all(|candidate| candidate.is_connected) {
        true => Ok(()),
        false => Err(CreateError::NotConnected),
    }
}

/// What somebody sees who is in from the beginning.
fn snapshot(changing: &Changing<'_>, shared: &Conversation, role: Role) -> Conversation {
    let seq = changing.head.last_seq;
    let my = Membership {
        role,
        joined_at: shared.created_at,
        marks: Marks { read_seq: seq, delivered_seq: seq },
        mention_count: 0,
        muted_until: None,
        is_pinned: false,
        is_archived: false,
    };
    Conversation { my: Some(my), ..shared.clone() }
}
