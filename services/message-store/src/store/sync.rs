//! Points in the order of commits.

use crate::store::{Conn, StoreError};

/// The oldest transaction that still runs: what every older one wrote is visible now.
///
/// # Errors
/// [`StoreError`].
pub async fn horizon_xid(conn: &mut Conn) -> Result<i64, StoreError> {
    let xid =
        sqlx::query_scalar!(r#"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS "xid!""#)
            .fetch_one(conn)
            .await?;
    Ok(xid)
}
