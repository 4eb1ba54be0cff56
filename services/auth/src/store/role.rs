//! Column `roles` of table `accounts`.

use pulse_types::UserId;

use crate::domain::account::Username;
use crate::store::{Conn, StoreError};

/// Gives or takes a role; tells whose account that changed, `None` when it changed nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn set(
    conn: &mut Conn,
    username: &Username,
    role: &str,
    granted: bool,
) -> Result<Option<UserId>, StoreError> {
    let changed = sqlx::query_scalar!(
        "UPDATE accounts SET roles = CASE WHEN $3 THEN array_append(roles, $2) ELSE array_remove(roles, $2) END
         WHERE username = $1 AND ($2 = ANY (roles)) <> $3
         RETURNING user_id",
        username.as_str(),
        role,
        granted
    );
    Ok(changed.fetch_optional(conn).await?.map(UserId::from_uuid))
}
