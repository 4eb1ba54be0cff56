//! A failure with its reason, on its way to a caller: as gRPC status, as message in a stream, and back.

use std::error::Error as StdError;
use std::time::Duration;

use pulse_proto::common::v1 as proto;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::kind::Kind;
use crate::reason::Reason;

/// Domain of our reasons in `google.rpc.ErrorInfo`.
const DOMAIN: &str = "pulsechat";
const GRPC_OK: u32 = Code::Ok as u32;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Path of the field, like `member_ids.3`.
    pub field: String,
    /// One of the contract's field codes: `required`, `unknown_field`, `invalid`, `too_short`, `too_long`, `too_small`,
    /// `too_large`, `too_many`, `not_allowed`, `taken`, `common_password`.
    pub code: String,
    /// What was wrong and what would be right.
    pub detail: String,
}

impl FieldFault {
    /// Names a field, a code of the contract and a text for the caller.
    #[must_use]
    pub fn new(field: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), detail: detail.into() }
    }
}

/// A failure as the caller sees it, and beside it the cause that only the log sees.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", reason.as_str())]
pub struct Failure {
    /// Stable reason.
    pub reason: Reason,
    /// For the caller: what was wrong and what to do.
    pub detail: String,
    /// When a repeat may help.
    pub retry_after: Option<Duration>,
    /// Faults of single fields.
    pub fields: Vec<FieldFault>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure with a text for the caller.
    #[must_use]
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), retry_after: None, fields: Vec::new(), source: None }
    }

    /// Some fields are not as they must be.
    #[must_use]
    pub fn validation(fields: Vec<FieldFault>) -> Self {
        let detail = match fields.as_slice() {
            [one] => format!("{}: {}", one.field, one.detail),
            many => format!("{} fields are not valid; see errors", many.len()),
        };
        Self { fields, ..Self::new(Reason::ValidationFailed, detail) }
    }

    /// One field is not as it must be.
    #[must_use]
    pub fn invalid_field(
        field: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::validation(vec![FieldFault::new(field, code, detail)])
    }

    /// It does not exist, or the caller may not see it.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Reason::NotFound, format!("there is no such {what}, or you may not see it"))
    }

    /// A fault of ours; the caller learns nothing but that.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Reason::Internal, "something went wrong on our side; the request id helps us find it")
            .with_source(source)
    }

    /// Something that is needed is down or late.
    #[must_use]
    pub fn unavailable(what: &str) -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(
                Reason::Unavailable,
                format!("{what} can't be reached just now; try again in a moment"),
            )
        }
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says when a repeat may help.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The kind of the reason.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.reason.kind()
    }

    /// Writes the failure into the log with its whole chain; `error` for faults of ours, `debug` for the caller's.
    pub fn log(&self) {
        let chain = self.chain();
        match self.kind() {
            Kind::Internal => {
                tracing::error!(error.reason = self.reason.as_str(), error.chain = %chain, "request failed")
            }
            Kind::Unavailable => {
                tracing::warn!(error.reason = self.reason.as_str(), error.chain = %chain, "request failed")
            }
            _ => {
                tracing::debug!(error.reason = self.reason.as_str(), error.chain = %chain, "request refused")
            }
        }
    }

    fn chain(&self) -> String {
        let mut text = self.detail.clone();
        let mut next = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }

    /// The failure as a message in a stream.
    #[must_use]
    pub fn to_message(&self) -> proto::Failure {
        proto::Failure {
            code: self.kind().grpc_code() as u32,
            reason: self.reason.as_str().to_owned(),
            detail: self.detail.clone(),
            retry_after_ms: self
                .retry_after
                .map_or(0, |after| u32::try_from(after.as_millis()).unwrap_or(u32::MAX)),
            fields: self.fields.iter().map(to_field_message).collect(),
        }
    }

    /// Reads a failure from a stream.
    #[must_use]
    pub fn from_message(message: proto::Failure) -> Self {
        let Some(reason) = Reason::parse(&message.reason).filter(|_| message.code != GRPC_OK) else {
            return Self::internal(format!("unknown reason `{}` in a stream", message.reason));
        };
        let millis = u64::from(message.retry_after_ms);
        Self {
            reason,
            detail: message.detail,
            retry_after: (millis > 0).then(|| Duration::from_millis(millis)),
            fields: message
                .fields
                .into_iter()
                .map(|fault| FieldFault { field: fault.field, code: fault.code, detail: fault.detail })
                .collect(),
            source: None,
        }
    }

    /// Reads what another process answered. A status without a reason is `unavailable` if the wire broke or the time ran
    /// out, else `internal`.
    #[must_use]
    pub fn from_status(status: Status) -> Self {
        let details = status.get_error_details();
        let reason = details
            .error_info()
            .filter(|info| info.domain == DOMAIN)
            .and_then(|info| Reason::parse(&info.reason));
        let Some(reason) = reason else {
            return match status.code() {
                Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Aborted => {
                    Self::unavailable("a service").with_source(status)
                }
                _ => Self::internal(status),
            };
        };
        Self {
            reason,
            detail: status.message().to_owned(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            fields: details
                .bad_request()
                .map(|bad| bad.field_violations.iter().map(from_violation).collect())
                .unwrap_or_default(),
            source: None,
        }
    }
}

fn to_field_message(fault: &FieldFault) -> proto::FieldFault {
    proto::FieldFault { field: fault.field.clone(), code: fault.code.clone(), detail: fault.detail.clone() }
}

/// `BadRequest` has no room for a code, so the description begins with it.
fn from_violation(violation: &FieldViolation) -> FieldFault {
    let (code, detail) =
        violation.description.split_once(": ").unwrap_or(("invalid", &violation.description));
    FieldFault::new(violation.field.clone(), code, detail)
}

impl From<Failure> for Status {
    /// Logs the failure, once: here it becomes a status.
    fn from(failure: Failure) -> Self {
        failure.log();
        let mut details = ErrorDetails::with_error_info(failure.reason.as_str(), DOMAIN, []);
        if let Some(after) = failure.retry_after {
            details.set_retry_info(Some(after));
        }
        for fault in &failure.fields {
            details
                .add_bad_request_violation(fault.field.clone(), format!("{}: {}", fault.code, fault.detail));
        }
        Self::with_error_details(failure.kind().grpc_code(), failure.detail, details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_crosses_the_wire_whole() {
        let faults = vec![
            FieldFault::new("body", "too_long", "at most 4000 characters"),
            FieldFault::new("seq", "invalid", "a: b"),
        ];
        let sent = Failure::validation(faults.clone()).with_retry_after(Duration::from_millis(1500));
        let streamed = Failure::from_message(sent.to_message());
        let got = Failure::from_status(Status::from(sent));
        for read in [got, streamed] {
            assert_eq!(read.reason, Reason::ValidationFailed);
            assert_eq!(read.fields, faults);
            assert_eq!(read.retry_after, Some(Duration::from_millis(1500)));
        }
    }

    #[test]
    fn a_status_without_a_reason_is_ours_or_the_wires() {
        assert_eq!(Failure::from_status(Status::unavailable("tcp")).reason, Reason::Unavailable);
        assert_eq!(Failure::from_status(Status::deadline_exceeded("late")).reason, Reason::Unavailable);
        assert_eq!(Failure::from_status(Status::invalid_argument("?")).reason, Reason::Internal);
    }

    #[test]
    fn the_cause_stays_in_the_process() {
        let status = Status::from(Failure::internal("password of the database"));
        assert!(!status.message().contains("database"));
        assert!(!String::from_utf8_lossy(status.details()).contains("database"));
    }
}
