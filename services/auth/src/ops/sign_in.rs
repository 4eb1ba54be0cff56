//! Signing in: by password, and the end that every way of signing in shares. Unknown people and wrong passwords get the same
//! answer after the same work.

use std::time::Duration;

use pulse_types::UserId;
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::account::{Account, Email, Username};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::fault::Fault;
use crate::domain::guard::Subject;
use crate::domain::mail::Mail;
use crate::domain::secret::DeviceToken;
use crate::domain::session::ClientInfo;
use crate::hashing::{HashingError, Verdict};
use crate::ops::grant::{self, Device, Grant, GrantError, PASSWORD_METHOD, Proven};
use crate::ops::guard::{self, Counted};
use crate::ops::mfa::{self, Asked};
use crate::ops::{Parts, audit, mail};
use crate::store::{self, Conn, StoreError};

/// What a person typed to sign in.
pub struct Credentials {
    /// Username or address, as typed.
    pub identifier: String,
    /// As typed.
    pub password: SecretString,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Fields that can't be anybody's.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<Fault>),
    /// There is no such account, or it has another password.
    #[error("wrong identifier or password")]
    WrongCredentials,
    /// Too many failures; also for the right password.
    #[error("locked for {} s", .0.as_secs())]
    LockedOut(Duration),
    /// The password was not checked.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database failed.
    #[error("the sign-in can't be looked up or stored")]
    Store(#[from] StoreError),
    /// The session was not opened.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

impl Credentials {
    fn check(&self) -> Result<(), Vec<Fault>> {
        let fields = [("identifier", self.identifier.as_str()), ("password", self.password.expose_secret())];
        let fault = |(field, text): (&'static str, &str)| match text {
            "" => Some(Fault::required(field)),
            text if text.contains('\0') => Some(Fault::nul(field)),
            _ => None,
        };
        let faults: Vec<_> = fields.into_iter().filter_map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// How far a sign-in came; every caller must handle both.
#[derive(Debug)]
pub enum SignedIn {
    /// To its end.
    Grant(Box<Grant>),
    /// A second factor is needed.
    Mfa(Asked),
}

/// Signs in by password. A device token of this account is counted apart from the identifier, so that strangers who guess
/// lock themselves out and not the owner.
///
/// # Errors
/// [`SignInError`].
#[tracing::instrument(name = "session.sign_in", skip_all)]
pub async fn sign_in(
    parts: &Parts,
    credentials: Credentials,
    device: Device,
) -> Result<SignedIn, SignInError> {
    credentials.check().map_err(SignInError::Invalid)?;
    let now = parts.now();
    let mut conn = parts.db.conn().await?;
    let account = find_account(&mut conn, &credentials.identifier).await?;
    let subject = match known_device(parts, &mut conn, account.as_ref(), device.shown_token.as_ref()).await? {
        Some(token) => Subject::device(&token.hash()),
        None => Subject::identifier(&credentials.identifier),
    };
    if let Some(left) = guard::locked_for(&mut conn, &subject, now).await? {
        return Err(SignInError::LockedOut(left));
    }
    // Nothing is held while the password is checked.
    drop(conn);

    let stored_hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let user_id = account.as_ref().map(|account| account.user_id);
    let verdict = parts.hashing.verify(credentials.password.clone(), stored_hash.clone()).await?;
    let (Some(account), Verdict::Right { is_outdated }) = (account, verdict) else {
        return Err(count_failure(parts, &subject, user_id, device.client).await?);
    };
    let new_hash = match is_outdated {
        true => Some(parts.hashing.hash(credentials.password).await?),
        false => None,
    };

    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    let fresh = store::account::lock(&mut tx, account.user_id).await?;
    // Changed or reset while it was checked: it is the right password no more.
    let Some(account) = fresh.filter(|account| account.password_hash == stored_hash) else {
        drop(tx);
        return Err(count_failure(parts, &subject, user_id, device.client).await?);
    };
    // Guesses that ran beside this one may have locked it meanwhile; then a right one is no better than the others.
    if let Some(left) = guard::hold(&mut tx, &subject, now).await? {
        return Err(SignInError::LockedOut(left));
    }
    if let (Some(old), Some(new)) = (&stored_hash, &new_hash) {
        store::account::replace_password_hash(&mut tx, account.user_id, old, new).await?;
    }
    let proven = Proven { account, method: PASSWORD_METHOD.to_owned(), at: now };
    let signed_in = finish(parts, &mut tx, proven, device).await?;
    tx.commit().await?;
    parts.mailing.wake();
    Ok(signed_in)
}

/// The end of every sign-in, inside the caller's transaction, which the caller commits at once: a session, or with a second
/// factor the question for it. The account is locked and read anew, so that no change of it is overlooked.
///
/// # Errors
/// [`GrantError`].
pub async fn finish(
    parts: &Parts,
    conn: &mut Conn,
    proven: Proven,
    device: Device,
) -> Result<SignedIn, GrantError> {
    let account = store::account::lock(conn, proven.account.user_id).await?;
    let proven = Proven { account: account.ok_or(GrantError::AccountGone)?, ..proven };
    if proven.account.is_totp_enabled {
        return Ok(SignedIn::Mfa(mfa::ask(conn, &proven, &device).await?));
    }
    Ok(SignedIn::Grant(Box::new(enter(parts, conn, proven, device).await?)))
}

/// Opens the session of somebody who gave all their factors; tells them if the account did not know the device, unless it
/// was made by this very sign-in.
pub(crate) async fn enter(
    parts: &Parts,
    conn: &mut Conn,
    proven: Proven,
    device: Device,
) -> Result<Grant, GrantError> {
    let client = device.client.clone();
    let (account, at) = (proven.account.clone(), proven.at);
    let is_known = match &device.shown_token {
        Some(token) => store::device_token::is_known(conn, &token.hash(), account.user_id, at).await?,
        None => false,
    };
    let grant = grant::open(parts, conn, proven, device).await?;
    if !is_known && account.created_at < at {
        mail::notify(parts, conn, &account, &Mail::NewDevice { client: client.clone(), at }).await?;
    }
    let event = SecurityEvent::SessionStarted;
    audit::record(parts, conn, AuditEntry { user_id: Some(account.user_id), event, client }).await?;
    Ok(grant)
}

/// Whom an identifier means. What can be no username and no address is nobody's.
async fn find_account(conn: &mut Conn, identifier: &str) -> Result<Option<Account>, StoreError> {
    if identifier.contains('@') {
        let Ok(email) = Email::parse(identifier) else { return Ok(None) };
        return store::account::find_by_email(conn, &email).await;
    }
    let Ok(username) = Username::parse(identifier) else { return Ok(None) };
    store::account::find_by_username(conn, &username).await
}

/// The device token, if the account knows it. Where there is no account the database is asked as well, so that both take the
/// same time.
async fn known_device<'a>(
    parts: &Parts,
    conn: &mut Conn,
    account: Option<&Account>,
    token: Option<&'a DeviceToken>,
) -> Result<Option<&'a DeviceToken>, StoreError> {
    let Some(token) = token else { return Ok(None) };
    let user_id = account.map_or_else(|| UserId::new(&*parts.clock), |account| account.user_id);
    let is_known = store::device_token::is_known(conn, &token.hash(), user_id, parts.now()).await?;
    Ok(is_known.then_some(token))
}

/// Counts a failure, writes it down, and says how to answer.
async fn count_failure(
    parts: &Parts,
    subject: &Subject,
    user_id: Option<UserId>,
    client: ClientInfo,
) -> Result<SignInError, StoreError> {
    let mut tx = parts.db.begin().await?;
    let locks = match guard::count(&mut tx, subject, parts.now()).await? {
        Counted::Locked(left) => return Ok(SignInError::LockedOut(left)),
        Counted::Failed { locks } => locks,
    };
    let failed = AuditEntry { user_id, event: SecurityEvent::SignInFailed, client };
    let locked = locks.then(|| AuditEntry { event: SecurityEvent::SignInLocked, ..failed.clone() });
    audit::record(parts, &mut tx, failed).await?;
    if let Some(locked) = locked {
        audit::record(parts, &mut tx, locked).await?;
    }
    tx.commit().await?;
    Ok(SignInError::WrongCredentials)
}
