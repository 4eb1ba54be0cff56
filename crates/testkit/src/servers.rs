//! Servers of one test's own, which it may stop, kill and start again.

use std::ops::{Deref, DerefMut};

use nix::sys::signal::Signal;
use pulse_launcher::child::Running;
use pulse_launcher::ports::free_port;
use pulse_launcher::scratch::Scratch;
use pulse_launcher::servers::{Server, nats, postgres, redis};
use pulse_launcher::with_servers::test_settings;

const PASSWORD: &str = "test-password";
/// Another test may take a port between our choice and the server's start.
const ATTEMPTS: usize = 3;

/// A server in a folder of its own; gone when dropped.
#[derive(Debug)]
pub struct TestServer {
    // Before the folder: it must be dead before that is removed.
    running: Option<Running>,
    server: Server,
    scratch: Scratch,
}

impl TestServer {
    async fn start(server: Server, scratch: Scratch) -> anyhow::Result<Self> {
        let mut this = Self { running: None, server, scratch };
        this.start_again().await?;
        Ok(this)
    }

    /// Its address with name and password; it stays the same.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// `host:port` of its address, for a proxy in front of it.
    #[must_use]
    pub fn addr(&self) -> &str {
        let behind_name = self.server.url.rsplit('@').next().unwrap_or_default();
        behind_name.split('/').next().unwrap_or_default()
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Running::pid)
    }

    /// Ends it in good order; its data stay.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Ends it by SIGKILL; its data stay as they are.
    ///
    /// # Errors
    /// When the system cannot tell how it ended.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut running) = self.running.take() {
            running.signal(Signal::SIGKILL)?;
            running.wait().await?;
        }
        Ok(())
    }

    /// Starts it on the same port with the same data, and waits until it is ready. Does nothing while it runs.
    ///
    /// # Errors
    /// When it does not start; the text has its last lines.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        if self.running.is_none() {
            self.running = Some(self.server.start(&self.scratch.path().join("log")).await?);
        }
        Ok(())
    }

    /// Stops and starts it.
    ///
    /// # Errors
    /// As [`TestServer::start_again`].
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await;
        self.start_again().await
    }
}

macro_rules! server {
    ($(#[$doc:meta])* $name:ident, $prepare:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(TestServer);

        impl $name {
            /// Starts one and waits until it is ready.
            ///
            /// # Errors
            /// When no program is found or it does not start; the text says why.
            pub async fn start() -> anyhow::Result<Self> {
                let mut attempt = 1;
                loop {
                    let scratch = Scratch::new(stringify!($name))?;
                    let prepare: fn(&Scratch) -> _ = $prepare;
                    let server = prepare(&scratch).await?;
                    match TestServer::start(server, scratch).await {
                        Ok(server) => return Ok(Self(server)),
                        Err(error) if attempt == ATTEMPTS => return Err(error),
                        Err(_) => attempt += 1,
                    }
                }
            }
        }

        impl Deref for $name {
            type Target = TestServer;

            fn deref(&self) -> &TestServer {
                &self.0
            }
        }

        impl DerefMut for $name {
            fn deref_mut(&mut self) -> &mut TestServer {
                &mut self.0
            }
        }
    };
}

server!(
    /// A NATS with JetStream; ready in some 40 ms.
    Nats,
    |scratch| std::future::ready(free_port().and_then(|port| nats::prepare(scratch.path(), port, PASSWORD)))
);
server!(
    /// A Redis or Valkey; ready in some 20 ms.
    Redis,
    |scratch| std::future::ready(free_port().and_then(|port| redis::prepare(scratch.path(), port, PASSWORD)))
);
server!(
    /// A PostgreSQL of the test's own, not durable; ready in about a second. For tests that stop or kill it: all others
    /// share one, see [`TestDatabase`](crate::TestDatabase).
    Postgres,
    |scratch| {
        let settings = test_settings(scratch);
        async move { postgres::prepare(&settings?).await }
    }
);
