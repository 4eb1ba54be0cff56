//! Speaking to a service as an operator: to that of the stack that runs from a data folder, or to that of a cluster.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use pulse_rpc::{Connection, Failure, Identity, Reason, ServiceName, connect, connect_for_streams};
use tonic::Status;
use tonic::transport::Endpoint;

use crate::secrets::Secrets;
use crate::stack::{Services, Stack};

/// Name of the operator's key in the secrets of a data folder; the services know its public half.
const OPERATOR_KEY: &str = "operator.service-key";

/// A service that operators speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Accounts, keys, the audit log.
    Auth,
    /// People and reports.
    SocialGraph,
}

impl Behind {
    const fn name(self) -> ServiceName {
        match self {
            Self::Auth => ServiceName::Auth,
            Self::SocialGraph => ServiceName::SocialGraph,
        }
    }

    /// The variable that names its address.
    const fn variable(self) -> &'static str {
        match self {
            Self::Auth => "PULSE_AUTH_ADDR",
            Self::SocialGraph => "PULSE_SOCIAL_GRAPH_ADDR",
        }
    }

    fn addr_of(self, services: Services) -> String {
        match self {
            Self::Auth => services.auth.grpc_addr,
            Self::SocialGraph => services.social_graph.grpc_addr,
        }
    }
}

/// Where a service is, and who asks.
#[derive(Debug, Clone)]
pub struct Door {
    behind: Behind,
    endpoint: Endpoint,
    addr: String,
    identity: Arc<Identity>,
}

impl Door {
    /// Finds it: by the variable with its address (`PULSE_AUTH_ADDR`, `PULSE_SOCIAL_GRAPH_ADDR`) and the operator's
    /// `PULSE_SERVICE_KEY` if the first is set, else in the data folder.
    ///
    /// # Errors
    /// When nothing runs from the folder, or a setting is missing or not what it should be.
    pub fn find(data_dir: &Path, behind: Behind) -> anyhow::Result<Self> {
        let set = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let (name, variable) = (behind.name(), behind.variable());
        let (addr, key) = match set(variable) {
            Some(addr) => {
                let key = set("PULSE_SERVICE_KEY").with_context(|| {
                    format!(
                        "{variable} is set, so PULSE_SERVICE_KEY must be too: the secret key of the operator, whose public \
                         half stands as operator=… in PULSE_SERVICE_CALLERS of {name}"
                    )
                })?;
                (addr, key)
            }
            None => of_data_dir(data_dir, behind)?,
        };
        let url = if addr.contains("://") { addr.clone() } else { format!("http://{addr}") };
        let endpoint =
            Endpoint::from_shared(url).with_context(|| format!("`{addr}` is no address of {name}"))?;
        let identity = Identity::from_seed(ServiceName::Operator, &key).context("PULSE_SERVICE_KEY")?;
        Ok(Self { behind, endpoint, addr, identity: Arc::new(identity) })
    }

    /// A connection for calls that answer soon.
    #[must_use]
    pub fn connection(&self) -> Connection {
        connect(self.endpoint.clone(), self.behind.name(), Arc::clone(&self.identity))
    }

    /// A connection for a call that takes as long as it takes.
    #[must_use]
    pub fn patient_connection(&self) -> Connection {
        connect_for_streams(self.endpoint.clone(), self.behind.name(), Arc::clone(&self.identity))
    }

    /// What a refusal means for the person at the terminal.
    #[must_use]
    pub fn explain(&self, status: Status) -> anyhow::Error {
        let failure = Failure::from_status(status);
        let name = self.behind.name();
        match failure.reason {
            Reason::Unavailable => {
                anyhow::anyhow!("{name} does not answer at {}: {}", self.addr, failure.detail)
            }
            Reason::Unauthenticated => anyhow::anyhow!(
                "{name} at {} does not know this key of the operator: its public half must stand as operator=… in \
                 PULSE_SERVICE_CALLERS, and both clocks must agree",
                self.addr
            ),
            _ => anyhow::anyhow!("{}", failure.detail),
        }
    }
}

/// Address and key of the stack that runs from a folder.
fn of_data_dir(data_dir: &Path, behind: Behind) -> anyhow::Result<(String, String)> {
    let stack = Stack::read(data_dir).with_context(|| {
        format!(
            "no stack runs here: start it with `make up`, name its folder by --data-dir, or name the {} of a cluster by {} and \
             PULSE_SERVICE_KEY",
            behind.name(),
            behind.variable()
        )
    })?;
    let key = Secrets::open(data_dir)?.find(OPERATOR_KEY);
    Ok((behind.addr_of(stack.services), key.context("the data folder holds no key of the operator")?))
}
