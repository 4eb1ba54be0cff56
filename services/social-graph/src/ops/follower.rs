//! Followers and followed people: listed, and taken away by the one who is followed.

use pulse_types::UserId;

use super::relationship::{self, ActError, Change};
use super::{Graph, view};
use crate::domain::page::{Limit, Page, PersonPosition};
use crate::domain::profile::Seen;
use crate::store::{self, Conn, StoreError};

/// Why a list is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Nobody has the id, or they block the one who looks.
    #[error("there is no such person")]
    NotFound,
    /// The list is somebody's with whom the one who looks is not connected.
    #[error("you and this person are not connected")]
    NotConnected,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Which of the two lists of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those who follow them.
    Followers,
    /// Those whom they follow.
    Following,
}

impl Side {
    /// A name for the cursors of the list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Followers => "followers",
            Self::Following => "following",
        }
    }
}

/// A page of one of the two lists of a person, newest first, without those whom `viewer` may not see.
///
/// # Errors
/// [`ListError`], each variant with its cause.
pub async fn list(
    graph: &Graph,
    viewer: UserId,
    (user_id, side): (UserId, Side),
    after: PersonPosition,
    limit: Limit,
) -> Result<Page<Seen, PersonPosition>, ListError> {
    let mut conn = graph.db.conn().await?;
    if user_id != viewer {
        require_connected(&mut conn, viewer, user_id).await?;
    }
    let page = match side {
        Side::Followers => store::people::list_followers(&mut conn, viewer, user_id, after, limit).await?,
        Side::Following => store::people::list_following(&mut conn, viewer, user_id, after, limit).await?,
    };
    Ok(view::see_page(&mut conn, viewer, page).await?)
}

async fn require_connected(conn: &mut Conn, viewer: UserId, user_id: UserId) -> Result<(), ListError> {
    let profile = store::profile::find(conn, user_id).await?.ok_or(ListError::NotFound)?;
    let seen = view::see(conn, viewer, profile).await?.ok_or(ListError::NotFound)?;
    let is_connected = seen.relationship.is_some_and(|relationship| relationship.is_connected());
    if is_connected { Ok(()) } else { Err(ListError::NotConnected) }
}

/// Ends the follow of somebody who follows the caller, or declines their request. Repeating it changes nothing.
///
/// # Errors
/// [`ActError`], each variant with its cause.
pub async fn remove(graph: &Graph, caller: UserId, user_id: UserId) -> Result<(), ActError> {
    let (tx, pair, before) = relationship::lock(graph, caller, user_id).await?;
    if !before.is_visible() {
        return Err(ActError::NotFound);
    }
    let after = before.remove_follower();
    relationship::apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(())
}
