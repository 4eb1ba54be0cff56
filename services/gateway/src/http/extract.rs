//! What handlers take from a request: who asks, ids in the path, and the body, each refused as contract section 1 says.

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, USER_AGENT};
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use pulse_rpc::{Failure, Principal, Reason};
use pulse_token::{Claims, InvalidToken};
use serde_json::{Map, Value};

use crate::clients::auth::Device;
use crate::domain::limits::FRAME_MAX_BYTES;
use crate::ended::KEEP;
use crate::http::layers::ClientIp;
use crate::http::problem::Refusal;
use crate::json::{Fields, parse_object};
use crate::state::State;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How much of a body that is too large is read and thrown away, so that the client comes to read the answer.
const DISCARD_MAX_BYTES: usize = 1024 * 1024;
/// Characters of a `User-Agent` that are kept.
const USER_AGENT_MAX: usize = 512;

/// Oldest access token that is looked at.
const TOKEN_AGE_MAX_SECONDS: i64 = KEEP.as_secs().cast_signed();

/// Who asks, by a valid access token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person and their session.
    pub principal: Principal,
    /// What the token says.
    pub claims: Claims,
}

/// Checks an access token.
///
/// # Errors
/// `unauthenticated`, `token_expired`, `session_revoked`; `unavailable` when the keys can't be had.
pub async fn authenticate(state: &State, token: &str) -> Result<Caller, Failure> {
    let claims = state.verifier.verify(token).await.map_err(|error| match error {
        InvalidToken::Garbled => {
            Failure::new(Reason::Unauthenticated, "the access token is not valid; sign in")
        }
        InvalidToken::Expired => expired(),
        InvalidToken::Keys(error) => {
            Failure::unavailable("the service that checks access tokens").with_source(error)
        }
    })?;
    // Ends of sessions are remembered for as long; an older token can't be checked.
    if state.clock.now().unix_timestamp() - claims.iat >= TOKEN_AGE_MAX_SECONDS {
        return Err(expired());
    }
    state.revocation.require_live(claims.sid).await?;
    Ok(Caller { principal: Principal { user_id: claims.sub, session_id: claims.sid }, claims })
}

fn expired() -> Failure {
    Failure::new(Reason::TokenExpired, "refresh the session and repeat the request once")
}

/// The token of `Authorization: Bearer`; `None` without the header.
///
/// # Errors
/// `unauthenticated` for a header that says something else.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Failure::new(Reason::Unauthenticated, "Authorization is written `Bearer <access_token>`")),
    }
}

/// What a request without a token is told.
#[must_use]
pub fn no_token() -> Failure {
    Failure::new(Reason::Unauthenticated, "send the access token as `Authorization: Bearer <access_token>`")
}

impl FromRequestParts<Arc<State>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Refusal> {
        let token = bearer(&parts.headers)?.ok_or_else(no_token)?;
        let caller = authenticate(state, token).await?;
        refuse_encoding(&parts.headers)?;
        Ok(caller)
    }
}

/// Says that a request which needs no token is not encoded.
#[derive(Debug, Clone, Copy)]
pub struct Unencoded;

impl FromRequestParts<Arc<State>> for Unencoded {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> Result<Self, Refusal> {
        refuse_encoding(&parts.headers)?;
        Ok(Self)
    }
}

fn refuse_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Failure::new(Reason::UnsupportedMediaType, "send the request without Content-Encoding"));
    }
    Ok(())
}

/// The one parameter of a path, as text. It is read after body and query, because what is not there is told after what is
/// not valid.
#[derive(Debug, Clone)]
pub struct PathText(Option<String>);

impl PathText {
    /// The text.
    ///
    /// # Errors
    /// `not_found` when it is no UTF-8.
    pub fn text(self, what: &str) -> Result<String, Failure> {
        self.0.ok_or_else(|| Failure::not_found(what))
    }

    /// The id that the text is.
    ///
    /// # Errors
    /// `not_found` when it is none.
    pub fn id<T: FromStr>(&self, what: &str) -> Result<T, Failure> {
        self.0.as_deref().and_then(|text| text.parse().ok()).ok_or_else(|| Failure::not_found(what))
    }
}

