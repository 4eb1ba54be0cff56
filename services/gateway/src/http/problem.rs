//! Failures as the public API tells them: RFC 9457, `application/problem+json` (contract section 1).

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use pulse_rpc::{Failure, Kind, Reason};
use pulse_types::RequestId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::limits::Exceeded;

/// Media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Seconds after which a repeat may help when nobody said.
const DEFAULT_RETRY_AFTER_SECONDS: u64 = 1;
/// Rule of the lockout after failed sign-ins (contract section 3, "Guessing").
const GUESSES: Policy = Policy { name: "guesses", quota: 10, window_seconds: 900 };

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Path of the field, like `member_ids.3`.
    #[schema(example = "member_ids.3")]
    field: String,
    /// `required`, `unknown_field`, `invalid`, `too_short`, `too_long`, `too_small`, `too_large`, `too_many`, `not_allowed`,
    /// `taken`, `common_password`.
    #[schema(example = "invalid")]
    code: String,
    /// What was wrong and what would be right.
    #[schema(example = "must be a UUID")]
    detail: String,
}

/// An error. Clients branch on `code`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:pulsechat:error:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:pulsechat:error:validation_failed")]
    kind: String,
    /// A short title for people.
    #[schema(value_type = String, example = "The request is not valid")]
    title: &'static str,
    /// The HTTP status again.
    #[schema(example = 422)]
    status: u16,
    /// Stable reason.
    #[schema(value_type = String, example = "validation_failed")]
    code: &'static str,
    /// What was wrong and what to do.
    detail: String,
    /// The `X-Request-Id` of this answer.
    #[schema(value_type = uuid::Uuid)]
    request_id: RequestId,
    /// Faults of single fields; with 422 and `username_taken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    errors: Option<Vec<FieldError>>,
}

/// A request that is not granted. It becomes a problem at the edge, which knows the request's id.
#[derive(Debug, Clone)]
pub struct Refusal {
    failure: Arc<Failure>,
    policy: Option<Policy>,
}

/// The rule that a request was too much for, as the RateLimit headers tell it.
#[derive(Debug, Clone, Copy)]
struct Policy {
    name: &'static str,
    quota: u64,
    window_seconds: u64,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure: Arc::new(failure), policy: None }
    }
}

impl From<Exceeded> for Refusal {
    fn from(exceeded: Exceeded) -> Self {
        let policy = Policy {
            name: exceeded.name,
            quota: exceeded.quota.into(),
            window_seconds: exceeded.window.as_secs(),
        };
        Self { failure: Arc::new(exceeded.into()), policy: Some(policy) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status(&self.failure).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problem into a response that refuses; others stay as they are. A bare 405 of the router is one that refuses.
pub fn write(mut response: Response, request_id: RequestId) -> Response {
    let refusal = response.extensions_mut().remove::<Refusal>();
    let refusal = match refusal {
        Some(refusal) => refusal,
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => Failure::new(
            Reason::MethodNotAllowed,
            "this path is there, but not for this method; see the header Allow",
        )
        .into(),
        None => return response,
    };
    let failure = refusal.failure;
    failure.log();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    write_headers(&failure, refusal.policy, &mut parts.headers);
    let body = serde_json::to_vec(&problem(&failure, request_id)).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

fn status(failure: &Failure) -> StatusCode {
    StatusCode::from_u16(failure.reason.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn problem(failure: &Failure, request_id: RequestId) -> Problem {
    let has_errors = matches!(failure.reason, Reason::ValidationFailed | Reason::UsernameTaken);
    let errors = failure.fields.iter().map(|fault| FieldError {
        field: fault.field.clone(),
        code: fault.code.clone(),
        detail: fault.detail.clone(),
    });
    let mut errors: Vec<_> = errors.collect();
    if errors.is_empty() && failure.reason == Reason::UsernameTaken {
        errors.push(FieldError {
            field: "username".to_owned(),
            code: "taken".to_owned(),
            detail: failure.detail.clone(),
        });
    }
    Problem {
        kind: format!("urn:pulsechat:error:{}", failure.reason.as_str()),
        title: failure.reason.title(),
        status: failure.reason.http_status(),
        code: failure.reason.as_str(),
        detail: failure.detail.clone(),
        request_id,
        errors: has_errors.then_some(errors),
    }
}

fn write_headers(failure: &Failure, policy: Option<Policy>, headers: &mut http::HeaderMap) {
    let seconds = failure.retry_after.map_or(DEFAULT_RETRY_AFTER_SECONDS, |after| {
        u64::try_from(after.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
    });
    match failure.kind() {
        Kind::Unauthenticated => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Kind::TooMany => {
            headers.insert(RETRY_AFTER, seconds.into());
            let policy = policy.unwrap_or(match failure.reason {
                Reason::LockedOut => GUESSES,
                _ => Policy { name: "requests", quota: 1, window_seconds: seconds },
            });
            set(
                headers,
                "ratelimit-policy",
                &format!("\"{}\";q={};w={}", policy.name, policy.quota, policy.window_seconds),
            );
            set(headers, "ratelimit", &format!("\"{}\";r=0;t={seconds}", policy.name));
        }
        Kind::Unavailable => {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        _ => {}
    }
    if failure.reason == Reason::UpgradeRequired {
        // RFC 9110 section 15.5.22.
        headers.insert(http::header::UPGRADE, HeaderValue::from_static("websocket"));
    }
}

fn set(headers: &mut http::HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pulse_types::SystemClock;

    use super::*;

    fn answered(failure: Failure) -> Response {
        write(Refusal::from(failure).into_response(), RequestId::new(&SystemClock))
    }

    #[test]
    fn a_retry_is_told_in_whole_seconds_rounded_up() {
        let response =
            answered(Failure::new(Reason::LockedOut, "wait").with_retry_after(Duration::from_millis(6001)));
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[RETRY_AFTER], "7");
        assert_eq!(response.headers()["ratelimit-policy"], "\"guesses\";q=10;w=900");
        assert_eq!(response.headers()["ratelimit"], "\"guesses\";r=0;t=7");
    }

    #[test]
    fn a_401_names_the_scheme_and_a_success_is_left_alone() {
        assert_eq!(
            answered(Failure::new(Reason::TokenExpired, "refresh")).headers()[WWW_AUTHENTICATE],
            "Bearer"
        );
        let untouched = write("hello".into_response(), RequestId::new(&SystemClock));
        assert_ne!(untouched.headers()[CONTENT_TYPE], PROBLEM_JSON);
    }

    #[test]
    fn errors_stand_with_422_and_a_taken_username_alone() {
        let id = RequestId::new(&SystemClock);
        let taken = problem(&Failure::new(Reason::UsernameTaken, "ada is taken"), id);
        assert_eq!(taken.errors.expect("errors")[0].code, "taken");
        assert!(problem(&Failure::not_found("user"), id).errors.is_none());
    }
}
