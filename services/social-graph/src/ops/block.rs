//! Blocks. To the blocked, the blocker does not exist; message-store is told before a block is answered, so that an answered
//! one holds for every later send.

use pulse_types::UserId;

use super::relationship::{self, ActError, Change, Told};
use super::{Graph, delivery, view};
use crate::domain::page::{Limit, Page, PersonPosition};
use crate::domain::profile::Seen;
use crate::domain::relationship::Pair;
use crate::store::{self, StoreError};

/// Blocks a person: both follows and requests end. Repeating it changes nothing, and is answered like the first time: when
/// message-store has confirmed it. Whoever is blocked by a person may block them too.
///
/// # Errors
/// [`ActError`], each variant with its cause. After [`ActError::Untold`] the block stands, and message-store is told soon.
pub async fn block(graph: &Graph, caller: UserId, user_id: UserId) -> Result<(), ActError> {
    let (tx, pair, before) = relationship::lock(graph, caller, user_id).await?;
    let after = before.block();
    let told = match before == after {
        false => {
            relationship::apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after })
                .await?
        }
        true => {
            drop(tx);
            tell_again(graph, pair).await?
        }
    };
    match told {
        Told::Yes => Ok(()),
        Told::Later => Err(ActError::Untold),
    }
}

/// Whether message-store knows what is between the two; it is told, if that is still to be done.
async fn tell_again(graph: &Graph, pair: Pair) -> Result<Told, StoreError> {
    let waiting = store::delivery::find(&mut *graph.db.conn().await?, pair).await?;
    match waiting {
        Some(waiting) => Ok(delivery::deliver_now(graph, waiting).await),
        None => Ok(Told::Yes),
    }
}

/// Ends a block; what it ended stays ended. Repeating it changes nothing.
///
/// # Errors
/// [`ActError`], each variant with its cause.
pub async fn unblock(graph: &Graph, caller: UserId, user_id: UserId) -> Result<(), ActError> {
    let (tx, pair, before) = relationship::lock(graph, caller, user_id).await?;
    let after = before.unblock();
    relationship::apply(graph, tx, Change { viewer: caller, other: user_id, pair, before, after }).await?;
    Ok(())
}

/// A page of the people whom somebody blocks, newest first; those too who block them.
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
    let page = store::people::list_blocks(&mut conn, viewer, after, limit).await?;
    Ok(Page { items: view::see_all(&mut conn, viewer, page.items).await?, next: page.next })
}
