//! The collector of traces.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use pulse_testkit::OtlpCollector;

#[tokio::test]
async fn an_exported_span_arrives_and_a_missing_one_is_told() {
    let collector = OtlpCollector::start().await.unwrap();
    let span = Span { name: "message.send".to_owned(), trace_id: vec![0xab; 16], ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
    };
    let mut client = TraceServiceClient::connect(collector.endpoint()).await.unwrap();
    client.export(request).await.unwrap();
    let named = |name: &'static str| {
        move |spans: &[pulse_testkit::TestSpan]| spans.iter().any(|span| span.name == name)
    };
    let spans = collector.wait_for(named("message.send"), Duration::from_secs(5)).await.unwrap();
    assert_eq!(spans[0].trace_id, "ab".repeat(16));
    let missing = collector.wait_for(named("other"), Duration::from_millis(30)).await.unwrap_err();
    assert!(format!("{missing:#}").contains("message.send"), "{missing:#}");
}
