//! Making an account, and telling of one.

use pulse_events::OutboxEntry;
use pulse_types::UserId;

use crate::domain::account::{Account, DisplayName, Email, Username};
use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::event::{AccountRegistered, DomainEvent};
use crate::domain::fault::{Fault, collect};
use crate::domain::password::{self, Password};
use crate::hashing::HashingError;
use crate::ops::grant::{self, Device, Grant, GrantError, PASSWORD_METHOD, Proven};
use crate::ops::{Parts, audit, mail};
use crate::store::account::{InsertError, NewAccount};
use crate::store::{self, Conn, StoreError};

/// What a person typed to get an account.
pub struct Registration {
    /// As typed.
    pub username: String,
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: String,
    /// As typed; absent means the username.
    pub display_name: Option<String>,
    /// Where they are to be signed in.
    pub device: Device,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Fields are not as they must be.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<Fault>),
    /// Nobody may make one.
    #[error("sign-up is closed")]
    Closed,
    /// Somebody else has the username.
    #[error("the username {0} is taken")]
    UsernameTaken(String),
    /// The password was not hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The database failed.
    #[error("the account can't be stored")]
    Store(#[from] StoreError),
    /// The session was not opened; the account was not made either.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// A registration whose fields are all good.
struct Checked {
    username: Username,
    email: Email,
    password: Password,
    display_name: DisplayName,
}

impl Registration {
    fn check(&self) -> Result<Checked, Vec<Fault>> {
        let mut faults = Vec::new();
        let username = collect(Username::parse(&self.username), &mut faults);
        let email = collect(Email::parse(&self.email), &mut faults);
        let password = password::parse_for(&self.password, username.as_ref(), email.as_ref());
        let password = collect(password, &mut faults);
        let display_name = match &self.display_name {
            Some(text) => collect(DisplayName::parse(text), &mut faults),
            None => username.as_ref().map(DisplayName::from),
        };
        match (username, email, password, display_name) {
            (Some(username), Some(email), Some(password), Some(display_name)) => {
                Ok(Checked { username, email, password, display_name })
            }
            _ => Err(faults),
        }
    }
}

/// Makes an account with its profile and signs it in. The profile is asked for before this returns; if that fails, the event
/// that was committed with the account makes it later.
///
/// # Errors
/// [`RegisterError`]; then there is neither account nor session.
#[tracing::instrument(name = "account.register", skip_all)]
pub async fn register(parts: &Parts, registration: Registration) -> Result<Grant, RegisterError> {
    let checked = registration.check().map_err(RegisterError::Invalid)?;
    if !parts.allowed_signup {
        return Err(RegisterError::Closed);
    }
    let taken = || RegisterError::UsernameTaken(checked.username.as_str().to_owned());
    // Before the hash, which costs; the constraint decides when two ask at once.
    if store::account::is_username_taken(&mut *parts.db.conn().await?, &checked.username).await? {
        return Err(taken());
    }
    let password_hash = parts.hashing.hash(checked.password.secret().clone()).await?;

    let now = parts.now();
    let new = NewAccount {
        user_id: UserId::new(&*parts.clock),
        username: checked.username.clone(),
        email: Some(checked.email),
        is_email_verified: false,
        password_hash: Some(password_hash),
        created_at: now,
    };
    let mut tx = parts.db.begin().await?;
    let created = create(parts, &mut tx, new, checked.display_name).await.map_err(|error| match error {
        CreateError::UsernameTaken | CreateError::Overtaken => taken(),
        CreateError::Store(error) => error.into(),
    })?;
    let proven = Proven { account: created.account.clone(), method: PASSWORD_METHOD.to_owned(), at: now };
    let client = registration.device.client.clone();
    let grant = grant::open(parts, &mut tx, proven, registration.device).await?;
    for event in [SecurityEvent::AccountRegistered, SecurityEvent::SessionStarted] {
        let entry = AuditEntry { user_id: Some(created.account.user_id), event, client: client.clone() };
        audit::record(parts, &mut tx, entry).await?;
    }
    tx.commit().await?;
    created.publish(parts).await;
    Ok(grant)
}

/// An account that was made in a transaction.
pub(crate) struct Created {
    pub(crate) account: Account,
    registered: AccountRegistered,
    entry: OutboxEntry,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    /// Somebody has the username, or gave it up lately. The transaction goes on.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody has just given the username up or verified the address. The transaction must not be committed; a repeat
    /// tells more.
    #[error("somebody else was faster")]
    Overtaken,
    /// The database failed.
    #[error("the account can't be stored")]
    Store(#[from] StoreError),
}

/// Makes an account inside the caller's transaction, and asks for the mail that verifies its address. Call
/// [`Created::publish`] after the commit.
///
/// # Errors
/// [`CreateError`].
pub(crate) async fn create(
    parts: &Parts,
    conn: &mut Conn,
    new: NewAccount,
    display_name: DisplayName,
) -> Result<Created, CreateError> {
    if store::released_username::is_kept_from(conn, &new.username, None, new.created_at).await? {
        return Err(CreateError::UsernameTaken);
    }
    store::account::insert(conn, &new).await.map_err(|error| match error {
        InsertError::UsernameTaken => CreateError::UsernameTaken,
        InsertError::EmailOwned(_) => CreateError::Overtaken,
        InsertError::Store(error) => error.into(),
    })?;
    // Again: whoever gave the name up beside us has committed by now.
    if store::released_username::is_kept_from(conn, &new.username, None, new.created_at).await? {
        return Err(CreateError::Overtaken);
    }
    let registered = AccountRegistered {
        user_id: new.user_id,
        username: new.username.clone(),
        display_name,
        registered_at: new.created_at,
    };
    let entry = parts.record(conn, &DomainEvent::AccountRegistered(registered.clone())).await?;
    if let Some(email) = new.email.as_ref().filter(|_| !new.is_email_verified) {
        mail::send_verification(parts, conn, new.user_id, email).await?;
    }
    let account = Account {
        user_id: new.user_id,
        username: new.username.as_str().to_owned(),
        email: new.email.as_ref().map(|email| email.as_str().to_owned()),
        is_email_verified: new.is_email_verified,
        pending_email: None,
        password_hash: new.password_hash,
        is_totp_enabled: false,
        roles: Vec::new(),
        created_at: new.created_at,
    };
    Ok(Created { account, registered, entry })
}

impl Created {
    /// Tells everybody, after the commit. The profile is asked for before this returns; if that fails, the event makes it.
    pub(crate) async fn publish(self, parts: &Parts) {
        parts.relay.offer(vec![self.entry]);
        parts.mailing.wake();
        if let Err(failure) = parts.social_graph.create_profile(&self.registered).await {
            let user_id = self.registered.user_id;
            tracing::warn!(user.id = %user_id, error = %failure, "the profile will be made from the event");
        }
    }
}

/// The account of a user, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn find(parts: &Parts, user_id: UserId) -> Result<Option<Account>, StoreError> {
    store::account::find(&mut *parts.db.conn().await?, user_id).await
}
