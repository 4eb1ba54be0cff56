//! The three servers behind PulseChat: where their programs are, how their data folders are prepared, how each is
//! started and asked whether it is ready. Watching them is the business of `supervise`, or of the test kit.

pub mod nats;
pub mod postgres;
pub mod redis;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::child::{Output, Running, Spec, Tail};
use crate::ready::Ready;

/// A server that is prepared: how to start it, how to ask whether it is ready, and its address with credentials.
#[derive(Debug, Clone)]
pub struct Server {
    /// How to start and stop it.
    pub spec: Spec,
    /// How to ask whether it is ready.
    pub ready: Ready,
    /// Its address for clients, with name and password.
    pub url: String,
    /// Lines of its output with one of these in them are routine and not shown.
    pub routine: &'static [&'static str],
}

impl Server {
    /// Starts it unwatched and waits until it is ready; its output goes to `log`.
    ///
    /// # Errors
    /// When it ends or is not ready within 30 s; the text has the last lines of its output.
    pub async fn start(&self, log: &Path) -> anyhow::Result<Running> {
        let mut running = Running::start(&self.spec, &Output::File(log))?;
        let outcome = tokio::select! {
            ready = self.ready.wait(Duration::from_secs(30)) => ready,
            status = running.wait() => Err(anyhow::anyhow!("it ended: {}", status?)),
        };
        outcome.with_context(|| {
            format!("{} did not start:{}", self.spec.program.display(), Tail::of_file(log))
        })?;
        Ok(running)
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
