//! Finding people.

use pulse_types::UserId;

use super::{Graph, view};
use crate::domain::page::{Fit, Limit, Page, SearchPosition};
use crate::domain::profile::{Profile, Query, Seen};
use crate::store::{self, StoreError};

/// A page of the people who fit a query: names that begin with it first, then names that contain it, each by username.
/// Never the one who looks, never undiscoverable people.
///
/// # Errors
/// When the database fails.
pub async fn list(
    graph: &Graph,
    viewer: UserId,
    query: &Query,
    after: &SearchPosition,
    limit: Limit,
) -> Result<Page<Seen, SearchPosition>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let mut found: Vec<(Fit, Profile)> = Vec::new();
    let mut after_username = after.username.as_str();
    if after.fit == Fit::Prefix {
        let prefixed =
            store::search::list_prefixed(&mut conn, viewer, query, after_username, limit.rows()).await?;
        found.extend(prefixed.into_iter().map(|profile| (Fit::Prefix, profile)));
        after_username = "";
    }
    let wanted = limit.rows() - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if wanted > 0 {
        let containing =
            store::search::list_containing(&mut conn, viewer, query, after_username, wanted).await?;
        found.extend(containing.into_iter().map(|profile| (Fit::Contains, profile)));
    }
    let page = Page::cut(found, limit, |(fit, profile)| SearchPosition {
        fit: *fit,
        username: profile.username.clone(),
    });
    let profiles = page.items.into_iter().map(|(_, profile)| profile).collect();
    Ok(Page { items: view::see_all(&mut conn, viewer, profiles).await?, next: page.next })
}
