//! What failures of exports become. Those of a deletion are failures of its proof.

use pulse_rpc::{Failure, Reason};

use crate::ops::export::{ReadError, StartError};

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::TooMany(after) => {
                let detail = "an export is being made, or there were many of late; ask again later";
                Self::new(Reason::RateLimited, detail).with_retry_after(after)
            }
            StartError::NoAccount => Self::not_found("account"),
            StartError::Store(error) => error.into(),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => Self::not_found("export"),
            ReadError::NotFinished => Self::new(Reason::Conflict, "the archive is still being made"),
            ReadError::Store(error) => error.into(),
        }
    }
}
