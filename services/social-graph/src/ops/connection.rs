//! Connected people.

use pulse_types::UserId;

use super::{Graph, view};
use crate::domain::page::{Limit, Page, PersonPosition};
use crate::domain::profile::Seen;
use crate::store::{self, StoreError};

/// A page of the people somebody is connected with, newest first.
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
    let page = store::people::list_connections(&mut conn, viewer, after, limit).await?;
    view::see_page(&mut conn, viewer, page).await
}
