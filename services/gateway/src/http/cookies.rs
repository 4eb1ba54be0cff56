//! The cookies that keep secrets out of a page's reach (contract section 3):
//!
//! | cookie | keeps | sent to | for |
//! |---|---|---|---|
//! | `pulse_rt_<session_id>` | the refresh token of one session | our own pages' calls of `/v1/auth` | until the session's end |
//! | `pulse_device` | by what accounts know this browser | the same | a year |
//! | `pulse_oauth` | that this browser began a flow with an outside provider | `/v1/auth/oauth`, also when coming back from it | 10 min |

use axum_extra::extract::cookie::{Cookie, CookieJar, Expiration, SameSite};
use http::header::{HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use pulse_rpc::{Failure, Reason};
use pulse_types::{Clock as _, SessionId};
use time::{Duration, OffsetDateTime};

use crate::config::Settings;
use crate::domain::Moment;
use crate::state::State;

/// Browsers send the tokens of sessions and devices nowhere else.
const PATH: &str = "/v1/auth";
const DEVICE: &str = "pulse_device";
const DEVICE_LIFE: Duration = Duration::days(365);
const FLOW: &str = "pulse_oauth";
const FLOW_PATH: &str = "/v1/auth/oauth";

/// Refuses a request that comes from a page of another origin. Without `Origin` it does not come from a page.
///
/// # Errors
/// `origin_not_allowed`.
pub fn require_own_origin(settings: &Settings, headers: &HeaderMap) -> Result<(), Failure> {
    if is_own_origin(settings, headers) {
        return Ok(());
    }
    Err(Failure::new(
        Reason::OriginNotAllowed,
        "cookies are for pages of this installation; keep the refresh token yourself",
    ))
}

/// Whether the request may use cookies.
#[must_use]
pub fn is_own_origin(settings: &Settings, headers: &HeaderMap) -> bool {
    headers
        .get_all(ORIGIN)
        .iter()
        .all(|origin| origin.to_str().is_ok_and(|origin| settings.allows_origin(origin)))
}

/// The refresh token of a session, from its cookie.
#[must_use]
pub fn refresh_token(headers: &HeaderMap, session_id: SessionId) -> Option<String> {
    read(headers, &session_name(session_id))
}

/// `Set-Cookie` that keeps a refresh token until the session's end.
#[must_use]
pub fn keep(
    state: &State,
    session_id: SessionId,
    refresh_token: &str,
    ends_at: Moment,
) -> Option<HeaderValue> {
    let ends_at = ends_at.as_time();
    let max_age = (ends_at - state.clock.now()).max(Duration::ZERO);
    let cookie = Cookie::build((session_name(session_id), refresh_token.to_owned()));
    write(&state.settings, cookie.path(PATH).same_site(SameSite::Strict).into(), (max_age, ends_at))
}

/// Makes a browser forget a session's token, when the request comes from a page that may have it.
pub fn forget(settings: &Settings, request: &HeaderMap, session_id: SessionId, response: &mut HeaderMap) {
    if is_own_origin(settings, request) {
        let cookie = Cookie::build((session_name(session_id), "")).path(PATH).same_site(SameSite::Strict);
        set(response, write(settings, cookie.into(), (Duration::ZERO, OffsetDateTime::UNIX_EPOCH)));
    }
}

/// By what accounts know the browser; only our own pages' requests show it.
#[must_use]
pub fn device_token(settings: &Settings, headers: &HeaderMap) -> Option<String> {
    if is_own_origin(settings, headers) { read(headers, DEVICE) } else { None }
}

/// `Set-Cookie` that keeps by what accounts know the browser.
#[must_use]
pub fn keep_device(state: &State, device_token: &str) -> Option<HeaderValue> {
    let cookie = Cookie::build((DEVICE, device_token.to_owned())).path(PATH).same_site(SameSite::Strict);
    write(&state.settings, cookie.into(), (DEVICE_LIFE, state.clock.now() + DEVICE_LIFE))
}

/// What the browser keeps of the flow that it began; empty for none.
#[must_use]
pub fn flow_token(headers: &HeaderMap) -> String {
    read(headers, FLOW).unwrap_or_default()
}

/// `Set-Cookie` that binds a flow to the browser. It must come along when a provider sends the browser back, so it can't be
/// `Strict`.
#[must_use]
pub fn keep_flow(state: &State, browser_token: &str, life: Duration) -> Option<HeaderValue> {
    let cookie = Cookie::build((FLOW, browser_token.to_owned())).path(FLOW_PATH).same_site(SameSite::Lax);
    write(&state.settings, cookie.into(), (life, state.clock.now() + life))
}

/// Adds a `Set-Cookie`, if there is one.
pub fn set(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

fn session_name(session_id: SessionId) -> String {
    format!("pulse_rt_{session_id}")
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

fn write(
    settings: &Settings,
    mut cookie: Cookie<'_>,
    (max_age, ends_at): (Duration, OffsetDateTime),
) -> Option<HeaderValue> {
    cookie.set_http_only(true);
    cookie.set_max_age(Duration::seconds(max_age.whole_seconds()));
    cookie.set_expires(Expiration::from(ends_at));
    if settings.has_secure_cookies() {
        cookie.set_secure(true);
    }
    HeaderValue::try_from(cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use pulse_runtime::Reader;
    use time::macros::datetime;

    use super::*;

    fn settings(public_url: &str, insecure_cookies: &str) -> Settings {
        let seed = URL_SAFE_NO_PAD.encode([1; 32]);
        let mut reader = Reader::from_pairs([
            ("PULSE_GATEWAY_LISTEN", "127.0.0.1:0"),
            ("PULSE_GATEWAY_AUTH_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_SOCIAL_GRAPH_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_MESSAGE_STORE_ADDR", "localhost:1"),
            ("PULSE_GATEWAY_NATS_URL", "nats://localhost:1"),
            ("PULSE_GATEWAY_REDIS_URL", "redis://localhost:1"),
            ("PULSE_PUBLIC_URL", public_url),
            ("PULSE_INSECURE_COOKIES", insecure_cookies),
            ("PULSE_SERVICE_KEY", &seed),
        ]);
        let settings = Settings::read(&mut reader);
        reader.finish(|| settings).expect("settings")
    }

    #[test]
    fn a_cookie_is_as_section_3_says() {
        let session_id: SessionId = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        let life = (Duration::seconds(60), datetime!(2026-01-31 09:30 UTC));
        let cookie = |settings: &Settings| {
            let cookie = Cookie::build((session_name(session_id), "token"));
            let cookie = cookie.path(PATH).same_site(SameSite::Strict);
            write(settings, cookie.into(), life).expect("a cookie")
        };
        let plain = "pulse_rt_0190a5c6-7c1f-7000-8000-000000000001=token; HttpOnly; SameSite=Strict; Path=/v1/auth; Max-Age=60; \
            Expires=Sat, 31 Jan 2026 09:30:00 GMT";
        assert_eq!(cookie(&settings("http://localhost:8080", "on")), plain);
        let secure = plain.replace("SameSite=Strict;", "SameSite=Strict; Secure;");
        for (url, insecure) in
            [("http://localhost:8080", "off"), ("https://chat.example", "on"), ("http://chat.example", "on")]
        {
            assert_eq!(cookie(&settings(url, insecure)), secure, "{url}");
        }
    }

    #[test]
    fn a_forgotten_cookie_is_over() {
        let session_id: SessionId = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        let settings = settings("https://chat.example", "off");
        let mut headers = HeaderMap::new();
        forget(&settings, &HeaderMap::new(), session_id, &mut headers);
        let text = headers[SET_COOKIE].to_str().expect("text");
        assert!(
            text.contains("=;")
                && text.contains("Max-Age=0")
                && text.contains("Secure")
                && text.contains("Path=/v1/auth"),
            "{text}"
        );
    }

    #[test]
    fn a_foreign_page_neither_shows_nor_loses_cookies() {
        let settings = settings("https://chat.example", "off");
        let session_id: SessionId = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        let mut request = HeaderMap::new();
        request.insert(http::header::COOKIE, HeaderValue::from_static("pulse_device=known"));
        assert_eq!(device_token(&settings, &request).as_deref(), Some("known"));
        request.insert(ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert_eq!(device_token(&settings, &request), None);
        let mut response = HeaderMap::new();
        forget(&settings, &request, session_id, &mut response);
        assert!(response.is_empty());
    }
}
