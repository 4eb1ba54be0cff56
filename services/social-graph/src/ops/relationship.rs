//! Following and unfollowing, and what every change between two people brings with it.

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
    /// Nobody has the id.
    #[error("there is no such person")]
    NotFound,
    /// The caller's account is so new that their profile is still being made.
    #[error("the caller's profile is not made yet")]
    NoProfile,
    /// The person lets nobody follow them.
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
    /// Nobody has the id.
    #[error("there is no such person")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
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
    let after = before.unfollow();
    apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(after)
}

/// Writes a change of a locked pair with its events and deliveries, commits, and tells the bus and message-store. A change
/// that changes nothing leaves nothing.
pub(super) async fn apply(graph: &Graph, mut tx: Tx, change: Change) -> Result<(), StoreError> {
    if change.before == change.after {
        return Ok(());
    }
    let now = to_millisecond(graph.clock.now());
    let request_id = write(graph, &mut tx, change, now).await?;
    let announcements = announce(&mut tx, change, request_id).await?;
    let events =
        announcements.into_iter().map(|announcement| (graph.encode)(announcement, &*graph.clock)).collect();
    let entries = store::outbox::insert(&mut tx, events, now).await?;
    let told = match change.before.is_connected() != change.after.is_connected() {
        true => Some(delivery::insert(graph, &mut tx, Subject::Pair(change.pair)).await?),
        false => None,
    };
    store::commit(tx).await?;
    graph.relay.offer(entries);
    if let Some(told) = told {
        delivery::deliver_now(graph, told).await;
    }
    Ok(())
}

/// Writes the directions that changed; gives the id of the request if the change is one.
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
    store::relationship::count_change(tx, change.pair, after.is_connected(), now).await?;
    Ok(request_id)
}

/// What the two are told: each that it changed, and the asked one that somebody asks.
async fn announce(
    tx: &mut Tx,
    change: Change,
    request_id: Option<FollowRequestId>,
) -> Result<Vec<Announcement>, StoreError> {
    let Change { viewer, other, after, .. } = change;
    let viewer_profile = require_profile(tx, viewer).await?;
    let other_profile = require_profile(tx, other).await?;
    let viewer_seen = Seen { profile: viewer_profile, relationship: Some(after.mirrored()) };
    let other_seen = Seen { profile: other_profile, relationship: Some(after) };
    let mut announcements = vec![
        Announcement::RelationshipUpdated { receiver: viewer, other: other_seen },
        Announcement::RelationshipUpdated { receiver: other, other: viewer_seen.clone() },
    ];
    if let Some(request_id) = request_id {
        announcements.push(Announcement::FollowRequested { receiver: other, request_id, by: viewer_seen });
    }
    Ok(announcements)
}

/// A profile that is there: a row of the pair refers to it.
async fn require_profile(tx: &mut Tx, user_id: UserId) -> Result<Profile, StoreError> {
    let profile = store::profile::find(tx, user_id).await?;
    profile.ok_or(StoreError::Corrupt { table: "pairs", id: user_id.as_uuid() })
}
