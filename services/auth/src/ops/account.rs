//! Making an account, and telling of one.

use pulse_types::UserId;

use crate::domain::account::{Account, DisplayName, Email, Username};
use crate::domain::event::{AccountRegistered, DomainEvent};
use crate::domain::fault::{Fault, collect};
use crate::domain::password::{self, Password};
use crate::hashing::HashingError;
use crate::ops::Parts;
use crate::ops::grant::{self, Device, Grant, GrantError};
use crate::store::account::{InsertError, NewAccount};
use crate::store::{self, StoreError};

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
        email: checked.email,
        password_hash,
        created_at: now,
    };
    let registered = AccountRegistered {
        user_id: new.user_id,
        username: new.username.clone(),
        display_name: checked.display_name,
        registered_at: now,
    };
    let mut tx = parts.db.begin().await?;
    store::account::insert(&mut tx, &new).await.map_err(|error| match error {
        InsertError::UsernameTaken => taken(),
        InsertError::Store(error) => error.into(),
    })?;
    let account = Account {
        user_id: new.user_id,
        username: new.username.as_str().to_owned(),
        email: Some(new.email.as_str().to_owned()),
        is_email_verified: false,
        password_hash: Some(new.password_hash),
        roles: Vec::new(),
        created_at: now,
    };
    let grant = grant::open(parts, &mut tx, account, registration.device, now).await?;
    let entry = parts.record(&mut tx, &DomainEvent::AccountRegistered(registered.clone())).await?;
    tx.commit().await?;

    parts.relay.offer(vec![entry]);
    if let Err(failure) = parts.social_graph.create_profile(&registered).await {
        tracing::warn!(user.id = %registered.user_id, error = %failure, "the profile will be made from the event");
    }
    Ok(grant)
}

/// The account of a user, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn find(parts: &Parts, user_id: UserId) -> Result<Option<Account>, StoreError> {
    store::account::find(&mut *parts.db.conn().await?, user_id).await
}
