//! What anybody may know of this installation: its configuration, the contract, the keys of access tokens.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use pulse_token::AUDIENCE;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::Limits;
use crate::http::extract::Unencoded;
use crate::http::problem::Refusal;
use crate::state::State;

/// How long the keys may be cached, as contract section 3 says.
const JWKS_CACHE: &str = "public, max-age=300";

/// What anybody may know of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Config {
    /// The public URL.
    #[schema(example = "https://chat.example.com")]
    url: String,
    /// `iss` of access tokens.
    #[schema(example = "https://chat.example.com")]
    issuer: String,
    /// `aud` of access tokens.
    #[schema(value_type = String, example = "pulsechat")]
    audience: &'static str,
    /// Whether accounts can be made.
    #[schema(example = true)]
    allowed_signup: bool,
    /// Whether sending and following need a verified address.
    require_verified_email: bool,
    /// What is down: `redis`, `nats`, `postgres`, `auth`, `social_graph`, `message_store`.
    #[schema(value_type = Vec<String>)]
    degraded: Vec<&'static str>,
    /// All limits.
    limits: Limits,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .routes(routes!(config))
        .routes(routes!(openapi))
        .routes(routes!(asyncapi))
        .routes(routes!(jwks))
}

/// Configuration
///
/// Limits, and what is down just now.
#[utoipa::path(get, path = "/v1/config", operation_id = "getConfig", tag = "installation", security(()), responses((status = 200, body = Config)))]
async fn config(FromState(state): FromState<Arc<State>>, _: Unencoded) -> Json<Config> {
    let url = state.settings.public_url.as_str().to_owned();
    Json(Config {
        issuer: url.clone(),
        url,
        audience: AUDIENCE,
        allowed_signup: state.settings.allowed_signup,
        require_verified_email: state.settings.require_verified_email,
        degraded: state.readiness.report().degraded,
        limits: state.limits_told,
    })
}

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "getOpenApi", tag = "installation", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
async fn openapi(_: Unencoded) -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| super::document().to_json().unwrap_or_default());
    ([(CONTENT_TYPE, "application/json")], document.as_str()).into_response()
}

/// The frames of sockets and event streams
#[utoipa::path(get, path = "/v1/asyncapi.json", operation_id = "getAsyncApi", tag = "installation", security(()),
    responses((status = 200, description = "AsyncAPI 3.0", content_type = "application/json", body = Object)))]
async fn asyncapi(_: Unencoded) -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| crate::ws::asyncapi::document().to_string());
    ([(CONTENT_TYPE, "application/json")], document.as_str()).into_response()
}

/// Keys of access tokens
///
/// JSON Web Key Set (RFC 7517); may be cached for five minutes.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "getJwks", tag = "installation", security(()),
    responses((status = 200, description = "The keys", content_type = "application/json", body = Object)))]
async fn jwks(FromState(state): FromState<Arc<State>>, _: Unencoded) -> Result<Response, Refusal> {
    let document = state.auth.jwks().await?;
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, JWKS_CACHE)], document).into_response())
}
