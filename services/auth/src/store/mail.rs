//! Table `mails`: what was not handed over yet. A row goes with its mail.

use pulse_types::{MailId, UserId};
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::store::{Conn, StoreError};

/// A mail to be stored; it is due at once.
#[derive(Debug)]
pub struct NewMail {
    /// Its id.
    pub mail_id: MailId,
    /// Whose account it concerns.
    pub user_id: UserId,
    /// What it is.
    pub kind: &'static str,
    /// The mail, sealed.
    pub sealed_message: Vec<u8>,
    /// Now.
    pub created_at: OffsetDateTime,
    /// When it has lost its use.
    pub expires_at: OffsetDateTime,
}

/// A mail that is to be sent now.
#[derive(Debug)]
pub struct DueMail {
    /// Its id.
    pub mail_id: MailId,
    /// What it is.
    pub kind: String,
    /// The mail, sealed.
    pub sealed_message: Vec<u8>,
    /// How often it was tried, this time included; from 1.
    pub attempts: u32,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it has lost its use.
    pub expires_at: OffsetDateTime,
}

struct Row {
    mail_id: Uuid,
    kind: String,
    sealed_message: Vec<u8>,
    attempts: i32,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl From<Row> for DueMail {
    fn from(row: Row) -> Self {
        Self {
            mail_id: MailId::from_uuid(row.mail_id),
            kind: row.kind,
            sealed_message: row.sealed_message,
            attempts: u32::try_from(row.attempts).unwrap_or(1),
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many mails.
    pub count: i64,
    /// When the oldest one was written.
    pub oldest_at: Option<OffsetDateTime>,
}

/// Stores a mail in the transaction of what it tells of.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, mail: &NewMail) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO mails (mail_id, user_id, kind, sealed_message, created_at, next_attempt_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        mail.mail_id.as_uuid(),
        mail.user_id.as_uuid(),
        mail.kind,
        mail.sealed_message,
        mail.created_at,
        mail.expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes up to `limit` mails that are due; until `leased_until` no other replica does. The oldest come first.
///
/// # Errors
/// [`StoreError`].
pub async fn claim(
    conn: &mut Conn,
    now: OffsetDateTime,
    leased_until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<DueMail>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "UPDATE mails SET next_attempt_at = $2, attempts = attempts + 1
         WHERE mail_id IN (
           SELECT mail_id FROM mails WHERE next_attempt_at <= $1
           ORDER BY next_attempt_at, mail_id LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING mail_id, kind, sealed_message, attempts, created_at, expires_at",
        now,
        leased_until,
        limit
    );
    let mut mails: Vec<_> = rows.fetch_all(conn).await?.into_iter().map(DueMail::from).collect();
    mails.sort_by_key(|mail| mail.mail_id);
    Ok(mails)
}

/// Forgets a mail that was sent or given up; an absent one is no error.
///
/// # Errors
/// [`StoreError`].
pub async fn delete(conn: &mut Conn, mail_id: MailId) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM mails WHERE mail_id = $1", mail_id.as_uuid()).execute(conn).await?;
    Ok(())
}

/// Puts a mail off that could not be sent.
///
/// # Errors
/// [`StoreError`].
pub async fn postpone(
    conn: &mut Conn,
    mail_id: MailId,
    next_attempt_at: OffsetDateTime,
    error: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE mails SET next_attempt_at = $2, last_error = $3 WHERE mail_id = $1",
        mail_id.as_uuid(),
        next_attempt_at,
        error
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How much waits, and for how long.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting(conn: &mut Conn) -> Result<Waiting, StoreError> {
    let waiting =
        sqlx::query_as!(Waiting, r#"SELECT count(*) AS "count!", min(created_at) AS oldest_at FROM mails"#);
    Ok(waiting.fetch_one(conn).await?)
}
