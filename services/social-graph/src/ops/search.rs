//! Finding people.

use pulse_types::UserId;

use super::{Graph, view};
use crate::domain::page::{Fit, Limit, Page, SearchPosition};
use crate::domain::profile::{Profile, Query, Seen};
use crate::store::search::After;
use crate::store::{self, StoreError};

/// A page of the people who fit a query: names that begin with it first, by username; then names that contain it or are like
/// it, the likest first. Never the one who looks, undiscoverable people, or anybody while one of the two blocks the other one.
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
    let mut found: Vec<(SearchPosition, Profile)> = Vec::new();
    let mut after_alike = After { likeness: after.likeness, username: &after.username };
    if after.fit == Fit::Prefix {
        let prefixed =
            store::search::list_prefixed(&mut conn, viewer, query, &after.username, limit.rows()).await?;
        found.extend(prefixed.into_iter().map(|profile| position(Fit::Prefix, 0, profile)));
        after_alike = After { likeness: i32::MAX, username: "" };
    }
    let wanted = limit.rows() - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if wanted > 0 {
        let alike = store::search::list_alike(&mut conn, viewer, query, after_alike, wanted).await?;
        found.extend(alike.into_iter().map(|alike| position(Fit::Like, alike.likeness, alike.profile)));
    }
    let page = Page::cut(found, limit, |(position, _)| position.clone());
    let profiles = page.items.into_iter().map(|(_, profile)| profile).collect();
    view::see_page(&mut conn, viewer, Page { items: profiles, next: page.next }).await
}

fn position(fit: Fit, likeness: i32, profile: Profile) -> (SearchPosition, Profile) {
    (SearchPosition { fit, likeness, username: profile.username.clone() }, profile)
}
