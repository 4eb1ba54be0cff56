//! Turning the second factor of an account on and off, and its recovery codes.

use std::time::Duration;

use pulse_events::OutboxEntry;

use crate::domain::account::Account;
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::DomainEvent;
use crate::domain::guard::Subject;
use crate::domain::mail::Mail;
use crate::domain::sealing::CryptoError;
use crate::domain::session::Caller;
use crate::domain::totp::{Code, RECOVERY_CODES, RecoveryCode, Setup, SetupError, TotpSecret};
use crate::ops::code::{self, CodeUse};
use crate::ops::reauthentication::{self, Proof, ReauthenticationError, Wants};
use crate::ops::{Parts, audit, guard, mail};
use crate::store::{self, Conn, StoreError};

/// Why a factor is as it was.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// What the caller showed was not enough.
    #[error(transparent)]
    Proof(#[from] ReauthenticationError),
    /// A factor is active already.
    #[error("a second factor is active")]
    Active,
    /// No factor is active, or none waits for its first code.
    #[error("there is no such second factor")]
    Absent,
    /// No code was given.
    #[error("no code given")]
    CodeMissing,
    /// The code is wrong.
    #[error("wrong code")]
    WrongCode,
    /// Too many wrong codes; also for a right one.
    #[error("the second factor is locked for {} s", .0.as_secs())]
    LockedOut(Duration),
    /// The secret can't be shown.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The database failed.
    #[error("the second factor can't be looked up or stored")]
    Store(#[from] StoreError),
    /// Sealing or randomness failed.
    #[error("a secret can't be made")]
    Crypto(#[from] CryptoError),
}

/// Makes a secret that waits for its first code, in the place of one that waited before.
///
/// # Errors
/// [`FactorError`].
#[tracing::instrument(name = "factor.start", skip_all)]
pub async fn start(parts: &Parts, caller: &Caller, proof: Proof) -> Result<Setup, FactorError> {
    let account = reauthentication::require(parts, caller, proof, Wants::Password).await?;
    let secret = TotpSecret::generate()?;
    let setup = secret.setup(&account.username)?;
    let sealed = secret.seal(&parts.sealing_key, caller.user_id)?;
    let mut tx = parts.db.begin().await?;
    lock(&mut tx, caller).await?;
    if !store::factor::start(&mut tx, caller.user_id, &sealed, parts.now()).await? {
        return Err(FactorError::Active);
    }
    record(parts, &mut tx, caller, SecurityEvent::FactorStarted).await?;
    tx.commit().await?;
    Ok(setup)
}

/// Turns the waiting factor on by its first code, which is used up by it. Gives the recovery codes.
///
/// # Errors
/// [`FactorError`]; wrong codes count.
#[tracing::instrument(name = "factor.activate", skip_all)]
pub async fn activate(parts: &Parts, caller: &Caller, typed: &str) -> Result<Vec<RecoveryCode>, FactorError> {
    if typed.trim().is_empty() {
        return Err(FactorError::CodeMissing);
    }
    let mut tx = parts.db.begin().await?;
    let account = lock(&mut tx, caller).await?;
    let now = parts.now();
    let waiting = store::factor::find(&mut tx, caller.user_id).await?;
    let waiting = waiting.filter(|factor| factor.activated_at.is_none()).ok_or(FactorError::Absent)?;
    if let Some(left) = guard::hold(&mut tx, &Subject::factor(caller.user_id), now).await? {
        return Err(FactorError::LockedOut(left));
    }
    let secret = code::open(parts, caller.user_id, &waiting.sealed_secret)?;
    let step = match Code::parse_totp(typed) {
        Code::Totp(digits) => secret.step_of(&digits, now.unix_timestamp()),
        Code::Recovery(_) | Code::Garbled => None,
    };
    let is_active = match step {
        Some(step) => store::factor::activate(&mut tx, caller.user_id, step, now).await?,
        None => false,
    };
    if !is_active {
        let counted = code::count_wrong(&mut tx, caller.user_id, now).await?;
        code::report(parts, &mut tx, &account, &caller.client, counted).await?;
        tx.commit().await?;
        return Err(match counted {
            CodeUse::Locked(left) => FactorError::LockedOut(left),
            _ => FactorError::WrongCode,
        });
    }
    let codes = replace_codes(&mut tx, caller).await?;
    mail::notify(parts, &mut tx, &account, &Mail::FactorEnabled).await?;
    let entry = me_changed(parts, &mut tx, caller).await?;
    record(parts, &mut tx, caller, SecurityEvent::FactorEnabled).await?;
    tx.commit().await?;
    parts.mailing.wake();
    parts.relay.offer(vec![entry]);
    Ok(codes)
}

/// Gives new recovery codes; the old ones are void.
///
/// # Errors
/// [`FactorError`].
#[tracing::instrument(name = "factor.replace_recovery_codes", skip_all)]
pub async fn replace_recovery_codes(
    parts: &Parts,
    caller: &Caller,
    proof: Proof,
) -> Result<Vec<RecoveryCode>, FactorError> {
    reauthentication::require(parts, caller, proof, Wants::PasswordAndCode).await?;
    let mut tx = parts.db.begin().await?;
    let account = lock(&mut tx, caller).await?;
    if !account.is_totp_enabled {
        return Err(FactorError::Absent);
    }
    let codes = replace_codes(&mut tx, caller).await?;
    mail::notify(parts, &mut tx, &account, &Mail::RecoveryCodesReplaced).await?;
    record(parts, &mut tx, caller, SecurityEvent::RecoveryCodesReplaced).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok(codes)
}

/// Turns the active factor off. Sign-ins that wait for it begin anew.
///
/// # Errors
/// [`FactorError`].
#[tracing::instrument(name = "factor.disable", skip_all)]
pub async fn disable(parts: &Parts, caller: &Caller, proof: Proof) -> Result<(), FactorError> {
    reauthentication::require(parts, caller, proof, Wants::PasswordAndCode).await?;
    let mut tx = parts.db.begin().await?;
    let account = lock(&mut tx, caller).await?;
    if !store::factor::delete(&mut tx, caller.user_id).await? {
        return Err(FactorError::Absent);
    }
    store::mfa_challenge::delete_all(&mut tx, caller.user_id).await?;
    mail::notify(parts, &mut tx, &account, &Mail::FactorDisabled).await?;
    let entry = me_changed(parts, &mut tx, caller).await?;
    record(parts, &mut tx, caller, SecurityEvent::FactorDisabled).await?;
    tx.commit().await?;
    parts.mailing.wake();
    parts.relay.offer(vec![entry]);
    Ok(())
}

/// The caller's account, which nobody else changes until the transaction ends.
async fn lock(conn: &mut Conn, caller: &Caller) -> Result<Account, FactorError> {
    let account = store::account::lock(conn, caller.user_id).await?;
    Ok(account.ok_or(ReauthenticationError::Ended)?)
}

async fn replace_codes(conn: &mut Conn, caller: &Caller) -> Result<Vec<RecoveryCode>, FactorError> {
    let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate()).collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<_> = codes.iter().map(|code| code.hash(caller.user_id)).collect();
    store::factor::replace_recovery_codes(conn, caller.user_id, &hashes).await?;
    Ok(codes)
}

async fn me_changed(parts: &Parts, conn: &mut Conn, caller: &Caller) -> Result<OutboxEntry, StoreError> {
    parts.record(conn, &DomainEvent::MeChanged { user_id: caller.user_id }).await
}

async fn record(
    parts: &Parts,
    conn: &mut Conn,
    caller: &Caller,
    event: SecurityEvent,
) -> Result<(), StoreError> {
    let entry = AuditEntry { user_id: Some(caller.user_id), event, client: caller.client.clone() };
    audit::record(parts, conn, entry).await
}
