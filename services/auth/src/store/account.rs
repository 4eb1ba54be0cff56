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
    pending_email: Option<String>,
    password_hash: Option<String>,
    is_totp_enabled: bool,
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
            pending_email: row.pending_email,
            password_hash: row.password_hash,
            is_totp_enabled: row.is_totp_enabled,
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
    /// Their address, if they have one.
    pub email: Option<Email>,
    /// Whether it was shown to be theirs.
    pub is_email_verified: bool,
    /// PHC string; absent when they sign in elsewhere only.
    pub password_hash: Option<String>,
    /// Now.
    pub created_at: OffsetDateTime,
}

/// Why an account was not stored.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Somebody else has the username. The transaction goes on.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody else has verified the address. The transaction is over.
    #[error("the address belongs to another account")]
    EmailOwned(#[source] StoreError),
    /// As [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores a new account.
///
/// # Errors
/// [`InsertError::UsernameTaken`] by constraint `accounts_username_key`, [`InsertError::EmailOwned`] by index
/// `accounts_verified_email_key`.
pub async fn insert(conn: &mut Conn, account: &NewAccount) -> Result<(), InsertError> {
    let result = sqlx::query!(
        "INSERT INTO accounts (user_id, username, email, email_lower, email_verified_at, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT ON CONSTRAINT accounts_username_key DO NOTHING",
        account.user_id.as_uuid(),
        account.username.as_str(),
        account.email.as_ref().map(Email::as_str),
        account.email.as_ref().map(Email::lower),
        account.is_email_verified.then_some(account.created_at),
        account.password_hash,
        account.created_at,
    )
    .execute(conn)
    .await;
    match result {
        Ok(done) if done.rows_affected() == 0 => Err(InsertError::UsernameTaken),
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_verified_email_key") => {
            Err(InsertError::EmailOwned(StoreError::Statement(sqlx::Error::Database(error))))
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
        r#"SELECT user_id, username, email, email_verified_at, pending_email, password_hash, roles, created_at,
             EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = a.user_id AND f.activated_at IS NOT NULL)
               AS "is_totp_enabled!"
           FROM accounts a WHERE user_id = $1"#,
        user_id.as_uuid()
    );
    Ok(row.fetch_optional(conn).await?.map(Account::from))
}

/// The account of a user; nobody else changes it, nor signs in to it, until the transaction ends.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(conn: &mut Conn, user_id: UserId) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_scalar!(
        "SELECT user_id FROM accounts WHERE user_id = $1 FOR NO KEY UPDATE",
        user_id.as_uuid()
    );
    match row.fetch_optional(&mut *conn).await? {
        // A statement of its own sees what was committed while this one waited.
        Some(_) => find(conn, user_id).await,
        None => Ok(None),
    }
}

/// The account with a username.
///
/// # Errors
/// [`StoreError`].
pub async fn find_by_username(conn: &mut Conn, username: &Username) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT user_id, username, email, email_verified_at, pending_email, password_hash, roles, created_at,
             EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = a.user_id AND f.activated_at IS NOT NULL)
               AS "is_totp_enabled!"
           FROM accounts a WHERE username = $1"#,
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
        r#"SELECT user_id, username, email, email_verified_at, pending_email, password_hash, roles, created_at,
             EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = a.user_id AND f.activated_at IS NOT NULL)
               AS "is_totp_enabled!"
           FROM accounts a WHERE email_lower = $1
           ORDER BY (email_verified_at IS NULL), user_id
           LIMIT 2"#,
        email.lower()
    );
    let mut rows = rows.fetch_all(conn).await?.into_iter().map(Account::from);
    let (first, second) = (rows.next(), rows.next());
    Ok(first.filter(|account| account.is_email_verified || second.is_none()))
}

/// Gives an account a new password.
///
/// # Errors
/// [`StoreError`].
pub async fn set_password_hash(conn: &mut Conn, user_id: UserId, hash: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE accounts SET password_hash = $2 WHERE user_id = $1", user_id.as_uuid(), hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives an account another username; returns when, which is later than any time before. `None` when somebody else has it
/// (constraint `accounts_username_key`): then the transaction is over.
///
/// # Errors
/// [`StoreError`].
pub async fn rename(
    conn: &mut Conn,
    user_id: UserId,
    username: &Username,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, StoreError> {
    let renamed_at = sqlx::query_scalar!(
        r#"UPDATE accounts
           SET username = $2, renamed_at = greatest($3, renamed_at + interval '1 millisecond')
           WHERE user_id = $1 RETURNING renamed_at AS "renamed_at!""#,
        user_id.as_uuid(),
        username.as_str(),
        now
    );
    match renamed_at.fetch_one(conn).await {
        Ok(renamed_at) => Ok(Some(renamed_at)),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_username_key") => Ok(None),
        Err(error) => Err(error.into()),
    }
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
