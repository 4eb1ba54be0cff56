//! Profiles: made once for each account, and shown.

use pulse_types::UserId;

use super::{Graph, delivery, view};
use crate::domain::delivery::Subject;
use crate::domain::profile::{NewProfile, Profile, Seen};
use crate::domain::settings::Settings;
use crate::store::profile::InsertError;
use crate::store::{self, StoreError};

/// Why a profile was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Another user's profile has the name.
    #[error("the username belongs to somebody else")]
    UsernameTaken,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Why a profile was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nobody has the id or the name, or they block the one who looks.
    #[error("there is no such person")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// By what a person is looked up.
#[derive(Debug, Clone)]
pub enum Key {
    /// Their id.
    Id(UserId),
    /// Their username, in lower case.
    Username(String),
}

/// Makes a profile with default settings; when the user has one or was erased, nothing changes. message-store knows the person before it
/// returns, if it can be reached. Cancelled after the commit, the rest is done from the tables.
///
/// # Errors
/// [`CreateError::UsernameTaken`] when another user's profile has the name.
pub async fn create(graph: &Graph, profile: &NewProfile) -> Result<(), CreateError> {
    let mut tx = graph.db.begin().await?;
    store::erasure::hold_person(&mut tx, profile.user_id).await?;
    if store::erasure::is_erased(&mut tx, profile.user_id).await? {
        // An event of the time before, delivered again.
        return Ok(());
    }
    match store::profile::insert(&mut tx, profile, &Settings::default()).await {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(InsertError::Store(error)) => return Err(error.into()),
        Err(InsertError::UsernameTaken) => {
            drop(tx);
            // Made twice in the same moment, either constraint may have spoken first.
            let mut conn = graph.db.conn().await?;
            return match store::profile::find(&mut conn, profile.user_id).await? {
                Some(_) => Ok(()),
                None => Err(CreateError::UsernameTaken),
            };
        }
    }
    let told = delivery::insert(graph, &mut tx, Subject::Person(profile.user_id)).await?;
    store::commit(tx).await?;
    delivery::deliver_now(graph, told).await;
    Ok(())
}

/// A person's own profile and settings.
///
/// # Errors
/// [`FindError::NotFound`] while there is no profile.
pub async fn require_own(graph: &Graph, user_id: UserId) -> Result<(Profile, Settings), FindError> {
    let mut conn = graph.db.conn().await?;
    let profile = store::profile::find(&mut conn, user_id).await?.ok_or(FindError::NotFound)?;
    let settings = store::settings::find(&mut conn, user_id).await?.ok_or(FindError::NotFound)?;
    Ok((profile, settings))
}

/// A person as somebody sees them. Undiscoverable people are found too: they hide from search alone.
///
/// # Errors
/// [`FindError::NotFound`] when nobody has the id or the name, or they block the one who looks.
pub async fn require(graph: &Graph, viewer: UserId, key: &Key) -> Result<Seen, FindError> {
    let mut conn = graph.db.conn().await?;
    let profile = match key {
        Key::Id(user_id) => store::profile::find(&mut conn, *user_id).await?,
        Key::Username(username) => store::profile::find_by_username(&mut conn, username).await?,
    };
    let profile = profile.ok_or(FindError::NotFound)?;
    view::see(&mut conn, viewer, profile).await?.ok_or(FindError::NotFound)
}

/// Several people as somebody sees them, in no order; those whom they may not see are left out.
///
/// # Errors
/// When the database fails.
pub async fn list(graph: &Graph, viewer: UserId, user_ids: &[UserId]) -> Result<Vec<Seen>, StoreError> {
    let mut conn = graph.db.conn().await?;
    let profiles = store::profile::list(&mut conn, user_ids).await?;
    let mut people = view::see_all(&mut conn, viewer, profiles).await?;
    people.retain(Seen::is_visible);
    Ok(people)
}
