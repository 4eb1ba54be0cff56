//! Trace context in the metadata of a call.

use http::HeaderMap;
use pulse_runtime::trace_context;
use tonic::metadata::MetadataMap;
use tracing::Span;

/// W3C header that carries the trace.
const TRACEPARENT: &str = "traceparent";

/// Puts the current span's context into outgoing metadata.
pub fn inject(metadata: &mut MetadataMap) {
    if let Some(value) = trace_context::current().and_then(|text| text.parse().ok()) {
        metadata.insert(TRACEPARENT, value);
    }
}

/// Makes the caller's span the parent of `span`.
pub(crate) fn adopt(span: &Span, headers: &HeaderMap) {
    if let Some(text) = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()) {
        trace_context::set_parent(span, text);
    }
}
