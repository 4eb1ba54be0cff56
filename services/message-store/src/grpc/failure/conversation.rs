//! What the failures of groups, rooms and members become for the caller.

use pulse_rpc::{Failure, FieldFault, Reason};

use crate::ops::ChangeError;
use crate::ops::description::DescribeError;
use crate::ops::group::CreateError;
use crate::ops::member::{self, PutError};
use crate::ops::presence::MembersError;
use crate::ops::repeat::RepeatError;
use crate::ops::room::{self, JoinError};

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::UnknownPerson => Self::not_found("person"),
            CreateError::NotConnected => Self::new(Reason::NotConnected, error.to_string()),
            CreateError::TooMany(_) => Self::invalid_field("member_ids", "too_many", error.to_string()),
            CreateError::Repeat(error) => error.into(),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<RepeatError> for Failure {
    fn from(error: RepeatError) -> Self {
        match error {
            RepeatError::IdempotencyMismatch => Self::new(Reason::IdempotencyMismatch, error.to_string()),
            RepeatError::Gone => {
                let mut failure = Self::not_found("conversation");
                // It tells this from somebody who is not known.
                failure.fields.push(FieldFault::new("client_id", "invalid", error.to_string()));
                failure
            }
            RepeatError::Store(error) => error.into(),
        }
    }
}

impl From<MembersError> for Failure {
    fn from(error: MembersError) -> Self {
        match error {
            MembersError::TooMany => Self::invalid_field("conversation_ids", "too_many", error.to_string()),
            MembersError::Store(error) => error.into(),
        }
    }
}

impl From<DescribeError> for Failure {
    fn from(error: DescribeError) -> Self {
        match error {
            DescribeError::Refused(refusal) => refusal.into(),
            DescribeError::TitleRequired => Self::invalid_field("title", "required", error.to_string()),
            DescribeError::PictureInvalid => {
                Self::invalid_field("avatar_attachment_id", "invalid", error.to_string())
            }
            DescribeError::NoRandomness(_) => Self::internal(error),
            DescribeError::Store(error) => error.into(),
        }
    }
}

impl From<PutError> for Failure {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Refused(refusal) => refusal.into(),
            PutError::UnknownPerson => Self::not_found("person"),
            PutError::Full(_) => Self::invalid_field("conversation_id", "too_many", error.to_string()),
            PutError::Store(error) => error.into(),
        }
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Refused(refusal) => refusal.into(),
            JoinError::Full(_) => Self::invalid_field("conversation_id", "too_many", error.to_string()),
            JoinError::Store(error) => error.into(),
        }
    }
}

impl From<member::ListError> for Failure {
    fn from(error: member::ListError) -> Self {
        match error {
            member::ListError::Refused(refusal) => refusal.into(),
            member::ListError::Cursor(error) => Self::invalid_field("cursor", "invalid", error.to_string()),
            member::ListError::Store(error) => error.into(),
        }
    }
}

impl From<room::ListError> for Failure {
    fn from(error: room::ListError) -> Self {
        match error {
            room::ListError::Cursor(error) => Self::invalid_field("cursor", "invalid", error.to_string()),
            room::ListError::Store(error) => error.into(),
        }
    }
}
