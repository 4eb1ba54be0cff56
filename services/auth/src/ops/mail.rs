//! Writing mails: they are stored with the change they tell of, and sent by `ops/delivery.rs`.
//!
//! Links are asked for here and written a moment later by [`answer_requests`]: whether an address is known to us, and to
//! whom, decides nothing before the caller has their answer.

use pulse_types::{MailId, RequestId, UserId};

use crate::domain::account::{Account, Email};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::mail::{Mail, Recipient};
use crate::domain::mail_token::{MailToken, TokenKind, TokenOwner};
use crate::domain::session::ClientInfo;
use crate::ops::{Parts, audit};
use crate::store::mail::NewMail;
use crate::store::mail_request::NewRequest;
use crate::store::{self, Conn, StoreError};

/// Requests that are answered between two looks at the queue of mails.
const REQUESTS: i64 = 32;

/// Writes a mail and stores it in the caller's transaction. Call [`crate::mailing::Mailing::wake`] after the commit; without
/// it the mail leaves a second later.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn enqueue(
    parts: &Parts,
    conn: &mut Conn,
    to: &Recipient,
    mail: &Mail,
) -> Result<(), StoreError> {
    let now = parts.now();
    let mail_id = MailId::new(&*parts.clock);
    let letter = parts
        .mailing
        .write(mail_id, to, mail, now)
        .map_err(|error| StoreError::Unwritable { what: mail.kind(), source: Box::new(error) })?;
    let sealed_message = parts.sealing_key.seal(mail_id.as_uuid().as_bytes(), &letter.to_bytes())?;
    let new = NewMail {
        mail_id,
        user_id: to.user_id,
        kind: mail.kind(),
        sealed_message,
        created_at: now,
        expires_at: now + mail.ttl(),
    };
    store::mail::insert(conn, &new).await
}

/// Tells the owner of an account, if it has a verified address; as [`enqueue`].
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn notify(
    parts: &Parts,
    conn: &mut Conn,
    account: &Account,
    mail: &Mail,
) -> Result<(), StoreError> {
    match Recipient::verified(account) {
        Some(to) => enqueue(parts, conn, &to, mail).await,
        None => Ok(()),
    }
}

/// Asks for the link that verifies an address of an account: its present one, or the one that waits. If somebody else has
/// verified it, they get a mail that says so instead.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn send_verification(
    parts: &Parts,
    conn: &mut Conn,
    user_id: UserId,
    email: &Email,
) -> Result<(), StoreError> {
    request(parts, conn, Some(user_id), &format!("{}\n\n", email.as_str())).await
}

/// Asks for the link that sets a new password for the account that an address means, if it means one.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn send_reset(
    parts: &Parts,
    conn: &mut Conn,
    email: &Email,
    client: &ClientInfo,
) -> Result<(), StoreError> {
    let ClientInfo { user_agent, ip } = client;
    request(parts, conn, None, &format!("{}\n{ip}\n{user_agent}", email.as_str())).await
}

async fn request(
    parts: &Parts,
    conn: &mut Conn,
    user_id: Option<UserId>,
    text: &str,
) -> Result<(), StoreError> {
    let request_id = RequestId::new(&*parts.clock);
    let sealed_request = parts.sealing_key.seal(request_id.as_uuid().as_bytes(), text.as_bytes())?;
    let new = NewRequest { request_id, user_id, sealed_request, created_at: parts.now() };
    store::mail_request::insert(conn, &new).await
}

/// Writes the links that were asked for. One that fails is tried again and holds up no other.
///
/// # Errors
/// [`StoreError`] when there is no telling what was asked for.
pub(crate) async fn answer_requests(parts: &Parts) -> Result<(), StoreError> {
    let request_ids = store::mail_request::list(&mut *parts.db.conn().await?, REQUESTS).await?;
    for request_id in request_ids {
        match answer(parts, request_id).await {
            Ok(()) => {}
            Err(error @ (StoreError::Crypto(_) | StoreError::Unwritable { .. })) => {
                tracing::error!(request.id = %request_id, %error, "a link can never be written and is given up");
                store::mail_request::take(&mut *parts.db.conn().await?, request_id).await?;
            }
            Err(error) => tracing::warn!(request.id = %request_id, %error, "a link can't be written now"),
        }
    }
    Ok(())
}

async fn answer(parts: &Parts, request_id: RequestId) -> Result<(), StoreError> {
    let mut tx = parts.db.begin().await?;
    let Some(request) = store::mail_request::take(&mut tx, request_id).await? else { return Ok(()) };
    let opened = parts.sealing_key.open(request_id.as_uuid().as_bytes(), &request.sealed_request)?;
    let text = String::from_utf8_lossy(&opened);
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    // What was no address was never stored.
    let (email, ip, user_agent) = (Email::parse(line()), line(), line());
    if let Ok(email) = email {
        match request.user_id {
            Some(user_id) => write_verification(parts, &mut tx, user_id, &email).await?,
            None => write_reset(parts, &mut tx, &email, ClientInfo::new(user_agent, ip)).await?,
        }
    }
    tx.commit().await
}

async fn write_verification(
    parts: &Parts,
    conn: &mut Conn,
    user_id: UserId,
    email: &Email,
) -> Result<(), StoreError> {
    let Some(account) = store::account::find(conn, user_id).await? else { return Ok(()) };
    if !account.waits_for(email.lower()) {
        return Ok(());
    }
    let owner = store::account::find_by_email(conn, email).await?.filter(|owner| owner.is_email_verified);
    match owner {
        Some(owner) => {
            store::mail_token::void(conn, user_id, TokenKind::VerifyEmail).await?;
            notify(parts, conn, &owner, &Mail::EmailInUse).await
        }
        None => {
            let to = Recipient { user_id, username: account.username, email: email.as_str().to_owned() };
            let token = issue(parts, conn, TokenKind::VerifyEmail, &to, email.lower()).await?;
            enqueue(parts, conn, &to, &Mail::VerifyEmail { token }).await
        }
    }
}

async fn write_reset(
    parts: &Parts,
    conn: &mut Conn,
    email: &Email,
    client: ClientInfo,
) -> Result<(), StoreError> {
    let Some(account) = store::account::find_by_email(conn, email).await? else { return Ok(()) };
    let user_id = account.user_id;
    let Some(address) = account.email else { return Ok(()) };
    let to = Recipient { user_id, username: account.username, email: address };
    let token = issue(parts, conn, TokenKind::ResetPassword, &to, email.lower()).await?;
    enqueue(parts, conn, &to, &Mail::ResetPassword { token }).await?;
    let entry = AuditEntry { user_id: Some(user_id), event: SecurityEvent::PasswordResetRequested, client };
    audit::record(parts, conn, entry).await
}

/// Makes a token; the account's earlier one of its kind is void.
async fn issue(
    parts: &Parts,
    conn: &mut Conn,
    kind: TokenKind,
    to: &Recipient,
    email_lower: &str,
) -> Result<MailToken, StoreError> {
    let token = MailToken::generate()?;
    let owner = TokenOwner { user_id: to.user_id, email_lower: email_lower.to_owned() };
    store::mail_token::replace(conn, &token.hash(), kind, &owner, parts.now() + kind.ttl()).await?;
    Ok(token)
}
