//! Table `accounts`: the addresses.

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::account::Email;
use crate::store::{Conn, StoreError};

/// Why an address was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Another account has verified it.
    #[error("the address belongs to another account")]
    Owned,
    /// As [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the address that waits for verification, or that none does.
///
/// # Errors
/// [`StoreError`].
pub async fn set_pending(
    conn: &mut Conn,
    user_id: UserId,
    pending: Option<&Email>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE accounts SET pending_email = $2, pending_email_lower = $3 WHERE user_id = $1",
        user_id.as_uuid(),
        pending.map(Email::as_str),
        pending.map(Email::lower)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The present address is shown to be the account's.
///
/// # Errors
/// [`VerifyError::Owned`] by index `accounts_verified_email_key`.
pub async fn verify_present(
    conn: &mut Conn,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let result = sqlx::query!(
        "UPDATE accounts SET email_verified_at = $2 WHERE user_id = $1 AND email_verified_at IS NULL",
        user_id.as_uuid(),
        now
    );
    result.execute(conn).await.map(drop).map_err(to_verify_error)
}

/// The address that waits is shown to be the account's, and replaces the present one.
///
/// # Errors
/// [`VerifyError::Owned`] by index `accounts_verified_email_key`.
pub async fn verify_pending(
    conn: &mut Conn,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let result = sqlx::query!(
        "UPDATE accounts
         SET email = pending_email, email_lower = pending_email_lower, email_verified_at = $2,
             pending_email = NULL, pending_email_lower = NULL
         WHERE user_id = $1 AND pending_email IS NOT NULL",
        user_id.as_uuid(),
        now
    );
    result.execute(conn).await.map(drop).map_err(to_verify_error)
}

fn to_verify_error(error: sqlx::Error) -> VerifyError {
    match error {
        sqlx::Error::Database(error) if error.constraint() == Some("accounts_verified_email_key") => {
            VerifyError::Owned
        }
        error => StoreError::from(error).into(),
    }
}
