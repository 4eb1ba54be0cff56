//! Using a code of the second factor: one of an app, or a recovery code.

use std::time::Duration;

use pulse_types::UserId;
use time::OffsetDateTime;

use crate::domain::account::Account;
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::guard::Subject;
use crate::domain::mail::Mail;
use crate::domain::session::ClientInfo;
use crate::domain::totp::{Code, TotpSecret};
use crate::ops::guard::{self, Counted};
use crate::ops::{Parts, audit, mail};
use crate::store::{self, Conn, StoreError};

/// What became of a code that somebody showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeUse {
    /// One of an app was right, and is used up.
    Totp,
    /// A recovery code was right, and is used up.
    Recovery {
        /// How many are left.
        left: u32,
    },
    /// It was wrong or used before, and was counted.
    Wrong {
        /// Whether it is the one that locks the factor.
        locks: bool,
    },
    /// The factor is locked for as long.
    Locked(Duration),
}

/// Uses a code of the active factor inside the caller's transaction, which the caller commits whatever comes out, after
/// [`report`].
pub(crate) async fn use_code(
    parts: &Parts,
    conn: &mut Conn,
    user_id: UserId,
    code: &Code,
    now: OffsetDateTime,
) -> Result<CodeUse, StoreError> {
    let subject = Subject::factor(user_id);
    if let Some(left) = guard::hold(conn, &subject, now).await? {
        return Ok(CodeUse::Locked(left));
    }
    let used = match code {
        Code::Totp(digits) => use_totp(parts, conn, user_id, digits, now).await?,
        Code::Recovery(code) => {
            let hash = code.hash(user_id);
            match store::factor::use_recovery_code(conn, user_id, &hash, now).await? {
                true => {
                    let left = store::factor::count_recovery_codes(conn, user_id).await?;
                    Some(CodeUse::Recovery { left: u32::try_from(left).unwrap_or(0) })
                }
                false => None,
            }
        }
        Code::Garbled => None,
    };
    match used {
        Some(used) => Ok(used),
        None => count_wrong(conn, user_id, now).await,
    }
}

async fn use_totp(
    parts: &Parts,
    conn: &mut Conn,
    user_id: UserId,
    digits: &str,
    now: OffsetDateTime,
) -> Result<Option<CodeUse>, StoreError> {
    let factor = store::factor::find(conn, user_id).await?.filter(|factor| factor.activated_at.is_some());
    let Some(factor) = factor else { return Ok(None) };
    let secret = open(parts, user_id, &factor.sealed_secret)?;
    let Some(step) = secret.step_of(digits, now.unix_timestamp()) else { return Ok(None) };
    Ok(store::factor::use_step(conn, user_id, step).await?.then_some(CodeUse::Totp))
}

/// Opens the secret of a user's factor.
pub(crate) fn open(parts: &Parts, user_id: UserId, sealed: &[u8]) -> Result<TotpSecret, StoreError> {
    let corrupt = |_| StoreError::Corrupt { table: "totp_factors", id: user_id.to_string() };
    TotpSecret::open(&parts.sealing_key, user_id, sealed).map_err(corrupt)
}

/// Counts a wrong code on the factor.
pub(crate) async fn count_wrong(
    conn: &mut Conn,
    user_id: UserId,
    now: OffsetDateTime,
) -> Result<CodeUse, StoreError> {
    Ok(match guard::count(conn, &Subject::factor(user_id), now).await? {
        Counted::Failed { locks } => CodeUse::Wrong { locks },
        Counted::Locked(left) => CodeUse::Locked(left),
    })
}

/// Writes down what became of a code, and tells the owner that a recovery code was used: last in its transaction.
pub(crate) async fn report(
    parts: &Parts,
    conn: &mut Conn,
    account: &Account,
    client: &ClientInfo,
    code_use: CodeUse,
) -> Result<(), StoreError> {
    let events: &[SecurityEvent] = match code_use {
        CodeUse::Totp | CodeUse::Locked(_) => &[],
        CodeUse::Recovery { left } => {
            mail::notify(parts, conn, account, &Mail::RecoveryCodeUsed { left }).await?;
            &[SecurityEvent::RecoveryCodeUsed]
        }
        CodeUse::Wrong { locks: false } => &[SecurityEvent::FactorFailed],
        CodeUse::Wrong { locks: true } => &[SecurityEvent::FactorFailed, SecurityEvent::FactorLocked],
    };
    for event in events {
        let entry = AuditEntry { user_id: Some(account.user_id), event: *event, client: client.clone() };
        audit::record(parts, conn, entry).await?;
    }
    Ok(())
}
