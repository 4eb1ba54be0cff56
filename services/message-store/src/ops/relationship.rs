//! Who is connected and who blocks whom, as social-graph tells.

use crate::domain::person::Connection;
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Stores whether two people are connected and who blocks whom; an older version than the stored one changes nothing, nor
/// does one of somebody who was erased. When it returns, every later send between them sees it: their conversation's head is
/// changed under the lock that sends take.
///
/// # Errors
/// [`StoreError`].
pub async fn apply(context: &Context, connection: Connection) -> Result<(), StoreError> {
    let mut tx = context.db.begin().await?;
    if store::erasure::is_either_erased(&mut tx, connection.pair.both()).await? {
        return Ok(());
    }
    if store::connection::apply(&mut tx, connection).await? {
        store::conversation::set_connected(&mut tx, connection.pair, connection.is_connected).await?;
    }
    tx.commit().await?;
    Ok(())
}
