//! Failures of sign-in by outside providers.

use pulse_rpc::{Failure, Reason};

use crate::grpc::failure::{signup_closed, to_fields};
use crate::ops::identity::UnlinkError;
use crate::ops::oauth_code::ExchangeError;
use crate::ops::oauth_flow::{FinishError, StartError};

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::UnknownProvider => Self::not_found("provider"),
            StartError::Invalid(faults) => to_fields(faults),
            StartError::AlreadyLinked => {
                Self::new(Reason::AlreadyExists, "an identity of this provider is linked already")
            }
            StartError::Provider(error) => Self::unavailable("the provider").with_source(error),
            StartError::Store(error) => error.into(),
            StartError::Crypto(_) => Self::internal(error),
        }
    }
}

impl From<FinishError> for Failure {
    fn from(error: FinishError) -> Self {
        match error {
            FinishError::UnknownProvider => Self::not_found("provider"),
            FinishError::Store(error) => error.into(),
            FinishError::Crypto(_) => Self::internal(error),
        }
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::InvalidCode => {
                Self::new(Reason::InvalidCode, "the code is not known, was used, or is too old; begin anew")
            }
            ExchangeError::AddressOwned => Self::new(
                Reason::Conflict,
                "an account has this address; sign in there and link the provider",
            ),
            ExchangeError::Closed => signup_closed(),
            ExchangeError::Crowded => Self::unavailable("the account").with_source(error),
            ExchangeError::NoUsername | ExchangeError::Crypto(_) => Self::internal(error),
            ExchangeError::Store(error) => error.into(),
            ExchangeError::Grant(error) => error.into(),
        }
    }
}

impl From<UnlinkError> for Failure {
    fn from(error: UnlinkError) -> Self {
        match error {
            UnlinkError::UnknownProvider => Self::not_found("provider"),
            UnlinkError::LastWayIn => Self::new(
                Reason::Conflict,
                "it is the last way to sign in; set a password or link another provider first",
            ),
            UnlinkError::AccountGone => Self::new(Reason::SessionRevoked, "the account was deleted"),
            UnlinkError::Store(error) => error.into(),
        }
    }
}
