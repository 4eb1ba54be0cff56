//! What happens to each call before a handler sees it: who is calling is checked, the trace is continued, the outcome is
//! counted, and a failure without a reason is not let out.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::future::BoxFuture;
use http::{Request, Response};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::Instrument as _;

use crate::caller::{Callers, ServiceName};
use crate::channel::SERVICE_TOKEN;
use crate::failure::Failure;
use crate::policy::MethodPolicy;
use crate::reason::Reason;
use crate::trace;

/// What the layer knows of its server.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) name: ServiceName,
    pub(crate) callers: Callers,
    pub(crate) policy: MethodPolicy,
}

#[derive(Clone)]
pub(crate) struct GuardLayer(pub(crate) Arc<Guard>);

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService { inner, guard: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(crate) struct GuardService<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl Guard {
    fn check(&self, path: &str, headers: &http::HeaderMap) -> Result<Option<ServiceName>, Failure> {
        if MethodPolicy::is_open(path) {
            return Ok(None);
        }
        let token = headers.get(SERVICE_TOKEN).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let caller = self.callers.verify(token, self.name).map_err(|unknown| {
            Failure::new(Reason::Unauthenticated, format!("{unknown}; send it as metadata {SERVICE_TOKEN}"))
        })?;
        match self.policy.callers(path) {
            Some(listed) if listed.contains(&caller) => Ok(Some(caller)),
            Some(_) => Err(Failure::new(
                Reason::Forbidden,
                format!("{caller} is not on the list of callers of {path}"),
            )),
            None => Err(Failure::new(Reason::NotFound, format!("there is no method {path}"))),
        }
    }
}

impl<S> Service<Request<Body>> for GuardService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let started = Instant::now();
        let path = request.uri().path().to_owned();
        let caller = match self.guard.check(&path, request.headers()) {
            Ok(caller) => caller,
            Err(failure) => {
                count(&path, failure.kind().grpc_code(), started);
                let response = Status::from(failure).into_http();
                return Box::pin(async move { Ok(response) });
            }
        };
        let method = path.rsplit('/').next().unwrap_or_default();
        let caller_name = caller.map_or("anybody", ServiceName::as_str);
        let span = tracing::info_span!("grpc.call", otel.name = %path, otel.kind = "server", rpc.method = method, rpc.caller = caller_name);
        trace::adopt(&span, request.headers());

        // The instance that is ready is the one that must be called; a fresh clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(
            async move {
                let response = inner.call(request).await?;
                let response = with_reason(response, &path);
                count(&path, code_of(&response), started);
                Ok(response)
            }
            .instrument(span),
        )
    }
}

fn code_of(response: &Response<Body>) -> Code {
    response.headers().get("grpc-status").map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()))
}

/// Every failure that leaves has a reason; one without is a fault of ours.
fn with_reason(response: Response<Body>, path: &str) -> Response<Body> {
    let code = code_of(&response);
    let is_bare = code != Code::Ok && !response.headers().contains_key("grpc-status-details-bin");
    if !is_bare || MethodPolicy::is_open(path) {
        return response;
    }
    let message =
        response.headers().get("grpc-message").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let failure = match code {
        // tonic says these itself: the deadline passed, or the caller went away.
        Code::Cancelled | Code::DeadlineExceeded | Code::Unavailable => {
            Failure::unavailable("the service").with_source(message.to_owned())
        }
        _ => Failure::internal(format!("{path} failed without a reason: {code:?} {message}")),
    };
    Status::from(failure).into_http()
}

fn count(path: &str, code: Code, started: Instant) {
    let labels = [("method", path.to_owned()), ("code", format!("{code:?}"))];
    metrics::histogram!("pulse_grpc_server_seconds", &labels).record(started.elapsed().as_secs_f64());
}
