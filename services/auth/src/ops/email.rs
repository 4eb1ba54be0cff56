//! The address of an account: asking for another one, and showing that it is the account's.

use crate::domain::account::{Account, Email};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::DomainEvent;
use crate::domain::fault::Fault;
use crate::domain::mail::{Mail, Recipient};
use crate::domain::mail_token::{MailToken, TokenKind};
use crate::domain::session::{Caller, ClientInfo};
use crate::ops::reauthentication::{self, Proof, ReauthenticationError, Wants};
use crate::ops::{Parts, audit, mail};
use crate::store::email::VerifyError;
use crate::store::{self, StoreError};
use pulse_types::UserId;

/// Why an address did not change.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// It is no address.
    #[error("the address is not valid")]
    Invalid(Fault),
    /// The caller did not show enough.
    #[error(transparent)]
    Proof(#[from] ReauthenticationError),
    /// The token is unknown, used, voided or has expired, or the address is not the account's any more.
    #[error("the token of the mail does not work")]
    Token,
    /// Another account has verified the address meanwhile.
    #[error("another account has verified the address")]
    Owned,
    /// There is no such account.
    #[error("no account {0}")]
    Unknown(UserId),
    /// The database failed.
    #[error("the address can't be stored")]
    Store(#[from] StoreError),
}

impl From<VerifyError> for EmailError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Owned => Self::Owned,
            VerifyError::Store(error) => error.into(),
        }
    }
}

/// Asks for another address for the caller. It waits until it is verified; the present one is told. Whether somebody else
/// has it is told to nobody but them. Asking for the present address forgets the one that waits.
///
/// # Errors
/// [`EmailError`]; then nothing has changed.
#[tracing::instrument(name = "email.change", skip_all)]
pub async fn change(
    parts: &Parts,
    caller: &Caller,
    typed: &str,
    proof: Proof,
) -> Result<Account, EmailError> {
    let email = Email::parse(typed).map_err(EmailError::Invalid)?;
    let user_id = caller.user_id;
    reauthentication::require(parts, caller, proof, Wants::Password).await?;

    let mut tx = parts.db.begin().await?;
    let account = store::account::lock(&mut tx, user_id).await?.ok_or(EmailError::Unknown(user_id))?;
    let is_present = account.has_address(email.lower());
    store::email::set_pending(&mut tx, user_id, Some(&email).filter(|_| !is_present)).await?;
    if !is_present || !account.is_email_verified {
        mail::send_verification(parts, &mut tx, user_id, &email).await?;
    }
    if let (Some(old), false) = (&account.email, is_present) {
        let to = Recipient { user_id, username: account.username.clone(), email: old.clone() };
        // Who reads an address that was never verified may be a stranger, and learns no other.
        let new = Some(email.as_str().to_owned()).filter(|_| account.is_email_verified);
        mail::enqueue(parts, &mut tx, &to, &Mail::EmailChange { new }).await?;
    }
    let entry = parts.record(&mut tx, &DomainEvent::MeChanged { user_id }).await?;
    let account = store::account::find(&mut tx, user_id).await?.ok_or(EmailError::Unknown(user_id))?;
    let event = SecurityEvent::EmailChangeRequested;
    audit::record(
        parts,
        &mut tx,
        AuditEntry { user_id: Some(user_id), event, client: caller.client.clone() },
    )
    .await?;
    tx.commit().await?;
    parts.relay.offer(vec![entry]);
    parts.mailing.wake();
    Ok(account)
}

/// Verifies an address by the token of a mail; one that waited replaces the present one.
///
/// # Errors
/// [`EmailError`].
#[tracing::instrument(name = "email.verify", skip_all)]
pub async fn verify(parts: &Parts, token: &str, client: &ClientInfo) -> Result<Account, EmailError> {
    let token_hash = MailToken::parse(token).ok_or(EmailError::Token)?.hash();
    let (kind, now) = (TokenKind::VerifyEmail, parts.now());
    let mut tx = parts.db.begin().await?;
    let owner = store::mail_token::find(&mut tx, &token_hash, kind, now).await?.ok_or(EmailError::Token)?;
    let user_id = owner.user_id;
    let account = store::account::lock(&mut tx, user_id).await?.ok_or(EmailError::Token)?;
    store::mail_token::take(&mut tx, &token_hash, kind, now).await?.ok_or(EmailError::Token)?;
    if !account.waits_for(&owner.email_lower) {
        return Err(EmailError::Token);
    }
    let event = match account.has_address(&owner.email_lower) {
        true => {
            store::email::verify_present(&mut tx, user_id, now).await?;
            SecurityEvent::EmailVerified
        }
        false => {
            store::email::verify_pending(&mut tx, user_id, now).await?;
            // Went to the address that the account has no more.
            store::mail_token::void(&mut tx, user_id, TokenKind::ResetPassword).await?;
            SecurityEvent::EmailChanged
        }
    };
    let entry = parts.record(&mut tx, &DomainEvent::MeChanged { user_id }).await?;
    let account = store::account::find(&mut tx, user_id).await?.ok_or(EmailError::Token)?;
    let logged = AuditEntry { user_id: Some(user_id), event, client: client.clone() };
    audit::record(parts, &mut tx, logged).await?;
    tx.commit().await?;
    parts.relay.offer(vec![entry]);
    Ok(account)
}

/// Asks for another link for the address of the caller that waits; nothing happens if none does.
///
/// # Errors
/// [`EmailError`].
#[tracing::instrument(name = "email.resend", skip_all)]
pub async fn resend(parts: &Parts, user_id: UserId) -> Result<(), EmailError> {
    let mut conn = parts.db.conn().await?;
    let account = store::account::find(&mut conn, user_id).await?.ok_or(EmailError::Unknown(user_id))?;
    let unverified = account.email.filter(|_| !account.is_email_verified);
    // What is stored was an address once.
    let waiting = account.pending_email.or(unverified).and_then(|text| Email::parse(&text).ok());
    if let Some(email) = waiting {
        mail::send_verification(parts, &mut conn, user_id, &email).await?;
        parts.mailing.wake();
    }
    Ok(())
}
