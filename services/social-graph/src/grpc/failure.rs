//! What each error becomes for the caller.

use pulse_rpc::{Failure, FieldFault, Reason};
use pulse_types::InvalidCursor;

use crate::domain::fault::Fault;
use crate::ops::export::ExportError;
use crate::ops::follow_request::AnswerError;
use crate::ops::follower::ListError;
use crate::ops::profile::{CreateError, FindError};
use crate::ops::profile_change::RenameError;
use crate::ops::relationship::{ActError, FollowError, UnfollowError};
use crate::ops::report;
use crate::ops::standing;
use crate::store::StoreError;

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::validation(vec![FieldFault::new(fault.field, fault.code, fault.detail)])
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable("the list of people").with_source(error),
            StoreError::Query(_) | StoreError::Corrupt { .. } => Self::internal(error),
        }
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::UsernameTaken => username_taken(error.to_string()),
            CreateError::Internal(error) => error.into(),
        }
    }
}

impl From<RenameError> for Failure {
    fn from(error: RenameError) -> Self {
        match error {
            RenameError::NotFound | RenameError::Erased => Self::not_found("person"),
            RenameError::UsernameTaken => username_taken(error.to_string()),
            RenameError::Internal(error) => error.into(),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Json(_) => Self::internal(error),
        }
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::NotFound => Self::not_found("person"),
            FindError::Internal(error) => error.into(),
        }
    }
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Oneself => oneself(),
            FollowError::NotFound => Self::not_found("person"),
            FollowError::NoProfile => Self::unavailable("your profile").with_source(error),
            FollowError::Refused(refused) => Self::new(Reason::Forbidden, refused.to_string()),
            FollowError::Internal(error) => error.into(),
        }
    }
}

impl From<UnfollowError> for Failure {
    fn from(error: UnfollowError) -> Self {
        match error {
            UnfollowError::Oneself => oneself(),
            UnfollowError::NotFound => Self::not_found("person"),
            UnfollowError::Internal(error) => error.into(),
        }
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Oneself => oneself(),
            ActError::NotFound => Self::not_found("person"),
            ActError::NoProfile => Self::unavailable("your profile").with_source(error),
            ActError::Untold => Self::unavailable("the service that keeps messages").with_source(error),
            ActError::Internal(error) => error.into(),
        }
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        match error {
            ListError::NotFound => Self::not_found("person"),
            ListError::NotConnected => Self::new(Reason::NotConnected, error.to_string()),
            ListError::Internal(error) => error.into(),
        }
    }
}

impl From<report::CreateError> for Failure {
    fn from(error: report::CreateError) -> Self {
        match error {
            report::CreateError::Oneself => oneself(),
            report::CreateError::NotFound => Self::not_found("person"),
            report::CreateError::NoProfile => Self::unavailable("your profile").with_source(error),
            report::CreateError::Internal(error) => error.into(),
        }
    }
}

impl From<report::ResolveError> for Failure {
    fn from(error: report::ResolveError) -> Self {
        match error {
            report::ResolveError::NotFound => Self::not_found("report"),
            report::ResolveError::Internal(error) => error.into(),
        }
    }
}

impl From<standing::SetError> for Failure {
    fn from(error: standing::SetError) -> Self {
        match error {
            standing::SetError::NoProfile => Self::unavailable("your profile").with_source(error),
            standing::SetError::Internal(error) => error.into(),
        }
    }
}

impl From<AnswerError> for Failure {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::NotFound => request_not_found(),
            AnswerError::Internal(error) => error.into(),
        }
    }
}

fn username_taken(detail: String) -> Failure {
    let mut failure = Failure::new(Reason::UsernameTaken, detail);
    failure.fields = vec![FieldFault::new("username", "taken", "choose another username")];
    failure
}

/// All that is wrong with a change of a profile.
pub(super) fn validation(faults: Vec<Fault>) -> Failure {
    let to_field = |fault: Fault| FieldFault::new(fault.field, fault.code, fault.detail);
    Failure::validation(faults.into_iter().map(to_field).collect())
}

/// A request that does not wait for the caller's answer.
pub(super) fn request_not_found() -> Failure {
    Failure::not_found("follow request")
}

/// A cursor that the list did not hand out.
pub(super) fn cursor(error: InvalidCursor) -> Failure {
    Failure::invalid_field("cursor", "invalid", error.to_string())
}

/// A point that was not handed out, or to somebody else.
pub(super) fn point(error: InvalidCursor) -> Failure {
    Failure::invalid_field("since", "invalid", "not a token that you were given").with_source(error)
}

fn oneself() -> Failure {
    Failure::invalid_field("user_id", "not_allowed", "this is you; name somebody else")
}