impl FromRequestParts<Arc<State>> for PathText {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(text)| text)))
    }
}

/// Something that is read from a body, field by field.
pub trait RequestBody: Sized {
    /// Takes its fields; `None` after a fault.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// A JSON object that was sent, or nothing.
#[derive(Debug)]
pub struct Body(Option<Map<String, Value>>);

impl Body {
    /// Whether nothing was sent.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a field is `true`, before anything else is checked.
    #[must_use]
    pub fn has_flag(&self, name: &str) -> bool {
        self.0.as_ref().and_then(|map| map.get(name)) == Some(&Value::Bool(true))
    }

    /// Whether a field is there, before anything else is checked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|map| map.contains_key(name))
    }

    /// Reads the fields.
    ///
    /// # Errors
    /// `validation_failed` with all faults; `malformed` when nothing was sent and a field must be.
    pub fn read<T: RequestBody>(self) -> Result<T, Failure> {
        self.read_with(T::read)
    }

    /// The same, by a function that knows more than the fields.
    ///
    /// # Errors
    /// As [`Body::read`].
    pub fn read_with<T>(self, read: impl FnOnce(&mut Fields) -> Option<T>) -> Result<T, Failure> {
        let is_empty = self.is_empty();
        let mut fields = Fields::new(self.0.unwrap_or_default());
        let value = read(&mut fields);
        fields.finish(|| value).map_err(|failure| match is_empty {
            true => Failure::new(Reason::Malformed, "a JSON object must be sent"),
            false => failure,
        })
    }
}

/// A body without fields: nothing, or `{}`.
#[derive(Debug)]
pub struct NoFields;

impl RequestBody for NoFields {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
}

impl FromRequest<Arc<State>> for Body {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &Arc<State>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        refuse_encoding(&parts.headers)?;
        let is_json = parts.headers.get(CONTENT_TYPE).is_some_and(is_json);
        let has_type = parts.headers.contains_key(CONTENT_TYPE);
        let unsupported = || Failure::new(Reason::UnsupportedMediaType, "send the body as application/json");
        // Known before it is read: the type first, as the order of section 1 wants.
        if !is_json && (has_type || !axum::body::HttpBody::is_end_stream(&body)) {
            return Err(unsupported().into());
        }
        let bytes = tokio::time::timeout(BODY_TIMEOUT, collect(body))
            .await
            .map_err(|_| Failure::new(Reason::Malformed, "the body did not arrive in time"))??;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        let map = parse_object(&bytes).map_err(Failure::from)?;
        Ok(Self(Some(map)))
    }
}

fn is_json(value: &http::HeaderValue) -> bool {
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

async fn collect(body: axum::body::Body) -> Result<bytes::Bytes, Failure> {
    let mut body = Limited::new(body, FRAME_MAX_BYTES + DISCARD_MAX_BYTES);
    let mut bytes = bytes::BytesMut::new();
    let mut is_too_large = false;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                let Ok(data) = frame.into_data() else { continue };
                is_too_large |= bytes.len() + data.len() > FRAME_MAX_BYTES;
                if !is_too_large {
                    bytes.extend_from_slice(&data);
                }
            }
            Err(error) if error.is::<LengthLimitError>() => {
                is_too_large = true;
                break;
            }
            Err(error) => {
                return Err(Failure::new(Reason::Malformed, "the body broke off").with_source(error));
            }
        }
    }
    if is_too_large {
        return Err(Failure::new(Reason::TooLarge, format!("a body has at most {FRAME_MAX_BYTES} bytes")));
    }
    Ok(bytes.freeze())
}

impl FromRequestParts<Arc<State>> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

impl FromRequestParts<Arc<State>> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> Result<Self, Infallible> {
        let agent = parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let user_agent = agent.map(|text| text.chars().take(USER_AGENT_MAX).collect()).unwrap_or_default();
        let ip = parts
            .extensions
            .get::<ClientIp>()
            .and_then(|ip| ip.0)
            .map(|ip| ip.to_string())
            .unwrap_or_default();
        Ok(Self { user_agent, ip })
    }
}
