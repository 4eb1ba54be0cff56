//! How people are shown, as social-graph tells.

use pulse_types::Clock as _;

use crate::domain::address;
use crate::domain::person::KnownPerson;
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Stores how a person is shown, and what they chose; an older version than the stored one changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(context: &Context, known: &KnownPerson) -> Result<(), StoreError> {
    let mut tx = context.db.begin().await?;
    if store::person::apply(&mut tx, known).await? {
        let person = &known.person;
        let key = address::key_of(&person.avatar_url);
        let now = context.clock.now();
        store::attachment::show_picture(&mut tx, person.user_id.as_uuid(), key, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
