//! The REST side of the public contract: one file for each resource, and around them what all requests share.

pub mod admin;
pub mod attachments;
pub mod auth;
pub mod config;
pub mod conversations;
pub mod cookies;
pub mod docs;
pub mod events;
pub mod extract;
pub mod files;
pub mod follow_requests;
pub mod followers;
pub mod layers;
pub mod me;
pub mod messages;
pub mod openapi;
pub mod path;
pub mod presence;
pub mod problem;
pub mod query;
pub mod range;
pub mod repeat;
pub mod reports;
pub mod rooms;
pub mod serve;
pub mod short_list;
pub mod shown;
pub mod sync;
pub mod texts;
pub mod trace;
pub mod users;
pub mod web;

use std::any::Any;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use axum::{Router, middleware};
use pulse_rpc::Failure;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::http::problem::Refusal;
use crate::state::State;

/// All routes of the public port: the API, the socket and the web client.
pub fn router(state: Arc<State>) -> Router {
    let (api, _) = api().split_for_parts();
    let web = web::Web::new(state.settings.web_dir.as_deref());
    api.merge(crate::ws::router())
        .merge(docs::router())
        .fallback(move |request| web.clone().answer(request))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), layers::edge))
        .with_state(state)
}

/// The OpenAPI document of the routes.
#[must_use]
pub fn document() -> OpenApi {
    openapi::complete(api().into_openapi())
}

fn api() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::with_openapi(openapi::head())
        .merge(config::routes())
        .merge(auth::routes())
        .merge(me::routes())
        .merge(users::routes())
        .merge(follow_requests::routes())
        .merge(followers::routes())
        .merge(reports::routes())
        .merge(conversations::routes())
        .merge(rooms::routes())
        .merge(messages::routes())
        .merge(attachments::routes())
        .merge(files::routes())
        .merge(sync::routes())
        .merge(events::routes())
        .merge(presence::routes())
        .merge(admin::routes())
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("a panic without a text").to_owned();
    Refusal::from(Failure::internal(format!("a handler panicked: {text}"))).into_response()
}
