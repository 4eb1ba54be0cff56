//! Connected people.

use pulse_types::UserId;

use super::{Graph, view};
use crate::domain::page::{ConnectionPosition, Limit, Page};
use crate::domain::profile::Seen;
use crate::store::{self, StoreError};

/// A page of the people somebody is connected with, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    graph: &Graph,
    viewer: UserId,
    after: ConnectionPosition,
    limit: Limit,
) -> Result<Page<Seen, ConnectionPosition>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let page = store::profile::list_connections(&mut conn, viewer, after, limit).await?;
    Ok(Page { items: view::see_all(&mut conn, viewer, page.items).await?, next: page.next })
}
