//! The W3C `traceparent` of a span as text, for HTTP, gRPC and NATS headers alike.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::global;
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACEPARENT: &str = "traceparent";

static IS_EXPORTED: AtomicBool = AtomicBool::new(false);

/// Whether this process exports traces: where it does not, a hot path need not make spans.
#[must_use]
pub fn is_exported() -> bool {
    IS_EXPORTED.load(Ordering::Relaxed)
}

/// Told once, by telemetry.
pub(crate) fn set_exported(is_exported: bool) {
    IS_EXPORTED.store(is_exported, Ordering::Relaxed);
}

/// The `traceparent` of the current span; `None` while traces are not exported.
#[must_use]
pub fn current() -> Option<String> {
    of(&Span::current())
}

/// The `traceparent` of a span; `None` while traces are not exported.
#[must_use]
pub fn of(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = HashMap::new();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut carrier));
    carrier.remove(TRACEPARENT)
}

/// Makes a span that was just created continue the trace of a `traceparent`; a text that is none leaves it a root.
pub fn set_parent(span: &Span, traceparent: &str) {
    if span.is_disabled() || traceparent.is_empty() {
        return;
    }
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = global::get_text_map_propagator(|propagator| propagator.extract(&carrier));
    // Fails when no layer exports traces; then there is nothing to continue.
    let _ = span.set_parent(context);
}
