//! GET /v1/events: what a socket carries, as server-sent events, for clients that have no sockets (contract section 7).

mod points;
mod stream;
mod text;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State as FromState};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use pulse_rpc::{Failure, Principal};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::stream::{Opening, Stream};
use crate::domain::connection::Transport;
use crate::http::extract::Caller;
use crate::http::problem::{Problem, Refusal};
use crate::http::query::QueryText;
use crate::http::serve::Connection;
use crate::http::sync::since;
use crate::limits::Limit;
use crate::state::State;
use crate::ws::entry;
use crate::ws::frames;
use crate::ws::hub::Scope;

/// Where a client stands that was cut off, as browsers would say it.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells proxies to let bytes go out as they come.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Chunks on their way to the connection. One: what waits longer waits in the socket's queue, where it is bounded and merged.
const CHUNKS: usize = 1;

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Live events
///
/// Server-sent events without end: what a socket of the same scope would carry, for reading with `fetch`. The data of each event is a
/// frame, as `/v1/asyncapi.json` describes them, first `hello`. The id of an event is a sync token: with it as `Last-Event-ID`, or as
/// `since`, nothing is missed: the frame after `hello` is then `sync`, and as long as its data says `has_more` another one follows; when
/// the last one before other events says so, go on by `GET /v1/sync`. Comments come every 15 seconds. The last frame is `closing`.
#[utoipa::path(get, path = "/v1/events", operation_id = "streamEvents", tag = "messages",
    params(
        ("scope" = Option<String>, Query, description = "`all`, `inbox` or `conversation:<id>`; absent: `all`", example = "all"),
        ("since" = Option<String>, Query, description = "Where the client stands: an id of an earlier stream, or any sync token"),
        ("Last-Event-ID" = Option<String>, Header, description = "The same, and it wins"),
    ),
    responses(
        (status = 200, description = "The stream", content_type = "text/event-stream", body = String),
        (status = 403, description = "`not_a_member` of the room", content_type = "application/problem+json", body = Problem),
        (status = 404, description = "`not_found`: no such conversation", content_type = "application/problem+json", body = Problem),
        (status = 410, description = "`resync_required`: the token is older than 30 days; drop the cache and begin again",
            content_type = "application/problem+json", body = Problem),
    ))]
async fn events(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    query: QueryText,
    request: Request,
) -> Result<Response, Refusal> {
    let _under_way = state.limits.begin_handshake()?;
    let (scope, since) = read(query, request.headers())?;
    entry::require_scope(&state, &caller, scope).await?;
    let seat = entry::take_seat(&state, &caller, scope, Transport::EventStream).await?;
    let hello_token = entry::greet(&state, &caller, &seat, stream::BEAT).await?;
    // After the greeting: what comes from now on waits in the queue, so nothing falls between.
    let missed = match &since {
        Some(since) => Some(page(&state, caller.principal, since).await?),
        None => None,
    };
    let (sender, receiver) = mpsc::channel(CHUNKS);
    let opening = Opening {
        seat,
        // Whoever is cut off before the sync frame came must not go on from behind it.
        token: since.unwrap_or(hello_token),
        missed,
        token_ends_at: frames::expires_at(&caller.claims),
        connection: request.extensions().get::<Connection>().cloned(),
    };
    let hub = state.hub.clone();
    hub.spawn(Box::pin(Stream::open(state, opening, sender).run()));
    let body = Body::from_stream(ReceiverStream::new(receiver).map(Ok::<_, std::convert::Infallible>));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

/// What changed since a token, one page of it.
async fn page(state: &State, caller: Principal, since: &str) -> Result<crate::domain::Sync, Failure> {
    state.limits.account(Limit::Sync, caller.user_id).await?;
    crate::sync::page(state, caller, since).await
}

/// The scope, and where the client stands. A client that is cut off repeats its address as it is and tells by the header what came
/// since: so the header wins, but both must be good.
fn read(query: QueryText, headers: &HeaderMap) -> Result<(Scope, Option<String>), Failure> {
    let mut fields = query.fields(&["scope", "since"]);
    let scope = fields.optional_parsed::<Scope>("scope", "all, inbox or conversation:<id>");
    let asked = since(&mut fields);
    let header = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty());
    let last_id = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    for (name, token) in
        [("since", asked.as_ref().and_then(Option::as_ref)), ("Last-Event-ID", last_id.as_ref())]
    {
        if token.is_some_and(|token| !crate::sync::is_token(token)) {
            fields.fault(name, "invalid", "must be a token that this account was given");
        }
    }
    fields.finish(|| Some((scope?.unwrap_or(Scope::All), last_id.or(asked?))))
}
