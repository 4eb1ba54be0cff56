//! What a signed-in person shows once more before something sensitive (contract section 3).

use std::time::Duration;

use secrecy::SecretString;
use time::OffsetDateTime;

use crate::domain::account::Account;
use crate::domain::guard::Subject;
use crate::domain::session::{Caller, Session};
use crate::domain::totp::Code;
use crate::hashing::{HashingError, Verdict};
use crate::ops::Parts;
use crate::ops::code::{self, CodeUse};
use crate::ops::guard::{self, Counted};
use crate::store::{self, StoreError};

/// How long a sign-in counts as the proof of somebody who has no password to show.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// What the person showed.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// As typed; absent for accounts without a password.
    pub password: Option<SecretString>,
    /// A code of the second factor or a recovery code, as typed.
    pub code: Option<String>,
}

/// How much has to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// The password.
    Password,
    /// The password, and a code where a second factor is active.
    PasswordAndCode,
}

/// Why it was not enough.
#[derive(Debug, thiserror::Error)]
pub enum ReauthenticationError {
    /// The account has a password, and none was given.
    #[error("no password given")]
    PasswordMissing,
    /// A second factor is active, and no code was given.
    #[error("no code given")]
    CodeMissing,
    /// The session has ended.
    #[error("the session has ended")]
    Ended,
    /// There is no password to show, and the sign-in was too long ago.
    #[error("signed in too long ago")]
    SignedInTooLongAgo,
    /// The password is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The code is wrong or was used before.
    #[error("wrong code")]
    WrongCode,
    /// Too many wrong passwords in this session or wrong codes of this factor; also for right ones.
    #[error("locked for {} s", .0.as_secs())]
    LockedOut(Duration),
    /// The password was not checked.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database failed.
    #[error("the proof can't be looked up or stored")]
    Store(#[from] StoreError),
}

/// Checks what the caller showed; a code that was right is used up by it. Returns the account as it was then.
///
/// # Errors
/// [`ReauthenticationError`].
#[tracing::instrument(name = "session.reauthenticate", skip_all)]
pub async fn require(
    parts: &Parts,
    caller: &Caller,
    proof: Proof,
    wants: Wants,
) -> Result<Account, ReauthenticationError> {
    let now = parts.now();
    let mut conn = parts.db.conn().await?;
    let session = store::session::find(&mut conn, caller.session_id).await?;
    let session = session
        .filter(|session| {
            session.user_id == caller.user_id && session.is_live(parts.lifetimes.session_idle, now)
        })
        .ok_or(ReauthenticationError::Ended)?;
    let account = store::account::find(&mut conn, caller.user_id).await?;
    let account = account.ok_or(ReauthenticationError::Ended)?;
    if account.password_hash.is_some() && proof.password.is_none() {
        return Err(ReauthenticationError::PasswordMissing);
    }
    let needs_code = wants == Wants::PasswordAndCode && account.is_totp_enabled;
    let code = match (needs_code, proof.code) {
        (true, None) => return Err(ReauthenticationError::CodeMissing),
        (true, Some(typed)) => Some(Code::parse(&typed)),
        (false, _) => None,
    };
    let subject = Subject::session(caller.session_id);
    if let Some(left) = guard::locked_for(&mut conn, &subject, now).await? {
        return Err(ReauthenticationError::LockedOut(left));
    }
    drop(conn);

    match proof.password {
        Some(password) => require_password(parts, &account, password, &subject).await?,
        None => require_fresh(&session, now)?,
    }
    if let Some(code) = code {
        require_code(parts, caller, &account, &code).await?;
    }
    Ok(account)
}

fn require_fresh(session: &Session, now: OffsetDateTime) -> Result<(), ReauthenticationError> {
    match now - session.created_at <= FRESH {
        true => Ok(()),
        false => Err(ReauthenticationError::SignedInTooLongAgo),
    }
}

async fn require_password(
    parts: &Parts,
    account: &Account,
    password: SecretString,
    subject: &Subject,
) -> Result<(), ReauthenticationError> {
    let verdict = parts.hashing.verify(password, account.password_hash.clone()).await?;
    let mut tx = parts.db.begin().await?;
    let now = parts.now();
    if matches!(verdict, Verdict::Right { .. }) {
        // Guesses that ran beside this one may have locked it meanwhile.
        return match guard::hold(&mut tx, subject, now).await? {
            Some(left) => Err(ReauthenticationError::LockedOut(left)),
            None => Ok(()),
        };
    }
    let counted = guard::count(&mut tx, subject, now).await?;
    tx.commit().await?;
    Err(match counted {
        Counted::Failed { .. } => ReauthenticationError::WrongPassword,
        Counted::Locked(left) => ReauthenticationError::LockedOut(left),
    })
}

async fn require_code(
    parts: &Parts,
    caller: &Caller,
    account: &Account,
    code: &Code,
) -> Result<(), ReauthenticationError> {
    let mut tx = parts.db.begin().await?;
    let code_use = code::use_code(parts, &mut tx, account.user_id, code, parts.now()).await?;
    code::report(parts, &mut tx, account, &caller.client, code_use).await?;
    tx.commit().await?;
    match code_use {
        CodeUse::Totp | CodeUse::Recovery { .. } => Ok(()),
        CodeUse::Wrong { .. } => Err(ReauthenticationError::WrongCode),
        CodeUse::Locked(left) => Err(ReauthenticationError::LockedOut(left)),
    }
}
