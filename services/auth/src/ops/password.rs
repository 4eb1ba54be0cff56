//! Changing a password, and setting a new one by the link of a mail.

use pulse_events::OutboxEntry;
use pulse_types::SessionId;
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::account::{Account, Email};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::DomainEvent;
use crate::domain::fault::Fault;
use crate::domain::guard::Subject;
use crate::domain::mail::Mail;
use crate::domain::mail_token::{MailToken, TokenKind, TokenOwner};
use crate::domain::password::Password;
use crate::domain::secret::TokenHash;
use crate::domain::session::{Caller, ClientInfo};
use crate::hashing::HashingError;
use crate::ops::reauthentication::{self, Proof, ReauthenticationError, Wants};
use crate::ops::{Parts, audit, mail, session};
use crate::store::{self, Conn, StoreError, Tx};

/// The field that faults are told of.
const FIELD: &str = "new_password";

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The new password is not taken.
    #[error("the new password is not valid")]
    Invalid(Fault),
    /// The caller did not show enough.
    #[error(transparent)]
    Proof(#[from] ReauthenticationError),
    /// The token is unknown, used, voided or has expired.
    #[error("the token of the mail does not work")]
    Token,
    /// The password was not hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database failed.
    #[error("the password can't be stored")]
    Store(#[from] StoreError),
}

/// Changes the caller's password, or sets the first one, and ends their other sessions.
///
/// # Errors
/// [`PasswordError`]; then nothing has changed.
#[tracing::instrument(name = "password.change", skip_all)]
pub async fn change(
    parts: &Parts,
    caller: &Caller,
    current: Option<SecretString>,
    new: &SecretString,
) -> Result<(), PasswordError> {
    let password = Password::parse(new.expose_secret(), FIELD).map_err(PasswordError::Invalid)?;
    let proof = Proof { password: current, code: None };
    let proven = reauthentication::require(parts, caller, proof, Wants::Password).await?;
    require_unlike(&password, &proven)?;
    let hash = parts.hashing.hash(password.secret().clone()).await?;

    let mut tx = parts.db.begin().await?;
    // Changed beside this: what the caller showed is the password no more.
    let account = store::account::lock(&mut tx, caller.user_id)
        .await?
        .filter(|account| account.password_hash == proven.password_hash)
        .ok_or(ReauthenticationError::WrongPassword)?;
    let mut entries = set(parts, &mut tx, &account, &hash, Some(caller.session_id)).await?;
    if account.password_hash.is_none() {
        entries.push(parts.record(&mut tx, &DomainEvent::MeChanged { user_id: caller.user_id }).await?);
    }
    finish(parts, tx, &account, SecurityEvent::PasswordChanged, &caller.client).await?;
    parts.relay.offer(entries);
    Ok(())
}

/// Asks for the link that sets a new password, whoever an address belongs to: what is done with it comes after the answer.
///
/// # Errors
/// [`PasswordError::Store`].
#[tracing::instrument(name = "password.forget", skip_all)]
pub async fn forget(parts: &Parts, email: &Email, client: &ClientInfo) -> Result<(), PasswordError> {
    let mut conn = parts.db.conn().await?;
    mail::send_reset(parts, &mut conn, email, client).await?;
    parts.mailing.wake();
    Ok(())
}

/// Sets a new password by the token of a mail, of any number of uses at once once. It ends all sessions, lifts the lock of
/// what the account signs in with and forgets its devices. The second factor stays, and so does its own lock.
///
/// # Errors
/// [`PasswordError`]; a password that is not taken leaves the token as it is.
#[tracing::instrument(name = "password.reset", skip_all)]
pub async fn reset(
    parts: &Parts,
    token: &str,
    new: &SecretString,
    client: &ClientInfo,
) -> Result<(), PasswordError> {
    let password = Password::parse(new.expose_secret(), FIELD).map_err(PasswordError::Invalid)?;
    let token_hash = MailToken::parse(token).ok_or(PasswordError::Token)?.hash();
    find_owner(parts, &token_hash).await?;
    // Uses of one token that run side by side must not cost a hash each: who waited finds it used.
    let _turn = parts.resetting.lock().await;
    let (owner, account) = find_owner(parts, &token_hash).await?;
    require_unlike(&password, &account)?;
    let hash = parts.hashing.hash(password.secret().clone()).await?;

    let mut tx = parts.db.begin().await?;
    let account = of_owner(store::account::lock(&mut tx, owner.user_id).await?, &owner)?;
    store::mail_token::take(&mut tx, &token_hash, TokenKind::ResetPassword, parts.now())
        .await?
        .ok_or(PasswordError::Token)?;
    let mut entries = set(parts, &mut tx, &account, &hash, None).await?;
    if account.password_hash.is_none() {
        entries.push(parts.record(&mut tx, &DomainEvent::MeChanged { user_id: owner.user_id }).await?);
    }
    store::device_token::delete_all(&mut tx, owner.user_id).await?;
    let identifiers = [Some(account.username.as_str()), account.email.as_deref()];
    let guards: Vec<_> = identifiers.into_iter().flatten().map(Subject::identifier).collect();
    store::guard::delete(&mut tx, &guards).await?;
    finish(parts, tx, &account, SecurityEvent::PasswordReset, client).await?;
    parts.relay.offer(entries);
    Ok(())
}

/// Whose token it is, with their account.
async fn find_owner(parts: &Parts, token_hash: &TokenHash) -> Result<(TokenOwner, Account), PasswordError> {
    let mut conn = parts.db.conn().await?;
    let owner = store::mail_token::find(&mut conn, token_hash, TokenKind::ResetPassword, parts.now()).await?;
    let owner = owner.ok_or(PasswordError::Token)?;
    let account = of_owner(store::account::find(&mut conn, owner.user_id).await?, &owner)?;
    Ok((owner, account))
}

/// The token's account, if the mail went to the address that it still has.
fn of_owner(account: Option<Account>, owner: &TokenOwner) -> Result<Account, PasswordError> {
    account.filter(|account| account.has_address(&owner.email_lower)).ok_or(PasswordError::Token)
}

fn require_unlike(password: &Password, account: &Account) -> Result<(), PasswordError> {
    password
        .require_unlike(&account.username, account.email.as_deref(), FIELD)
        .map_err(PasswordError::Invalid)
}

/// Stores the hash of a locked account, ends its sessions but for one, and voids links that would set another password.
async fn set(
    parts: &Parts,
    conn: &mut Conn,
    account: &Account,
    hash: &str,
    except: Option<SessionId>,
) -> Result<Vec<OutboxEntry>, StoreError> {
    store::account::set_password_hash(conn, account.user_id, hash).await?;
    store::mail_token::void(conn, account.user_id, TokenKind::ResetPassword).await?;
    session::end_all(parts, conn, account.user_id, except, parts.now()).await
}

/// Tells the owner, writes the log, commits.
async fn finish(
    parts: &Parts,
    mut tx: Tx,
    account: &Account,
    event: SecurityEvent,
    client: &ClientInfo,
) -> Result<(), StoreError> {
    mail::notify(parts, &mut tx, account, &Mail::PasswordChanged).await?;
    let entry = AuditEntry { user_id: Some(account.user_id), event, client: client.clone() };
    audit::record(parts, &mut tx, entry).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok(())
}
