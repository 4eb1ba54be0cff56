//! How an answer tells that it repeats an earlier one.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// Tells that something had been made before.
const REPLAYED: &str = "Idempotent-Replayed";

/// 201 with what was made, or 200 with what an earlier request had made.
pub fn made_or_repeated(value: impl Serialize, is_repeat: bool) -> Response {
    match is_repeat {
        true => ([(REPLAYED, "true")], Json(value)).into_response(),
        false => (StatusCode::CREATED, Json(value)).into_response(),
    }
}
