//! People as somebody sees them.

use pulse_types::UserId;

use crate::domain::profile::{Profile, Seen};
use crate::store::{self, Conn, StoreError};

/// Adds to each person what is between them and the one who looks; for oneself there is nothing.
pub(super) async fn see_all(
    conn: &mut Conn,
    viewer: UserId,
    profiles: Vec<Profile>,
) -> Result<Vec<Seen>, StoreError> {
    let ids: Vec<_> = profiles.iter().map(|profile| profile.user_id).collect();
    let relationships = match ids.is_empty() {
        true => Default::default(),
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

/// The same for one person.
pub(super) async fn see(conn: &mut Conn, viewer: UserId, profile: Profile) -> Result<Seen, StoreError> {
    let is_other = profile.user_id != viewer;
    let relationship = match is_other {
        true => Some(store::relationship::find(conn, viewer, profile.user_id).await?.relationship),
        false => None,
    };
    Ok(Seen { profile, relationship })
}
