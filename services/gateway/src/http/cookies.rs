//! The cookie that keeps a refresh token out of a page's reach (contract section 3).

use axum_extra::extract::cookie::{Cookie, CookieJar, Expiration, SameSite};
use http::header::{HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use pulse_rpc::{Failure, Reason};
use pulse_types::{Clock as _, SessionId};
use time::{Duration, OffsetDateTime};

use crate::config::Settings;
use crate::domain::Moment;
use crate::state::State;

/// Browsers send it nowhere else.
const PATH: &str = "/v1/auth";

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
    let jar = CookieJar::from_headers(headers);
    jar.get(&name(session_id)).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
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
    write(&state.settings, session_id, refresh_token, (max_age, ends_at))
}

/// `Set-Cookie` that makes a browser forget a session's token.
#[must_use]
pub fn forget(settings: &Settings, session_id: SessionId) -> Option<HeaderValue> {
    write(settings, session_id, "", (Duration::ZERO, OffsetDateTime::UNIX_EPOCH))
}

/// Adds a `Set-Cookie`, if there is one.
pub fn set(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

fn name(session_id: SessionId) -> String {
    format!("pulse_rt_{session_id}")
}

fn write(
    settings: &Settings,
    session_id: SessionId,
    value: &str,
    (max_age, ends_at): (Duration, OffsetDateTime),
) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((name(session_id), value.to_owned()))
        .http_only(true)
        .same_site(SameSite::Strict)
        .path(PATH)
        .max_age(Duration::seconds(max_age.whole_seconds()))
        .expires(Expiration::from(ends_at))
        .build();
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
        let cookie = |settings: &Settings| write(settings, session_id, "token", life).expect("a cookie");
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
        let cookie = forget(&settings("https://chat.example", "off"), session_id).expect("a cookie");
        let text = cookie.to_str().expect("text");
        assert!(
            text.contains("=;")
                && text.contains("Max-Age=0")
                && text.contains("Secure")
                && text.contains("Path=/v1/auth"),
            "{text}"
        );
    }
}
