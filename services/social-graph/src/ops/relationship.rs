//! Following and unfollowing, and what every change between two people (blocks and mutes too) brings with it.

use pulse_types::clock::to_millisecond;
use pulse_types::{FollowRequestId, UserId};
use time::OffsetDateTime;

use super::{Graph, delivery};
use crate::domain::announcement::Announcement;
use crate::domain::delivery::Subject;
use crate::domain::profile::{Profile, Seen};
use crate::domain::relationship::{FollowRefused, FollowState, Pair, Relationship};
use crate::store::relationship::Direction;
use crate::store::{self, StoreError, Tx};

/// Why a person was not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The caller named themselves.
    #[error("nobody follows themselves")]
    Oneself,
    /// Nobody has the id, or they block the caller.
    #[error("there is no such person")]
    NotFound,
    /// The caller's account is so new that their profile is still being made.
    #[error("the caller's profile is not made yet")]
    NoProfile,
    /// The person lets nobody follow them, or the caller blocks them.
    #[error(transparent)]
    Refused(#[from] FollowRefused),
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Why a person was not unfollowed.
#[derive(Debug, thiserror::Error)]
pub enum UnfollowError {
    /// The caller named themselves.
    #[error("nobody follows themselves")]
    Oneself,
    /// Nobody has the id, or they block the caller.
    #[error("there is no such person")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Why nothing was changed between the caller and another person.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The caller named themselves.
    #[error("the caller named themselves")]
    Oneself,
    /// Nobody has the id, or they block the caller.
    #[error("there is no such person")]
    NotFound,
    /// The caller's account is so new that their profile is still being made.
    #[error("the caller's profile is not made yet")]
    NoProfile,
    /// It stands, and message-store can't be told now; it will be.
    #[error("message-store was not told yet")]
    Untold,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Whether message-store has confirmed a change, or has nothing to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// It has.
    Yes,
    /// The table of deliveries keeps it.
    Later,
}

/// A change between two people, in the words of the one who makes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) viewer: UserId,
    pub(super) other: UserId,
    pub(super) pair: Pair,
    pub(super) before: Relationship,
    pub(super) after: Relationship,
}

/// Follows a person or asks to; gives what is between the two, as the caller sees it. Repeating it changes nothing, and
/// requests that cross are both accepted, also in the same moment: the row of the pair is locked. Cancelled after the commit,
/// message-store and the bus are told from the tables.
///
/// # Errors
/// [`FollowError`], each variant with its cause.
pub async fn follow(graph: &Graph, caller: UserId, user_id: UserId) -> Result<Relationship, FollowError> {
    let pair = Pair::of(caller, user_id).ok_or(FollowError::Oneself)?;
    let mut tx = graph.db.begin().await?;
    let settings = store::settings::find(&mut tx, user_id).await?.ok_or(FollowError::NotFound)?;
    store::profile::find(&mut tx, caller).await?.ok_or(FollowError::NoProfile)?;
    // Erased in this moment, if not locked.
    if !store::relationship::lock_or_insert(&mut tx, pair).await? {
        return Err(FollowError::NotFound);
    }
    let before = store::relationship::find(&mut tx, caller, user_id).await?.relationship;
    if !before.is_visible() {
        return Err(FollowError::NotFound);
    }
    let after = before.follow(settings.follow_policy())?;
    apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(after)
}

/// Ends a follow or takes a request back; gives what is left between the two, as the caller sees it. Repeating it changes
/// nothing.
///
/// # Errors
/// [`UnfollowError`], each variant with its cause.
pub async fn unfollow(graph: &Graph, caller: UserId, user_id: UserId) -> Result<Relationship, UnfollowError> {
    let pair = Pair::of(caller, user_id).ok_or(UnfollowError::Oneself)?;
    let mut tx = graph.db.begin().await?;
    store::profile::find(&mut tx, user_id).await?.ok_or(UnfollowError::NotFound)?;
    if !store::relationship::lock(&mut tx, pair).await? {
        return Ok(Relationship::default());
    }
    let before = store::relationship::find(&mut tx, caller, user_id).await?.relationship;
    if !before.is_visible() {
        return Err(UnfollowError::NotFound);
    }
    let after = before.unfollow();
    apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(after)
}

/// Opens a transaction in which nobody else changes what is between the caller and a person, and gives that.
///
/// # Errors
/// [`ActError`] but for [`ActError::Untold`]. Whether the caller may see the person is left to the one who calls.
pub(super) async fn lock(
    graph: &Graph,
    caller: UserId,
    user_id: UserId,
) -> Result<(Tx, Pair, Relationship), ActError> {
    let pair = Pair::of(caller, user_id).ok_or(ActError::Oneself)?;
    let mut tx = graph.db.begin().await?;
    store::profile::find(&mut tx, user_id).await?.ok_or(ActError::NotFound)?;
    store::profile::find(&mut tx, caller).await?.ok_or(ActError::NoProfile)?;
    // Erased in this moment, if not locked.
    if !store::relationship::lock_or_insert(&mut tx, pair).await? {
        return Err(ActError::NotFound);
    }
    let before = store::relationship::find(&mut tx, caller, user_id).await?.relationship;
    Ok((tx, pair, before))
}

