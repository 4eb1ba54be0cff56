//! What each failure of an op becomes for the caller.

mod attachment;
mod conversation;

use pulse_rpc::{Failure, Reason};

use crate::domain::conversation::Refusal;
use crate::ops::command::CommandError;
use crate::ops::conversation::{FindError, InboxError};
use crate::ops::direct::DirectError;
use crate::ops::erasure::EraseError;
use crate::ops::export::ExportError;
use crate::ops::message::ReadError;
use crate::ops::position::PositionsError;
use crate::ops::search::SearchError;
use crate::ops::sync::SyncError;
use crate::store::StoreError;

/// What the caller is told is down.
const DATABASE: &str = "the message store";

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_outage() { Self::unavailable(DATABASE).with_source(error) } else { Self::internal(error) }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let reason = match refusal {
            Refusal::NotFound => Reason::NotFound,
            Refusal::NotAMember => Reason::NotAMember,
            Refusal::NotConnected => Reason::NotConnected,
            Refusal::ConversationClosed => Reason::ConversationClosed,
            Refusal::Forbidden(_) => Reason::Forbidden,
            Refusal::Conflict(_) => Reason::Conflict,
            Refusal::IdempotencyMismatch => Reason::IdempotencyMismatch,
            Refusal::ReplyToInvalid => {
                return Self::invalid_field("reply_to", "invalid", refusal.to_string());
            }
            Refusal::AttachmentInvalid(place) => {
                return Self::invalid_field(
                    format!("attachment_ids.{place}"),
                    "invalid",
                    refusal.to_string(),
                );
            }
            Refusal::BodyRequired => {
                return Self::invalid_field("body", "required", refusal.to_string());
            }
            Refusal::TooManyReactions => {
                return Self::invalid_field("emoji", "too_many", refusal.to_string());
            }
        };
        Self::new(reason, refusal.to_string())
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Expired | CommandError::Overloaded | CommandError::Unavailable(_) => {
                Self::unavailable(DATABASE).with_source(error)
            }
            CommandError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<DirectError> for Failure {
    fn from(error: DirectError) -> Self {
        match error {
            DirectError::Oneself => Self::invalid_field("member_ids.0", "invalid", error.to_string()),
            DirectError::UnknownPerson => Self::not_found("person"),
            DirectError::NotConnected => Self::new(Reason::NotConnected, error.to_string()),
            DirectError::Repeat(error) => error.into(),
            DirectError::Store(error) => error.into(),
        }
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::NotFound => Self::not_found("conversation"),
            FindError::Store(error) => error.into(),
        }
    }
}

impl From<InboxError> for Failure {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Cursor(error) => Self::invalid_field("cursor", "invalid", error.to_string()),
            InboxError::Store(error) => error.into(),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(refusal) => refusal.into(),
            ReadError::Store(error) => error.into(),
            ReadError::Shared(error) if error.is_outage() => Self::unavailable(DATABASE).with_source(error),
            ReadError::Shared(error) => Self::internal(error),
        }
    }
}

impl From<EraseError> for Failure {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::StillTelling => Self::unavailable("the bus").with_source(error),
            EraseError::Store(error) => error.into(),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Files(error) => error.into(),
            ExportError::Json(_) => Self::internal(error),
        }
    }
}

impl From<PositionsError> for Failure {
    fn from(error: PositionsError) -> Self {
        match error {
            PositionsError::Horizon(_) => Self::invalid_field("asked", "invalid", error.to_string()),
            PositionsError::TooMany => Self::invalid_field("asked", "too_many", error.to_string()),
            PositionsError::Store(error) => error.into(),
        }
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Token => Self::invalid_field("since", "invalid", error.to_string()),
            SyncError::Over => Self::new(Reason::ResyncRequired, error.to_string()),
            SyncError::Store(error) => error.into(),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Refused(refusal) => refusal.into(),
            SearchError::Cursor(error) => Self::invalid_field("cursor", "invalid", error.to_string()),
            SearchError::Store(error) => error.into(),
        }
    }
}
