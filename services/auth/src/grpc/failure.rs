//! What each failure of an operation becomes for the caller.

mod account;
mod factor;
mod identity;
mod operator;
mod privacy;

use pulse_rpc::{Failure, FieldFault, Reason};

use crate::domain::fault::Fault;
use crate::hashing::HashingError;
use crate::ops::account::RegisterError;
use crate::ops::grant::GrantError;
use crate::ops::refresh::RefreshError;
use crate::ops::session::EndError;
use crate::ops::sign_in::SignInError;
use crate::store::StoreError;

pub(super) fn to_fields(faults: Vec<Fault>) -> Failure {
    let to_field = |fault: Fault| FieldFault::new(fault.field, fault.code, fault.detail);
    Failure::validation(faults.into_iter().map(to_field).collect())
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable("the database of accounts").with_source(error),
            StoreError::Statement(_)
            | StoreError::Corrupt { .. }
            | StoreError::Crypto(_)
            | StoreError::Unwritable { .. } => Self::internal(error),
        }
    }
}

impl From<HashingError> for Failure {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy { retry_after } => {
                Self::new(Reason::RateLimited, "too many people sign in just now; try again in a moment")
                    .with_retry_after(retry_after)
            }
            HashingError::Failed(_) => Self::internal(error),
        }
    }
}

impl From<GrantError> for Failure {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Store(error) => error.into(),
            GrantError::Crypto(_) => Self::internal(error),
            // Deleted while it signed in: as if it had never been.
            GrantError::AccountGone => SignInError::WrongCredentials.into(),
        }
    }
}

/// What whoever would make an account is told while nobody may.
pub(crate) fn signup_closed() -> Failure {
    Failure::new(Reason::Forbidden, "sign-up is closed here; ask whoever runs this installation")
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Invalid(faults) => to_fields(faults),
            RegisterError::Closed => signup_closed(),
            RegisterError::UsernameTaken(username) => account::username_taken(&username),
            RegisterError::Hashing(error) => error.into(),
            RegisterError::Store(error) => error.into(),
            RegisterError::Grant(error) => error.into(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Invalid(faults) => to_fields(faults),
            SignInError::WrongCredentials => Self::new(
                Reason::InvalidCredentials,
                "there is no account with this name or address and password",
            ),
            SignInError::LockedOut(left) => Self::new(
                Reason::LockedOut,
                "too many failed attempts; wait, or sign in on a device you used before",
            )
            .with_retry_after(left),
            SignInError::Hashing(error) => error.into(),
            SignInError::Store(error) => error.into(),
            SignInError::Grant(error) => error.into(),
        }
    }
}

impl From<RefreshError> for Failure {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Unknown => {
                Self::new(Reason::Unauthenticated, "the refresh token is not known; sign in")
            }
            RefreshError::Ended(_) => Self::new(Reason::SessionRevoked, "the session has ended; sign in"),
            RefreshError::Store(error) => error.into(),
            RefreshError::Crypto(_) => Self::internal(error),
        }
    }
}

impl From<EndError> for Failure {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Unknown => {
                Self::new(Reason::Unauthenticated, "the session or refresh token is not known")
            }
            EndError::Store(error) => error.into(),
        }
    }
}