/// Writes a change of a locked pair with its events and deliveries, commits, and tells the bus and message-store. A change
/// that changes nothing leaves nothing.
pub(super) async fn apply(graph: &Graph, mut tx: Tx, change: Change) -> Result<Told, StoreError> {
    let Change { before, after, .. } = change;
    if before == after {
        return Ok(Told::Yes);
    }
    let now = to_millisecond(graph.clock.now());
    let request_id = write(graph, &mut tx, change, now).await?;
    let announcements = announce(&mut tx, change, request_id).await?;
    let receivers: Vec<UserId> =
        announcements.iter().flat_map(|announcement| announcement.receivers().to_vec()).collect();
    let events =
        announcements.into_iter().map(|announcement| (graph.encode)(announcement, &*graph.clock)).collect();
    let entries = store::outbox::insert(&mut tx, events, now).await?;
    let is_other_block = before.blocking != after.blocking || before.blocked_by != after.blocked_by;
    let told = match is_other_block || before.is_connected() != after.is_connected() {
        true => Some(delivery::insert(graph, &mut tx, Subject::Pair(change.pair)).await?),
        false => None,
    };
    store::point::touch(&mut tx, &receivers).await?;
    store::commit(tx).await?;
    let Some(told) = told else {
        graph.relay.offer(entries);
        return Ok(Told::Yes);
    };
    if !after.is_connected() {
        // What ends has ended for all who listen, however slow message-store is.
        graph.relay.offer(entries);
        return Ok(delivery::deliver_now(graph, told).await);
    }
    // Whoever hears that they are connected writes at once: message-store knows it first.
    let told = delivery::deliver_now(graph, told).await;
    graph.relay.offer(entries);
    Ok(told)
}

/// Writes what the one who acts changed; gives the id of the request if the change is one.
async fn write(
    graph: &Graph,
    tx: &mut Tx,
    change: Change,
    now: OffsetDateTime,
) -> Result<Option<FollowRequestId>, StoreError> {
    let Change { viewer, other, before, after, .. } = change;
    let is_request = after.following == FollowState::Requested && before.following != after.following;
    let request_id = is_request.then(|| FollowRequestId::new(&*graph.clock));
    if before.following != after.following {
        let outgoing =
            Direction { follower_id: viewer, followed_id: other, state: after.following, request_id };
        store::relationship::write_direction(tx, outgoing, now).await?;
    }
    if before.followed_by != after.followed_by {
        // Nobody asks in another one's name, so this direction only becomes accepted or none.
        let state = after.followed_by;
        let incoming = Direction { follower_id: other, followed_id: viewer, state, request_id: None };
        store::relationship::write_direction(tx, incoming, now).await?;
    }
    if before.blocking != after.blocking {
        store::block::write(tx, viewer, other, after.blocking, now).await?;
    }
    if before.muting != after.muting {
        store::mute::write(tx, viewer, other, after.muting, now).await?;
    }
    store::relationship::count_change(tx, change.pair, after.is_connected(), now).await?;
    Ok(request_id)
}

/// What the two are told: each that it changed, and the asked one that somebody asks. Of a mute the other one learns nothing.
async fn announce(
    tx: &mut Tx,
    change: Change,
    request_id: Option<FollowRequestId>,
) -> Result<Vec<Announcement>, StoreError> {
    let Change { viewer, other, before, after, .. } = change;
    let mut announcements = vec![updated(viewer, require_profile(tx, other).await?, after)];
    if before.without_mutes() == after.without_mutes() {
        return Ok(announcements);
    }
    let viewer_profile = require_profile(tx, viewer).await?;
    announcements.push(updated(other, viewer_profile.clone(), after.mirrored()));
    if let Some(request_id) = request_id {
        let by = Seen { profile: viewer_profile, relationship: Some(after.mirrored()) };
        announcements.push(Announcement::FollowRequested { receiver: other, request_id, by });
    }
    Ok(announcements)
}

/// What the receiver is told of a person with whom this is between them.
fn updated(receiver: UserId, person: Profile, relationship: Relationship) -> Announcement {
    if !relationship.is_visible() {
        return Announcement::PersonHidden { receivers: vec![receiver], user_id: person.user_id };
    }
    let other = Seen { profile: person, relationship: Some(relationship) };
    Announcement::RelationshipUpdated { receiver, other }
}

/// A profile that is there: a row of the pair refers to it.
async fn require_profile(tx: &mut Tx, user_id: UserId) -> Result<Profile, StoreError> {
    let profile = store::profile::find(tx, user_id).await?;
    profile.ok_or(StoreError::Corrupt { table: "pairs", id: user_id.as_uuid() })
}
