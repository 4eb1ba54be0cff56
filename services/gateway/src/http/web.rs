//! The built web client: files, and its page for whoever navigates (contract section 1, "Paths outside").

use std::path::Path;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use http::{Method, StatusCode, Uri};
use pulse_rpc::{Failure, Reason};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::http::layers::is_api;
use crate::http::problem::Refusal;

/// Scripts only from us; sockets to us by any name we have.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self' ws: wss:; worker-src 'self'; manifest-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Where the build puts files whose names change with their content.
const HASHED: &str = "/assets/";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const PAGE: &str = "/index.html";

/// Serves a folder, or nothing.
#[derive(Debug, Clone)]
pub struct Web(Option<ServeDir>);

impl Web {
    /// Serves `folder`; without one every path is `not_found`.
    #[must_use]
    pub fn new(folder: Option<&Path>) -> Self {
        let serve = |folder| {
            ServeDir::new(folder)
                .precompressed_br()
                .precompressed_gzip()
                .append_index_html_on_directories(false)
        };
        Self(folder.map(serve))
    }

    /// Answers a request for which the API has no route.
    pub async fn answer(self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let Some(files) = self.0.filter(|_| !is_api(&path)) else { return no_path() };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let refusal = Refusal::from(Failure::new(Reason::MethodNotAllowed, "files are only read"));
            return ([(ALLOW, "GET,HEAD")], refusal).into_response();
        }
        let page = page_for(&request);
        let wants_page = accepts_html(&request);
        let mut response = match path.as_str() {
            "/" => file(&files, page.clone()).await,
            _ => file(&files, request).await,
        };
        let is_hashed = path.starts_with(HASHED) && response.status() != StatusCode::NOT_FOUND;
        if response.status() == StatusCode::NOT_FOUND && wants_page {
            response = file(&files, page).await;
        }
        if response.status() == StatusCode::NOT_FOUND {
            return no_path();
        }
        let cache = if is_hashed { FOR_GOOD } else { "no-cache" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        response
    }
}

/// The same request for the page: the client finds its way by the address.
fn page_for(request: &Request) -> Request<()> {
    let mut page = Request::new(());
    page.method_mut().clone_from(request.method());
    page.headers_mut().clone_from(request.headers());
    *page.uri_mut() = Uri::from_static(PAGE);
    page
}

async fn file<B: Send + 'static>(files: &ServeDir, request: Request<B>) -> Response {
    match files.clone().oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

fn accepts_html(request: &Request) -> bool {
    let accept = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accept.flat_map(|text| text.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/html")
    })
}

fn no_path() -> Response {
    Refusal::from(Failure::new(Reason::NotFound, "there is nothing at this path")).into_response()
}
