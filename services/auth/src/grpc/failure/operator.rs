//! What each failure of an operator's operation becomes.

use pulse_rpc::{Failure, Reason};

use crate::ops::role::SetRoleError;
use crate::ops::signing_key::{RotateError, WithdrawError};

impl From<RotateError> for Failure {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Waiting(key_id) => Self::new(
                Reason::Conflict,
                format!("the key {key_id} was made already and does not sign yet"),
            ),
            RotateError::Store(error) => error.into(),
            RotateError::Crypto(_) => Self::internal(error),
        }
    }
}

impl From<WithdrawError> for Failure {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::Unknown(_) => Self::not_found("active signing key"),
            WithdrawError::Store(error) => error.into(),
            WithdrawError::Crypto(_) => Self::internal(error),
        }
    }
}

impl From<SetRoleError> for Failure {
    fn from(error: SetRoleError) -> Self {
        match error {
            SetRoleError::UnknownUsername(_) => Self::not_found("account"),
            SetRoleError::UnknownRole(role) => {
                Self::invalid_field("role", "invalid", format!("there is no role `{role}`, only `operator`"))
            }
            SetRoleError::Store(error) => error.into(),
        }
    }
}
