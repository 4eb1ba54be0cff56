//! How people are shown, as social-graph tells.

use crate::domain::person::Person;
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Stores how a person is shown; an older version than the stored one changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(context: &Context, person: &Person, version: i64) -> Result<(), StoreError> {
    let mut conn = context.db.conn().await?;
    store::person::apply(&mut conn, person, version).await?;
    Ok(())
}
