//! What failures of passwords, addresses and names become.

use pulse_rpc::{Failure, FieldFault, Reason};

use crate::grpc::failure::to_fields;
use crate::ops::email::EmailError;
use crate::ops::password::PasswordError;
use crate::ops::reauthentication::ReauthenticationError;
use crate::ops::username::RenameError;

/// Whichever link it is of.
fn dead_link() -> Failure {
    Failure::new(Reason::InvalidCode, "the link does not work any more; ask for another one")
}

/// Somebody else has the username, or had it until lately.
pub(super) fn username_taken(username: &str) -> Failure {
    let mut failure =
        Failure::new(Reason::UsernameTaken, format!("the username {username} belongs to somebody else"));
    failure.fields.push(FieldFault::new("username", "taken", "choose another one"));
    failure
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Invalid(fault) => to_fields(vec![fault]),
            // The one call whose field has another name.
            PasswordError::Proof(ReauthenticationError::PasswordMissing) => {
                Self::invalid_field("current_password", "required", "type the present password")
            }
            PasswordError::Proof(error) => error.into(),
            PasswordError::Token => dead_link(),
            PasswordError::Hashing(error) => error.into(),
            PasswordError::Store(error) => error.into(),
        }
    }
}

impl From<EmailError> for Failure {
    fn from(error: EmailError) -> Self {
        match error {
            EmailError::Invalid(fault) => to_fields(vec![fault]),
            EmailError::Proof(error) => error.into(),
            EmailError::Token => dead_link(),
            EmailError::Owned => Self::new(Reason::Conflict, "another account has verified this address"),
            EmailError::Unknown(_) => Self::not_found("account"),
            EmailError::Store(error) => error.into(),
        }
    }
}

impl From<RenameError> for Failure {
    fn from(error: RenameError) -> Self {
        match error {
            RenameError::Invalid(fault) => to_fields(vec![fault]),
            RenameError::Taken(username) => username_taken(&username),
            RenameError::Unknown(_) => Self::not_found("account"),
            RenameError::Store(error) => error.into(),
        }
    }
}
