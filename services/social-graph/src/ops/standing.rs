//! What lasts of people's presence: what they chose, who may see it, and when others saw them last.

use std::collections::BTreeMap;

use pulse_types::UserId;
use pulse_types::clock::to_millisecond;
use time::OffsetDateTime;

use super::Graph;
use crate::domain::standing::{Availability, LastSeen, Standing};
use crate::store::{self, StoreError};

/// Why an availability was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The caller's account is so new that their profile is still being made.
    #[error("the caller's profile is not made yet")]
    NoProfile,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Sets what a person lets others know; gives their standing, and whether it was another one before.
///
/// # Errors
/// [`SetError`], each variant with its cause.
pub async fn set(
    graph: &Graph,
    user_id: UserId,
    availability: Availability,
) -> Result<(Standing, bool), SetError> {
    let mut tx = graph.db.begin().await?;
    if !store::standing::hold_profile(&mut tx, user_id).await? {
        return Err(SetError::NoProfile);
    }
    let has_changed = store::standing::set_availability(&mut tx, user_id, availability).await?;
    let standing = store::standing::list(&mut tx, &[user_id]).await?.pop().ok_or(SetError::NoProfile)?;
    store::commit(tx).await?;
    Ok((standing, has_changed))
}

/// The standings of people, in no order; those who have no profile are absent.
///
/// # Errors
/// When the database fails.
pub async fn list(graph: &Graph, user_ids: &[UserId]) -> Result<Vec<Standing>, StoreError> {
    let mut conn = graph.db.conn().await?;
    store::standing::list(&mut conn, user_ids).await
}

/// Keeps when people were last there; of several moments of one person the last one.
///
/// # Errors
/// When the database fails.
pub async fn note_last_seen(graph: &Graph, seen: &[LastSeen]) -> Result<(), StoreError> {
    let mut last: BTreeMap<UserId, OffsetDateTime> = BTreeMap::new();
    for LastSeen { user_id, last_seen_at } in seen {
        let moment = to_millisecond(*last_seen_at);
        last.entry(*user_id).and_modify(|known| *known = moment.max(*known)).or_insert(moment);
    }
    let seen: Vec<LastSeen> =
        last.into_iter().map(|(user_id, last_seen_at)| LastSeen { user_id, last_seen_at }).collect();
    let mut conn = graph.db.conn().await?;
    store::standing::note_last_seen(&mut conn, &seen).await
}
