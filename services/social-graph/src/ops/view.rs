//! People as somebody sees them.

use std::collections::HashMap;

use pulse_types::UserId;

use crate::domain::page::Page;
use crate::domain::profile::{Profile, Seen};
use crate::domain::relationship::Relationship;
use crate::store::{self, Conn, StoreError};

/// Adds to each person what is between them and the one who looks; for oneself there is nothing.
pub(super) async fn see_all(
    conn: &mut Conn,
    viewer: UserId,
    profiles: Vec<Profile>,
) -> Result<Vec<Seen>, StoreError> {
    let ids: Vec<_> = profiles.iter().map(|profile| profile.user_id).collect();
    let relationships = match ids.is_empty() {
        true => HashMap::default(),
        false => store::relationship::list(conn, viewer, &ids).await?,
    };
    Ok(profiles
        .into_iter()
        .map(|profile| {
            let is_other = profile.user_id != viewer;
            let relationship =
                is_other.then(|| relationships.get(&profile.user_id).copied().unwrap_or_default());
            Seen { profile, relationship }
        })
        .collect())
}

/// A page of people, without those who have blocked the one who looks since the page was read.
pub(super) async fn see_page<P>(
    conn: &mut Conn,
    viewer: UserId,
    page: Page<Profile, P>,
) -> Result<Page<Seen, P>, StoreError> {
    let mut items = see_all(conn, viewer, page.items).await?;
    items.retain(Seen::is_visible);
    Ok(Page { items, next: page.next })
}

/// One person; `None` when the one who looks may not see them.
pub(super) async fn see(
    conn: &mut Conn,
    viewer: UserId,
    profile: Profile,
) -> Result<Option<Seen>, StoreError> {
    let relationship = match profile.user_id == viewer {
        true => None,
        false => Some(store::relationship::find(conn, viewer, profile.user_id).await?.relationship),
    };
    let is_visible = relationship.is_none_or(Relationship::is_visible);
    Ok(is_visible.then_some(Seen { profile, relationship }))
}
