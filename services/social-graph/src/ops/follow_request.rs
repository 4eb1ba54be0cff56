//! Requests to follow: listed and answered.

use pulse_types::{FollowRequestId, UserId};
use time::OffsetDateTime;

use super::relationship::{Change, apply};
use super::{Graph, view};
use crate::domain::page::{FollowRequestPosition, Limit, Page};
use crate::domain::profile::Seen;
use crate::domain::relationship::{Pair, Relationship};
use crate::store::{self, StoreError};

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Answered before, taken back, somebody else's, or never made.
    #[error("no such request waits for this person's answer")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// An answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The requester follows from now on, and with `follow_back` is followed.
    Accept {
        /// Whether both directions are accepted.
        follow_back: bool,
    },
    /// Nothing; the requester may ask again.
    Decline,
}

/// Whose requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those made to the one who looks.
    Incoming,
    /// Those made by them.
    Outgoing,
}

impl Direction {
    /// A name for the cursors of the list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
        }
    }
}

/// A request in a list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The request.
    pub request_id: FollowRequestId,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Who asks for incoming requests, who is asked for outgoing ones.
    pub other: Seen,
}

/// Answers a request that was made to `asked`; gives the requester and what is between the two, as `asked` sees it.
/// Cancelled after the commit, message-store and the bus are told from the tables.
///
/// # Errors
/// [`AnswerError::NotFound`] when no such request waits.
pub async fn answer(
    graph: &Graph,
    asked: UserId,
    request_id: FollowRequestId,
    answer: Answer,
) -> Result<(UserId, Relationship), AnswerError> {
    let mut tx = graph.db.begin().await?;
    let requester = store::follow_request::find_requester(&mut tx, request_id, asked).await?;
    let requester = requester.ok_or(AnswerError::NotFound)?;
    let pair = Pair::of(asked, requester).ok_or(AnswerError::NotFound)?;
    if !store::relationship::lock(&mut tx, pair).await? {
        return Err(AnswerError::NotFound);
    }
    let before = store::relationship::find(&mut tx, asked, requester).await?;
    if before.incoming_request_id != Some(request_id) {
        // Answered, taken back or replaced while the lock was waited for.
        return Err(AnswerError::NotFound);
    }
    let after = match answer {
        Answer::Accept { follow_back } => before.relationship.accept(follow_back),
        Answer::Decline => before.relationship.decline(),
    };
    let after = after.ok_or(AnswerError::NotFound)?;
    let change = Change { viewer: asked, other: requester, pair, before: before.relationship, after };
    apply(graph, tx, change).await?;
    Ok((requester, after))
}

/// A page of the requests that wait, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    graph: &Graph,
    viewer: UserId,
    direction: Direction,
    after: FollowRequestPosition,
    limit: Limit,
) -> Result<Page<Entry, FollowRequestPosition>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let page = match direction {
        Direction::Incoming => store::follow_request::list_incoming(&mut conn, viewer, after, limit).await?,
        Direction::Outgoing => store::follow_request::list_outgoing(&mut conn, viewer, after, limit).await?,
    };
    let (positions, profiles): (Vec<_>, Vec<_>) =
        page.items.into_iter().map(|request| (request.position, request.other)).unzip();
    let people = view::see_all(&mut conn, viewer, profiles).await?;
    let items = positions
        .into_iter()
        .zip(people)
        .map(|(position, other)| Entry {
            request_id: position.request_id,
            created_at: position.created_at,
            other,
        })
        // Whoever has blocked the one who looks since the page was read.
        .filter(|entry| entry.other.is_visible())
        .collect();
    Ok(Page { items, next: page.next })
}
