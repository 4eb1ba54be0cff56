//! GET /v1/ws: who may open a socket, checked in the order of contract section 7, and the switch of protocols.

use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use axum::routing::get;
use http::header::{
    CONNECTION, HeaderMap, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderName, StatusCode};
use hyper::upgrade::OnUpgrade;
use pulse_rpc::{Failure, Reason};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::domain::connection::Transport;
use crate::http::extract::{Caller, authenticate, bearer, no_token};
use crate::http::problem::Refusal;
use crate::http::query::QueryText;
use crate::state::State;
use crate::ws::frames;
use crate::ws::hub::Scope;
use crate::ws::{connection, entry};

/// The one protocol we speak; a client must offer it.
const PROTOCOL: &str = "pulse.v1.json";
/// A browser can't set `Authorization`, so it offers its token as a second protocol, which is never echoed.
const TOKEN_PREFIX: &str = "bearer.";

/// The socket's address.
pub fn router() -> Router<Arc<State>> {
    Router::new().route("/v1/ws", get(open))
}

async fn open(
    Shared(state): Shared<Arc<State>>,
    query: QueryText,
    mut request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers();
    check_origin(&state, headers)?;
    let _under_way = state.limits.begin_handshake()?;
    let caller = check_token(&state, headers).await?;
    let accept = check_upgrade(headers)?;
    check_protocol(headers)?;
    let scope = read_scope(query)?;
    entry::require_scope(&state, &caller, scope).await?;
    let on_upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or_else(upgrade_required)?;
    let seat = entry::take_seat(&state, &caller, scope, Transport::WebSocket).await?;
    // For the first send. When auth can't be asked, that send is refused.
    let _ = state.verified.require(caller.principal.user_id).await;
    entry::greet(&state, &caller, &seat, state.settings.heartbeat_interval).await?;
    let token_ends_at = frames::expires_at(&caller.claims);
    let hub = state.hub.clone();
    hub.spawn(Box::pin(async move {
        match on_upgrade.await {
            Ok(upgraded) => connection::run(state, seat, upgraded, token_ends_at).await,
            Err(error) => tracing::debug!(%error, "a client left before its socket was open"),
        }
    }));
    switching(&accept)
}

fn check_origin(state: &State, headers: &HeaderMap) -> Result<(), Failure> {
    // Without an Origin it is no browser.
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    match origin.to_str().is_ok_and(|origin| state.settings.allows_origin(origin)) {
        true => Ok(()),
        false => {
            Err(Failure::new(Reason::OriginNotAllowed, "pages of this origin may not open sockets here"))
        }
    }
}

async fn check_token(state: &State, headers: &HeaderMap) -> Result<Caller, Failure> {
    let offered = protocols(headers).find_map(|protocol| protocol.strip_prefix(TOKEN_PREFIX));
    let token = bearer(headers)?.or(offered).ok_or_else(no_token)?;
    authenticate(state, token).await
}

/// The value that proves to the client that we understood it.
fn check_upgrade(headers: &HeaderMap) -> Result<String, Failure> {
    let asks = tokens(headers, &UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
        && tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"))
        && tokens(headers, &SEC_WEBSOCKET_VERSION).any(|version| version == "13");
    if !asks {
        return Err(upgrade_required());
    }
    let key = headers.get(SEC_WEBSOCKET_KEY);
    let key =
        key.ok_or_else(|| Failure::new(Reason::Malformed, "the header Sec-WebSocket-Key is missing"))?;
    Ok(derive_accept_key(key.as_bytes()))
}

fn upgrade_required() -> Failure {
    Failure::new(
        Reason::UpgradeRequired,
        "this is the address of the socket: ask for an upgrade to WebSocket, version 13",
    )
}

fn check_protocol(headers: &HeaderMap) -> Result<(), Failure> {
    match protocols(headers).any(|protocol| protocol == PROTOCOL) {
        true => Ok(()),
        false => Err(Failure::new(Reason::Malformed, format!("offer the subprotocol {PROTOCOL}"))),
    }
}

fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    tokens(headers, &SEC_WEBSOCKET_PROTOCOL)
}

/// The parts of a list that may stand in several headers.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

fn read_scope(query: QueryText) -> Result<Scope, Failure> {
    let mut fields = query.fields(&["scope"]);
    let scope = fields.optional_parsed::<Scope>("scope", "all, inbox or conversation:<id>");
    fields.finish(|| Some(scope?.unwrap_or(Scope::All)))
}

/// A scope that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidScope;

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            None if text == "inbox" => Ok(Self::Inbox),
            Some(("conversation", id)) => id.parse().map(Self::Conversation).map_err(|_| InvalidScope),
            _ => Err(InvalidScope),
        }
    }
}

fn switching(accept: &str) -> Result<Response, Refusal> {
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_ACCEPT, accept)
        .header(SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
        .body(Body::empty());
    response.map_err(|error| Failure::internal(error).into())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn scopes_are_read_or_refused() {
        let id = "0190a5c6-7c1f-7000-8000-000000000001";
        assert_eq!("all".parse(), Ok(Scope::All));
        assert_eq!("inbox".parse(), Ok(Scope::Inbox));
        assert_eq!(format!("conversation:{id}").parse(), Ok(Scope::Conversation(id.parse().expect("an id"))));
        for text in ["", "ALL", "all:", "conversation", "conversation:", "conversation:x", "room:1"] {
            assert_eq!(text.parse::<Scope>(), Err(InvalidScope), "{text}");
        }
    }

    #[test]
    fn an_upgrade_is_asked_for_in_full() {
        let complete = [
            (CONNECTION, "keep-alive, Upgrade"),
            (UPGRADE, "WebSocket"),
            (SEC_WEBSOCKET_VERSION, "13"),
            (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        // The example of RFC 6455 section 1.3.
        assert_eq!(check_upgrade(&headers(&complete)).expect("an upgrade"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for missing in 0..3 {
            let mut some = complete.to_vec();
            some.remove(missing);
            assert_eq!(check_upgrade(&headers(&some)).expect_err("plain").reason, Reason::UpgradeRequired);
        }
        assert_eq!(check_upgrade(&headers(&complete[..3])).expect_err("no key").reason, Reason::Malformed);
    }

    #[test]
    fn the_protocol_is_found_beside_the_token() {
        let offered = headers(&[(SEC_WEBSOCKET_PROTOCOL, "bearer.abc, pulse.v1.json")]);
        assert!(check_protocol(&offered).is_ok());
        assert_eq!(protocols(&offered).find_map(|protocol| protocol.strip_prefix(TOKEN_PREFIX)), Some("abc"));
        assert!(check_protocol(&headers(&[(SEC_WEBSOCKET_PROTOCOL, "bearer.abc")])).is_err());
    }
}
