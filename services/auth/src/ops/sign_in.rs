//! Signing in with a password. Unknown people and wrong passwords get the same answer after the same work.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;

use crate::domain::account::{Account, Email, Username};
use crate::domain::fault::Fault;
use crate::domain::guard::{Guard, Subject};
use crate::domain::secret::DeviceToken;
use crate::hashing::{HashingError, Verdict};
use crate::ops::Parts;
use crate::ops::grant::{self, Device, Grant, GrantError};
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

/// Signs in. A device token of this account is counted apart from the identifier, so that strangers who guess lock
/// themselves out and not the owner.
///
/// # Errors
/// [`SignInError`].
#[tracing::instrument(name = "session.sign_in", skip_all)]
pub async fn sign_in(parts: &Parts, credentials: Credentials, device: Device) -> Result<Grant, SignInError> {
    credentials.check().map_err(SignInError::Invalid)?;
    let now = parts.now();
    let mut conn = parts.db.conn().await?;
    let account = find_account(&mut conn, &credentials.identifier).await?;
    let known_token = known_device(&mut conn, account.as_ref(), device.known_token.clone(), now).await?;
    let subject = match &known_token {
        Some(token) => Subject::device(&token.hash()),
        None => Subject::identifier(&credentials.identifier),
    };
    require_unlocked(store::guard::find(&mut conn, &subject).await?.as_ref(), now)?;
    // Nothing is held while the password is checked.
    drop(conn);

    let stored_hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let verdict = parts.hashing.verify(credentials.password.clone(), stored_hash.clone()).await?;
    let (Some(account), Verdict::Right { is_outdated }) = (account, verdict) else {
        return Err(count_failure(parts, &subject).await?);
    };
    let new_hash = match is_outdated {
        true => Some(parts.hashing.hash(credentials.password).await?),
        false => None,
    };

    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    // Guesses that ran beside this one may have locked it meanwhile; then a right one is no better than the others.
    require_unlocked(store::guard::lock(&mut tx, &subject).await?.as_ref(), now)?;
    if let (Some(old), Some(new)) = (&stored_hash, &new_hash) {
        store::account::replace_password_hash(&mut tx, account.user_id, old, new).await?;
    }
    let grant = grant::open(parts, &mut tx, account, Device { known_token, ..device }, now).await?;
    tx.commit().await?;
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

/// The device token, if the account knows it.
async fn known_device(
    conn: &mut Conn,
    account: Option<&Account>,
    token: Option<DeviceToken>,
    now: OffsetDateTime,
) -> Result<Option<DeviceToken>, StoreError> {
    let (Some(account), Some(token)) = (account, token) else { return Ok(None) };
    let is_known = store::device_token::is_known(conn, &token.hash(), account.user_id, now).await?;
    Ok(is_known.then_some(token))
}

fn require_unlocked(guard: Option<&Guard>, now: OffsetDateTime) -> Result<(), SignInError> {
    match guard.and_then(|guard| guard.locked_for(now)) {
        Some(left) => Err(SignInError::LockedOut(left)),
        None => Ok(()),
    }
}

/// Counts a failure and says how to answer: of guesses that run side by side no more learn that they are wrong than of
/// guesses one after the other.
async fn count_failure(parts: &Parts, subject: &Subject) -> Result<SignInError, StoreError> {
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    store::guard::ensure(&mut tx, subject, now).await?;
    let mut guard = store::guard::lock(&mut tx, subject).await?.unwrap_or_default();
    if let Some(left) = guard.locked_for(now) {
        return Ok(SignInError::LockedOut(left));
    }
    guard.fail(now);
    store::guard::update(&mut tx, subject, &guard, now).await?;
    tx.commit().await?;
    Ok(SignInError::WrongCredentials)
}
