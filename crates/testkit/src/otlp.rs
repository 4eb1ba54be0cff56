//! A collector of traces: what a process exports over OTLP ends up in memory.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::wait::{eventually, free_listener};

/// A span as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSpan {
    /// `service.name` of the process; empty if it named none.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its trace, in hex.
    pub trace_id: String,
    /// Its own id, in hex.
    pub span_id: String,
    /// The span above it, in hex; empty for the first of a trace.
    pub parent_span_id: String,
    /// The spans it links to: trace and span, in hex.
    pub links: Vec<(String, String)>,
    /// Its attributes, as text.
    pub attributes: BTreeMap<String, String>,
}

/// Receives traces until it is dropped. Set `PULSE_OTLP_ENDPOINT` of the processes to its [`endpoint`](Self::endpoint).
#[derive(Debug)]
pub struct OtlpCollector {
    addr: SocketAddr,
    spans: Spans,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Vec<TestSpan>>>);

impl OtlpCollector {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = free_listener().await?;
        let addr = listener.local_addr()?;
        let spans = Spans::default();
        let server = Server::builder().add_service(TraceServiceServer::new(spans.clone()));
        let task = tokio::spawn(async move {
            // Fails only when the socket does, and then spans do not arrive: the test that waits for them tells.
            let _ended = server.serve_with_incoming(TcpIncoming::from(listener)).await;
        });
        Ok(Self { addr, spans, task })
    }

    /// Its address: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// All spans so far, in the order of their arrival.
    #[must_use]
    pub fn spans(&self) -> Vec<TestSpan> {
        self.spans.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the spans that have arrived satisfy `enough`, and gives them.
    ///
    /// # Errors
    /// When they do not within `timeout`; the text lists what did arrive.
    pub async fn wait_for(
        &self,
        enough: impl Fn(&[TestSpan]) -> bool,
        timeout: Duration,
    ) -> anyhow::Result<Vec<TestSpan>> {
        let ask = || {
            let spans = self.spans();
            let answer = enough(&spans).then_some(spans);
            async move { answer }
        };
        eventually(timeout, ask).await.map_err(|error| {
            let line = |span: TestSpan| format!("\n  {} {} in {}", span.service, span.name, span.trace_id);
            let seen: String = self.spans().into_iter().map(line).collect();
            error.context(format!("not the spans that were waited for, but:{seen}"))
        })
    }
}

impl Drop for OtlpCollector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tonic::async_trait]
impl TraceService for Spans {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut arrived = Vec::new();
        for resource_spans in request.into_inner().resource_spans {
            let resource =
                texts(resource_spans.resource.map(|resource| resource.attributes).unwrap_or_default());
            let service = resource.get("service.name").cloned().unwrap_or_default();
            let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
            arrived.extend(spans.map(|span| TestSpan {
                service: service.clone(),
                name: span.name,
                trace_id: hex(&span.trace_id),
                span_id: hex(&span.span_id),
                parent_span_id: hex(&span.parent_span_id),
                links: span.links.iter().map(|link| (hex(&link.trace_id), hex(&link.span_id))).collect(),
                attributes: texts(span.attributes),
            }));
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(arrived);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    };
    attributes.into_iter().map(|attribute| (attribute.key, text(attribute.value))).collect()
}
