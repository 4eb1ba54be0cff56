//! The admin port: `/healthz`, `/readyz`, `/metrics`. Never public.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::readiness::Readiness;
use crate::shutdown::Shutdown;
use crate::telemetry::render_metrics;

/// Serves the admin port as a task of `shutdown`. It answers until the process ends, so that a drain can be watched.
pub fn spawn(listener: TcpListener, readiness: Readiness, shutdown: &Shutdown) {
    // Installs the recorder before anything is counted.
    render_metrics();
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(readiness.clone());
    let begun = shutdown.token();
    shutdown.spawn("admin.drain", async move {
        begun.cancelled().await;
        readiness.drain();
    });
    // Not a task of the shutdown, which would wait for it: it answers to the last moment.
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the admin port stopped");
        }
    });
}

async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    let report = readiness.report();
    let mut text = report.lines.join("\n");
    text.push_str(&format!("\ndegraded: {}\n", report.degraded.join(", ")));
    let status = if report.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, text)
}

async fn metrics() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render_metrics())
}
