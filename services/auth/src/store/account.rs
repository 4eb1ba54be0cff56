//! Table `accounts`.

use pulse_types::UserId;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::domain::account::{Account, Email, Username};
use crate::store::{Conn, StoreError};

struct Row {
    user_id: Uuid,
    username: String,
    email: Option<String>,
    email_verified_at: Option<OffsetDateTime>,
    password_hash: Option<String>,
    roles: Vec<String>,
    created_at: OffsetDateTime,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            user_id: UserId::from_uuid(row.user_id),
            username: row.username,
            email: row.email,
            is_email_verified: row.email_verified_at.is_some(),
            password_hash: row.password_hash,
            roles: row.roles,
            created_at: row.created_at,
        }
    }
}

/// An account to be stored.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Whose it is.
    pub user_id: UserId,
    /// What they sign in with.
    pub username: Username,
    /// Their address, not verified.
    pub email: Email,
    /// PHC string.
    pub password_hash: String,
    /// Now.
    pub created_at: OffsetDateTime,
}

/// Why an account was not stored.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Somebody else has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// As [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores a new account.
///
/// # Errors
/// [`InsertError::UsernameTaken`] by constraint `accounts_username_key`.
pub async fn insert(conn: &mut Conn, account: &NewAccount) -> Result<(), InsertError> {
    let result = sqlx::query!(
        "INSERT INTO accounts (user_id, username, email, email_lower, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        account.user_id.as_uuid(),
        account.username.as_str(),
        account.email.as_str(),
        account.email.lower(),
        account.password_hash,
        account.created_at,
    )
    .execute(conn)
    .await;
    match result {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_username_key") => {
            Err(InsertError::UsernameTaken)
        }
        Err(error) => Err(StoreError::from(error).into()),
    }
}

/// Whether somebody has the username.
///
/// # Errors
/// [`StoreError`].
pub async fn is_username_taken(conn: &mut Conn, username: &Username) -> Result<bool, StoreError> {
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM accounts WHERE username = $1) AS "taken!""#,
        username.as_str()
    );
    Ok(taken.fetch_one(conn).await?)
}

/// The account of a user.
///
/// # Errors
/// [`StoreError`].
pub async fn find(conn: &mut Conn, user_id: UserId) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, username, email, email_verified_at, password_hash, roles, created_at
         FROM accounts WHERE user_id = $1",
        user_id.as_uuid()
    );
    Ok(row.fetch_optional(conn).await?.map(Account::from))
}

/// The account with a username.
///
/// # Errors
/// [`StoreError`].
pub async fn find_by_username(conn: &mut Conn, username: &Username) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT user_id, username, email, email_verified_at, password_hash, roles, created_at
         FROM accounts WHERE username = $1",
        username.as_str()
    );
    Ok(row.fetch_optional(conn).await?.map(Account::from))
}

/// Whom an address means: the account that verified it, else the only one that has it.
///
/// # Errors
/// [`StoreError`].
pub async fn find_by_email(conn: &mut Conn, email: &Email) -> Result<Option<Account>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT user_id, username, email, email_verified_at, password_hash, roles, created_at
         FROM accounts WHERE email_lower = $1
         ORDER BY (email_verified_at IS NULL), user_id
         LIMIT 2",
        email.lower()
    );
    let mut rows = rows.fetch_all(conn).await?.into_iter().map(Account::from);
    let (first, second) = (rows.next(), rows.next());
    Ok(first.filter(|account| account.is_email_verified || second.is_none()))
}

/// Puts a new hash of the same password in the place of an old one; nothing happens if the password was changed meanwhile.
///
/// # Errors
/// [`StoreError`].
pub async fn replace_password_hash(
    conn: &mut Conn,
    user_id: UserId,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE accounts SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2",
        user_id.as_uuid(),
        old,
        new
    )
    .execute(conn)
    .await?;
    Ok(())
}
