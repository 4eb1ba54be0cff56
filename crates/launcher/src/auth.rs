//! Speaking to auth as an operator: to that of the stack that runs from a data folder, or to that of a cluster.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use pulse_rpc::{Connection, Failure, Identity, Reason, ServiceName, connect, connect_for_streams};
use tonic::Status;
use tonic::transport::Endpoint;

use crate::secrets::Secrets;
use crate::stack::Stack;

/// Name of the operator's key in the secrets of a data folder; the services know its public half.
const OPERATOR_KEY: &str = "operator.service-key";

/// Where auth is, and who asks.
#[derive(Debug, Clone)]
pub struct Auth {
    endpoint: Endpoint,
    addr: String,
    identity: Arc<Identity>,
}

impl Auth {
    /// Finds it: by `PULSE_AUTH_ADDR` and the operator's `PULSE_SERVICE_KEY` if the first is set, else in the data folder.
    ///
    /// # Errors
    /// When nothing runs from the folder, or a setting is missing or not what it should be.
    pub fn find(data_dir: &Path) -> anyhow::Result<Self> {
        let set = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let (addr, key) = match set("PULSE_AUTH_ADDR") {
            Some(addr) => {
                let key = set("PULSE_SERVICE_KEY").context(
                    "PULSE_AUTH_ADDR is set, so PULSE_SERVICE_KEY must be too: the secret key of the operator, whose public \
                     half stands as operator=… in PULSE_SERVICE_CALLERS of auth",
                )?;
                (addr, key)
            }
            None => of_data_dir(data_dir)?,
        };
        let url = if addr.contains("://") { addr.clone() } else { format!("http://{addr}") };
        let endpoint =
            Endpoint::from_shared(url).with_context(|| format!("`{addr}` is no address of auth"))?;
        let identity = Identity::from_seed(ServiceName::Operator, &key).context("PULSE_SERVICE_KEY")?;
        Ok(Self { endpoint, addr, identity: Arc::new(identity) })
    }

    /// A connection for calls that answer soon.
    #[must_use]
    pub fn connection(&self) -> Connection {
        connect(self.endpoint.clone(), ServiceName::Auth, Arc::clone(&self.identity))
    }

    /// A connection for a call that takes as long as it takes.
    #[must_use]
    pub fn patient_connection(&self) -> Connection {
        connect_for_streams(self.endpoint.clone(), ServiceName::Auth, Arc::clone(&self.identity))
    }

    /// What a refusal means for the person at the terminal.
    #[must_use]
    pub fn explain(&self, status: Status) -> anyhow::Error {
        let failure = Failure::from_status(status);
        match failure.reason {
            Reason::Unavailable => {
                anyhow::anyhow!("auth does not answer at {}: {}", self.addr, failure.detail)
            }
            Reason::Unauthenticated => anyhow::anyhow!(
                "auth at {} does not know this key of the operator: its public half must stand as operator=… in \
                 PULSE_SERVICE_CALLERS, and both clocks must agree",
                self.addr
            ),
            _ => anyhow::anyhow!("{}", failure.detail),
        }
    }
}

/// Address and key of the stack that runs from a folder.
fn of_data_dir(data_dir: &Path) -> anyhow::Result<(String, String)> {
    let stack = Stack::read(data_dir).context(
        "no stack runs here: start it with `make up`, name its folder by --data-dir, or name the auth of a cluster by \
         PULSE_AUTH_ADDR and PULSE_SERVICE_KEY",
    )?;
    let key = Secrets::open(data_dir)?.find(OPERATOR_KEY);
    Ok((stack.services.auth.grpc_addr, key.context("the data folder holds no key of the operator")?))
}
