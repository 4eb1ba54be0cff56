//! Connections to other services: lazily opened, reopened by themselves; each call shows who we are, carries the trace
//! and has a deadline.

use std::sync::Arc;
use std::time::Duration;

use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::caller::{Identity, ServiceName};
use crate::failure::Failure;
use crate::trace;

/// Metadata key of the service token.
pub(crate) const SERVICE_TOKEN: &str = "pulse-service-token";

/// How long a call may take when it says nothing itself.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// What a generated client is made of: `AuthServiceClient::new(connection)`.
pub type Connection = InterceptedService<Channel, Credentials>;

/// Adds the service token, the trace and the deadline to each call.
#[derive(Clone)]
pub struct Credentials {
    identity: Arc<Identity>,
    target: ServiceName,
    deadline: Option<Duration>,
}

impl Interceptor for Credentials {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let token = self.identity.token(self.target).map_err(Failure::internal)?;
        let value = MetadataValue::try_from(&*token).map_err(Failure::internal)?;
        request.metadata_mut().insert(SERVICE_TOKEN, value);
        trace::inject(request.metadata_mut());
        if let Some(deadline) = self.deadline.filter(|_| !request.metadata().contains_key("grpc-timeout")) {
            request.set_timeout(deadline);
        }
        Ok(request)
    }
}

/// A connection for calls with one answer. Each has [`DEFAULT_DEADLINE`] unless its request sets a timeout of its own.
/// Nothing is opened before the first call.
#[must_use]
pub fn connect(endpoint: Endpoint, target: ServiceName, identity: Arc<Identity>) -> Connection {
    let channel = tuned(endpoint).timeout(DEFAULT_DEADLINE * 6).connect_lazy();
    Connection::new(channel, Credentials { identity, target, deadline: Some(DEFAULT_DEADLINE) })
}

/// A connection for long-lived streams: no deadline on the call; each command in the stream has its own.
#[must_use]
pub fn connect_for_streams(endpoint: Endpoint, target: ServiceName, identity: Arc<Identity>) -> Connection {
    Connection::new(tuned(endpoint).connect_lazy(), Credentials { identity, target, deadline: None })
}

fn tuned(endpoint: Endpoint) -> Endpoint {
    endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
}
