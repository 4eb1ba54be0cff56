//! What can go wrong between a client and the service.

use serde::Deserialize;

use crate::models::MfaChallenge;

/// A failed request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refused it and says why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// The password was right, but there is a second factor: go on with the second step.
    #[error("the second factor is needed")]
    SecondFactor(MfaChallenge),
    /// The answer did not come, or not whole.
    #[error("the service can't be reached")]
    Http(#[from] reqwest::Error),
    /// The socket could not be opened or broke.
    #[error("the socket failed")]
    Socket(#[from] Box<tokio_tungstenite::tungstenite::Error>),
    /// The socket was closed, with the close code if one came.
    #[error("the socket was closed with {code:?}: {reason}")]
    Closed {
        /// Close code; `None` when the connection just ended.
        code: Option<u16>,
        /// Text beside the code.
        reason: String,
    },
    /// The answer is not what the contract says.
    #[error("the answer can't be read: {0}")]
    Unreadable(String),
    /// The address is none.
    #[error("`{0}` is no http address")]
    Address(String),
}

impl Error {
    /// The `code` of the contract, when the service refused the request.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }
}

/// RFC 9457 problem, as section 1 of the contract shapes it; also the `error` of a frame, without the status.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    /// HTTP status; 0 in a frame.
    #[serde(default)]
    pub status: u16,
    /// Stable reason.
    pub code: String,
    /// What was wrong and what to do.
    #[serde(default)]
    pub detail: String,
    /// When a repeat may help, in frames.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// Faults of single fields.
    #[serde(default)]
    pub errors: Vec<ProblemField>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProblemField {
    /// Path of the field.
    pub field: String,
    /// Code of the contract.
    pub code: String,
    /// For people.
    #[serde(default)]
    pub detail: String,
}
