//! Logs to standard error, metrics for Prometheus, traces to an OTLP endpoint when one is set.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::Reader;
use crate::trace_context;

/// Upper bounds of duration histograms, in seconds.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Upper bounds of size histograms, in items.
const ITEMS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
const EXPORT_TIMEOUT: Duration = Duration::from_secs(3);

/// How a process tells what it does.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// `PULSE_LOG`: filter as of `tracing_subscriber::EnvFilter`, by default `info`.
    pub log_filter: String,
    /// `PULSE_LOG_FORMAT`: `json` instead of `text`.
    pub log_is_json: bool,
    /// `PULSE_OTLP_ENDPOINT`: where traces go (OTLP over gRPC); none are made without it.
    pub otlp_endpoint: Option<String>,
}

impl TelemetrySettings {
    /// Reads the three settings.
    pub fn read(read: &mut Reader) -> Option<Self> {
        let log_filter = read.or("PULSE_LOG", "info".to_owned());
        let format = read.or("PULSE_LOG_FORMAT", "text".to_owned());
        let otlp_endpoint = read.optional("PULSE_OTLP_ENDPOINT");
        if let Some(other) = format.as_deref().filter(|format| !matches!(*format, "text" | "json")) {
            read.fault(format!("PULSE_LOG_FORMAT is `text` or `json`, not `{other}`"));
        }
        Some(Self { log_filter: log_filter?, log_is_json: format? == "json", otlp_endpoint: otlp_endpoint? })
    }
}

/// Telemetry could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `PULSE_LOG` is no filter.
    #[error("PULSE_LOG is not a filter like `info` or `info,pulse_gateway=debug`")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The OTLP exporter can't be built.
    #[error("PULSE_OTLP_ENDPOINT can't be used")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// A second start in one process.
    #[error("telemetry runs already")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Running telemetry of a process; [`Telemetry::stop`] sends what is left.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logs and traces for the whole process. Call it inside the runtime.
    ///
    /// # Errors
    /// [`TelemetryError`], each variant with its cause.
    pub fn start(service: &'static str, settings: &TelemetrySettings) -> Result<Self, TelemetryError> {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let filter = EnvFilter::try_new(&settings.log_filter)?;
        let format = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true);
        let format = match settings.log_is_json {
            true => format.json().flatten_event(true).boxed(),
            false => format.with_ansi(false).boxed(),
        };
        let traces =
            settings.otlp_endpoint.as_deref().map(|endpoint| exporter(service, endpoint)).transpose()?;
        trace_context::set_exported(traces.is_some());
        let spans = traces.as_ref().map(|provider| {
            let ours = EnvFilter::new("info,h2=off,hyper=off,tonic=off,tower=off");
            tracing_opentelemetry::layer().with_tracer(provider.tracer(service)).with_filter(ours)
        });
        tracing_subscriber::registry().with(spans).with(format.with_filter(filter)).try_init()?;
        Ok(Self { traces })
    }

    /// Sends the spans that wait.
    pub async fn stop(self) {
        let Some(traces) = self.traces else { return };
        // The exporter blocks while it sends; the runtime must go on under it.
        let stopped = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(EXPORT_TIMEOUT)).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

fn exporter(service: &'static str, endpoint: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter =
        SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_TIMEOUT).build()?;
    let resource = Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// The metrics of this process in Prometheus's text format. The first call installs the recorder, so call it before
/// anything is counted. One recorder serves all servers of a process: the `metrics` macros know only one.
pub fn render_metrics() -> String {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(install_recorder).as_ref().map(PrometheusHandle::render).unwrap_or_default()
}

fn install_recorder() -> Option<PrometheusHandle> {
    let installed = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), ITEMS))
        .and_then(PrometheusBuilder::install_recorder);
    installed.inspect_err(|error| tracing::error!(%error, "metrics can't be recorded")).ok()
}
