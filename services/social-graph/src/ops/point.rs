//! Whether something between a person and others has changed.

use pulse_types::UserId;

use super::Graph;
use crate::store::{self, StoreError};

/// The number of the last change between a person and others, or of a connected person's profile; 0 before the first. It
/// differs from an earlier answer exactly when something has been committed in between.
///
/// # Errors
/// When the database fails.
pub async fn find(graph: &Graph, user_id: UserId) -> Result<i64, StoreError> {
    let mut conn = graph.db.conn().await?;
    store::point::find(&mut conn, user_id).await
}
