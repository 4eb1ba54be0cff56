//! What failures of second steps and of reauthentication become.

use std::time::Duration;

use pulse_rpc::{Failure, Reason};

use crate::ops::factor::FactorError;
use crate::ops::mfa::VerifyError;
use crate::ops::reauthentication::ReauthenticationError;

/// A code that is wrong, whichever kind it is of.
fn wrong_code() -> Failure {
    Failure::new(Reason::InvalidCode, "the code is wrong or was used before")
}

fn locked_out(left: Duration) -> Failure {
    Failure::new(Reason::LockedOut, "too many failed attempts; wait").with_retry_after(left)
}

fn code_missing() -> Failure {
    Failure::invalid_field("code", "required", "type a code of the second factor")
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Unknown => {
                Self::new(Reason::Unauthenticated, "this sign-in has ended; begin it again with the password")
            }
            VerifyError::WithoutCookies => Self::new(
                Reason::OriginNotAllowed,
                "this sign-in asked for cookies, which a page of this origin is not given",
            ),
            VerifyError::WrongCode => wrong_code(),
            VerifyError::LockedOut(left) => locked_out(left),
            VerifyError::Store(error) => error.into(),
            VerifyError::Grant(error) => error.into(),
        }
    }
}

impl From<ReauthenticationError> for Failure {
    fn from(error: ReauthenticationError) -> Self {
        match error {
            ReauthenticationError::PasswordMissing => {
                Self::invalid_field("password", "required", "type the password once more")
            }
            ReauthenticationError::CodeMissing => code_missing(),
            ReauthenticationError::Ended => {
                Self::new(Reason::SessionRevoked, "the session has ended; sign in")
            }
            ReauthenticationError::SignedInTooLongAgo => Self::new(
                Reason::ReauthenticationRequired,
                "sign in again; within 5 minutes after that this can be done",
            ),
            ReauthenticationError::WrongPassword => {
                Self::new(Reason::InvalidCredentials, "the password is wrong")
            }
            ReauthenticationError::WrongCode => wrong_code(),
            ReauthenticationError::LockedOut(left) => locked_out(left),
            ReauthenticationError::Hashing(error) => error.into(),
            ReauthenticationError::Store(error) => error.into(),
        }
    }
}

impl From<FactorError> for Failure {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Proof(error) => error.into(),
            FactorError::Active => {
                Self::new(Reason::Conflict, "a second factor is active; turn it off first")
            }
            FactorError::Absent => Self::new(
                Reason::Conflict,
                "there is no second factor that this could be done with; begin with one",
            ),
            FactorError::CodeMissing => code_missing(),
            FactorError::WrongCode => wrong_code(),
            FactorError::LockedOut(left) => locked_out(left),
            FactorError::Store(error) => error.into(),
            FactorError::Setup(_) | FactorError::Crypto(_) => Self::internal(error),
        }
    }
}
