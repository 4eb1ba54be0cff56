//! Mutes: no notifications, nothing else. Only the one who mutes is told of it.

use pulse_types::UserId;

use super::relationship::{self, ActError, Change};
use super::{Graph, view};
use crate::domain::page::{Limit, Page, PersonPosition};
use crate::domain::profile::Seen;
use crate::store::{self, StoreError};

/// Mutes a person, or ends that. Repeating it changes nothing.
///
/// # Errors
/// [`ActError`], each variant with its cause.
pub async fn set(graph: &Graph, caller: UserId, user_id: UserId, muting: bool) -> Result<(), ActError> {
    let (tx, pair, before) = relationship::lock(graph, caller, user_id).await?;
    if !before.is_visible() {
        return Err(ActError::NotFound);
    }
    let after = before.mute(muting);
    relationship::apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(())
}

/// A page of the people whom somebody mutes, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    graph: &Graph,
    viewer: UserId,
    after: PersonPosition,
    limit: Limit,
) -> Result<Page<Seen, PersonPosition>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let page = store::people::list_mutes(&mut conn, viewer, after, limit).await?;
    view::see_page(&mut conn, viewer, page).await
}
