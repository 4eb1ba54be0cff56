//! Changes of a profile: by its owner, and of the username by auth.

use pulse_types::UserId;
use pulse_types::clock::to_millisecond;
use time::OffsetDateTime;

use super::profile::FindError;
use super::{Graph, delivery};
use crate::domain::announcement::Announcement;
use crate::domain::delivery::Subject;
use crate::domain::profile::{Profile, Username};
use crate::domain::profile_change::ProfileChange;
use crate::domain::settings::Settings;
use crate::store::profile::InsertError;
use crate::store::{self, StoreError, Tx};

/// People who are told by one event.
const AUDIENCE_MAX: usize = 500;

/// Why a profile was not renamed.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// There is no profile (yet).
    #[error("there is no such person")]
    NotFound,
    /// The person was erased.
    #[error("the person was erased")]
    Erased,
    /// Another user's profile has the name (still).
    #[error("the username belongs to somebody else")]
    UsernameTaken,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Changes what a person shows and chose, and gives both as they are now. What changes nothing leaves nothing. Requests that
/// wait are left waiting when `approve_follows` becomes false. Cancelled after the commit, the rest is done from the tables.
///
/// # Errors
/// [`FindError::NotFound`] while there is no profile.
pub async fn update(
    graph: &Graph,
    user_id: UserId,
    change: &ProfileChange,
) -> Result<(Profile, Settings), FindError> {
    let mut tx = graph.db.begin().await?;
    let before = store::profile::lock(&mut tx, user_id).await?.ok_or(FindError::NotFound)?;
    let settings = store::settings::find(&mut tx, user_id).await?.ok_or(FindError::NotFound)?;
    let (mut after, chosen) = (change.apply_to_profile(&before), change.apply_to_settings(&settings));
    if after == before && chosen == settings {
        return Ok((before, settings));
    }
    let mut told = if after == before { Audience::Oneself } else { Audience::Connected };
    if told == Audience::Oneself && chosen.concerns_message_store(&settings) {
        told = Audience::MessageStore;
        // It takes what has a new number.
        after.version += 1;
    }
    store::profile::update(&mut tx, &after).await?;
    store::settings::update(&mut tx, user_id, &chosen).await?;
    if chosen.shows_otherwise_than(&settings) {
        store::standing::count_change(&mut tx, user_id).await?;
    }
    finish(graph, tx, &after, told).await?;
    Ok((after, chosen))
}

/// Gives a profile the username that its account took at `renamed_at`. An older rename than the one known changes nothing,
/// nor does a repeat.
///
/// # Errors
/// [`RenameError`], each variant with its cause.
pub async fn rename(
    graph: &Graph,
    user_id: UserId,
    username: &Username,
    renamed_at: OffsetDateTime,
) -> Result<(), RenameError> {
    let mut tx = graph.db.begin().await?;
    let Some(before) = store::profile::lock(&mut tx, user_id).await? else {
        let is_erased = store::erasure::is_erased(&mut tx, user_id).await?;
        return Err(if is_erased { RenameError::Erased } else { RenameError::NotFound });
    };
    let known = store::profile::find_renamed_at(&mut tx, user_id).await?;
    if known.is_some_and(|known| known >= renamed_at) {
        return Ok(());
    }
    let is_shown_differently = before.username != username.as_str();
    let version = before.version + i64::from(is_shown_differently);
    let after = Profile { username: username.as_str().to_owned(), version, ..before };
    store::profile::rename(&mut tx, &after, renamed_at).await.map_err(|error| match error {
        InsertError::UsernameTaken => RenameError::UsernameTaken,
        InsertError::Store(error) => error.into(),
    })?;
    let told = if is_shown_differently { Audience::Connected } else { Audience::Oneself };
    finish(graph, tx, &after, told).await?;
    Ok(())
}

/// Who is told of a change, beside one's own devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    /// Nobody.
    Oneself,
    /// message-store: it keeps some of the choices.
    MessageStore,
    /// message-store and the people whom one is connected with.
    Connected,
}

/// Writes what must be told, commits, and tells it: the person's own devices, connected people, message-store.
async fn finish(graph: &Graph, mut tx: Tx, profile: &Profile, audience: Audience) -> Result<(), StoreError> {
    let user_id = profile.user_id;
    let mut announcements = vec![Announcement::MeChanged { receiver: user_id }];
    if audience == Audience::Connected {
        let connected = store::profile::list_connected(&mut tx, user_id).await?;
        let (muting, others): (Vec<_>, Vec<_>) = connected.into_iter().partition(|person| person.is_muting);
        for (people, muting) in [(others, false), (muting, true)] {
            for part in people.chunks(AUDIENCE_MAX) {
                let receivers = part.iter().map(|person| person.user_id).collect();
                let person = profile.clone();
                announcements.push(Announcement::ProfileUpdated { receivers, person, muting });
            }
        }
    }
    let told = match audience {
        Audience::Oneself => None,
        Audience::MessageStore | Audience::Connected => {
            Some(delivery::insert(graph, &mut tx, Subject::Person(user_id)).await?)
        }
    };
    let concerned: Vec<UserId> =
        announcements.iter().skip(1).flat_map(|told| told.receivers().to_vec()).collect();
    let events =
        announcements.into_iter().map(|announcement| (graph.encode)(announcement, &*graph.clock)).collect();
    let entries = store::outbox::insert(&mut tx, events, to_millisecond(graph.clock.now())).await?;
    store::point::touch(&mut tx, &concerned).await?;
    store::commit(tx).await?;
    graph.relay.offer(entries);
    if let Some(told) = told {
        delivery::deliver_now(graph, told).await;
    }
    Ok(())
}
