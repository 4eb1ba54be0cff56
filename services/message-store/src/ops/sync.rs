//! Where a user stands now.

use pulse_types::{Clock as _, UserId};

use crate::domain::sync::{SyncPoint, TOKEN_VERSION};
use crate::ops::Context;
use crate::store::{self, StoreError};

/// Name under which sync tokens are sealed.
const SYNC: &str = "sync";

/// A sync token, and the total of unread messages. The token is taken first: what commits in between is told twice rather
/// than never.
///
/// # Errors
/// [`StoreError`].
pub async fn get_point(context: &Context, user_id: UserId) -> Result<(String, i64), StoreError> {
    let mut conn = context.db.conn().await?;
    let now = context.clock.now();
    let horizon_xid = store::sync::horizon_xid(&mut conn).await?;
    let totals = store::mark::total_unread(&mut conn, &[user_id], now).await?;
    let point = SyncPoint { horizon_xid, version: TOKEN_VERSION, user_id, taken_at: now.unix_timestamp() };
    Ok((context.cursors.seal(SYNC, &point), totals.first().map_or(0, |(_, total)| *total)))
}
