//! How people are shown, as social-graph tells.

use crate::domain::person::KnownPerson;
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Stores how a person is shown, and what they chose; an older version than the stored one changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(context: &Context, known: &KnownPerson) -> Result<(), StoreError> {
    let mut conn = context.db.conn().await?;
    store::person::apply(&mut conn, known).await?;
    Ok(())
}
