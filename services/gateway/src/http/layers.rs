//! What happens to each request and answer at the edge: an id, the trace, the client's address, the answer to preflights, and
//! the headers of section 1 on everything that leaves.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State as FromState};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use pulse_types::RequestId;
use tracing::Instrument as _;

use crate::config::{Network, Settings};
use crate::http::problem;
use crate::http::trace::Traceparent;
use crate::limits::Subject;
use crate::state::State;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const EXPOSED: &str =
    "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Traceparent";
const ALLOWED_METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Last-Event-ID, Traceparent, Tracestate";
const PREFLIGHT_SECONDS: &str = "600";

/// Where the client is, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub Option<IpAddr>);

/// Clients whose address is not known are counted together.
impl From<ClientIp> for Subject {
    fn from(ClientIp(ip): ClientIp) -> Self {
        ip.map_or_else(|| Self::from("unknown"), Self::from)
    }
}

/// Whether a path is the API's; all others are the web client's.
#[must_use]
pub fn is_api(path: &str) -> bool {
    ["/v1", "/.well-known"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Wraps all routes.
pub async fn edge(FromState(state): FromState<Arc<State>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = RequestId::new(&state.clock);
    let given = request
        .headers()
        .get(&TRACEPARENT)
        .and_then(|value| value.to_str().ok())
        .and_then(Traceparent::parse);
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!(
        "http.request", otel.name = %format!("{method} {route}"), otel.kind = "server", http.request.method = %method,
        http.route = %route, request.id = %request_id, http.response.status_code = tracing::field::Empty,
    );
    if let Some(given) = &given {
        pulse_runtime::trace_context::set_parent(&span, &given.to_string());
    }
    let traceparent = pulse_runtime::trace_context::of(&span)
        .unwrap_or_else(|| Traceparent::answer_to(given.as_ref(), request_id).to_string());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_api = is_api(request.uri().path());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let client_ip = peer.map(|peer| client_ip(&state.settings.trusted_proxies, peer, request.headers()));
    request.extensions_mut().insert(ClientIp(client_ip));

    let allowed_origin =
        origin.filter(|origin| origin.to_str().is_ok_and(|text| state.settings.allows_origin(text)));
    let is_preflight =
        method == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let response = async move {
        let response = match &allowed_origin {
            Some(_) if is_preflight => preflight(),
            _ => next.run(request).await,
        };
        let mut response = problem::write(response, request_id);
        write_cors(response.headers_mut(), allowed_origin);
        tracing::Span::current().record("http.response.status_code", response.status().as_u16());
        response
    };
    let mut response = response.instrument(span).await;
    write_headers(response.headers_mut(), &state.settings, is_api);
    if let Ok(value) = HeaderValue::try_from(request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Ok(value) = HeaderValue::try_from(traceparent) {
        response.headers_mut().insert(TRACEPARENT, value);
    }
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::histogram!("pulse_http_seconds", &labels).record(started.elapsed().as_secs_f64());
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_SECONDS));
    response
}

fn write_cors(headers: &mut HeaderMap, allowed_origin: Option<HeaderValue>) {
    // Also without an origin: a cache must not hand this answer to a page that has one.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = allowed_origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

fn write_headers(headers: &mut HeaderMap, settings: &Settings, is_api: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if settings.public_url.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// The peer, or what trusted proxies say: the last address that no trusted proxy has.
fn client_ip(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(ip));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> =
        forwarded.flat_map(|text| text.split(',')).map(|hop| hop.trim().parse::<IpAddr>()).collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        // What stands before something unreadable can't be believed either.
        let Ok(hop) = hop else { break };
        client = hop.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str]) -> String {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "::1".parse().expect("a network")];
        let headers = forwarded
            .iter()
            .map(|value| (HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(value)));
        client_ip(&trusted, peer.parse().expect("an address"), &headers.collect()).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::1", &["198.51.100.1, 10.0.0.7"]), "198.51.100.1");
        assert_eq!(
            seen("::ffff:10.0.0.1", &["192.0.2.66", "198.51.100.1"]),
            "198.51.100.1",
            "what stands before is the client's own word"
        );
        assert_eq!(seen("10.0.0.1", &["192.0.2.66, unknown, 10.0.0.7"]), "10.0.0.7");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_api_is_what_lies_under_its_two_roots() {
        for (path, expected) in
            [("/v1", true), ("/v1/me", true), ("/.well-known/jwks.json", true), ("/v10", false), ("/", false)]
        {
            assert_eq!(is_api(path), expected, "{path}");
        }
    }
}
