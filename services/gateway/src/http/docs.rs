//! GET /v1/docs: a page to read and try what `/v1/openapi.json` and `/v1/asyncapi.json` describe. Its files are in `page/`, and in the
//! binary: it is there wherever the API is, and asks nobody else for anything.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::http::extract::Unencoded;
use crate::state::State;

/// Only files of ours, and only our API and sockets.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, media type and content of each file.
const FILES: [(&str, &str, &str); 9] = [
    ("/v1/docs", HTML, include_str!("../../page/index.html")),
    ("/v1/docs/icon.svg", SVG, include_str!("../../page/icon.svg")),
    ("/v1/docs/page.css", CSS, include_str!("../../page/page.css")),
    ("/v1/docs/page.js", SCRIPT, include_str!("../../page/page.js")),
    ("/v1/docs/elements.js", SCRIPT, include_str!("../../page/elements.js")),
    ("/v1/docs/operations.js", SCRIPT, include_str!("../../page/operations.js")),
    ("/v1/docs/frames.js", SCRIPT, include_str!("../../page/frames.js")),
    ("/v1/docs/schemas.js", SCRIPT, include_str!("../../page/schemas.js")),
    ("/v1/docs/console.js", SCRIPT, include_str!("../../page/console.js")),
];

/// The page and its files.
pub fn router() -> Router<Arc<State>> {
    FILES.into_iter().fold(Router::new(), |router, (path, media_type, content)| {
        router.route(path, get(move |_: Unencoded| async move { file(media_type, content) }))
    })
}

fn file(media_type: &'static str, content: &'static str) -> Response {
    let headers =
        [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, content).into_response()
}
