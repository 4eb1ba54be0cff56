//! `<data dir>/stack.json`: what runs and where, for tools and tests. Its shape is part of the public contract.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::data_dir::write_private;

/// Everything that runs. Written when all is ready, and again whenever a process was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// The public URL.
    pub url: String,
    /// One entry for each gateway.
    pub gateways: Vec<Gateway>,
    /// The services behind them.
    pub services: Services,
    /// The superuser's URL and the postmaster.
    pub postgres: Server,
    /// The bus.
    pub nats: Server,
    /// Presence and shared limits.
    pub redis: Server,
    /// Absolute path of the folder where mails end up when no SMTP server is set.
    pub mail_dir: PathBuf,
    /// Absolute path of the `pulse` binary.
    pub bin: PathBuf,
    /// `on` or `off`.
    pub rate_limits: String,
}

/// A gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Its own URL; it serves the public one as well.
    pub url: String,
    /// Where it answers `/readyz` and `/metrics`.
    pub admin_url: String,
    /// Its process.
    pub pid: u32,
}

/// The services by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// Accounts and sessions.
    pub auth: Service,
    /// People.
    pub social_graph: Service,
    /// Conversations and messages.
    pub message_store: Service,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// `host:port` of its gRPC door.
    pub grpc_addr: String,
    /// Where it answers `/readyz` and `/metrics`.
    pub admin_url: String,
    /// Its process.
    pub pid: u32,
}

/// A backing server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Its address with name and password.
    pub url: String,
    /// Its process.
    pub pid: u32,
}

impl Stack {
    /// Where it stands in a data folder.
    #[must_use]
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("stack.json")
    }

    /// Reads it.
    ///
    /// # Errors
    /// When there is none, because nothing runs or is not ready yet, or it is not of this version.
    pub fn read(data_dir: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data_dir);
        let bytes = std::fs::read(&path)
            .with_context(|| format!("nothing is ready: there is no {}", path.display()))?;
        serde_json::from_slice(&bytes).with_context(|| format!("{} is of another version", path.display()))
    }

    /// Writes it in one step, readable for its owner alone, since it holds passwords.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, data_dir: &Path) -> anyhow::Result<()> {
        write_private(&Self::path(data_dir), &serde_json::to_vec_pretty(self)?)
    }

    /// The process ids by unit name: `postgres`, `nats`, `redis`, `auth`, `social-graph`, `message-store`, `gateway-1`…
    pub fn pids(&mut self) -> Vec<(String, &mut u32)> {
        let mut pids = vec![
            ("postgres".to_owned(), &mut self.postgres.pid),
            ("nats".to_owned(), &mut self.nats.pid),
            ("redis".to_owned(), &mut self.redis.pid),
            ("auth".to_owned(), &mut self.services.auth.pid),
            ("social-graph".to_owned(), &mut self.services.social_graph.pid),
            ("message-store".to_owned(), &mut self.services.message_store.pid),
        ];
        let gateways = self.gateways.iter_mut().enumerate();
        pids.extend(gateways.map(|(index, gateway)| (format!("gateway-{}", index + 1), &mut gateway.pid)));
        pids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_names_of_the_contract() {
        let service = |port: u16| Service {
            grpc_addr: format!("127.0.0.1:{port}"),
            admin_url: format!("http://127.0.0.1:{}", port + 1),
            pid: 7,
        };
        let server = |url: &str| Server { url: url.to_owned(), pid: 8 };
        let stack = Stack {
            url: "http://localhost:8080".to_owned(),
            gateways: vec![Gateway {
                url: "http://127.0.0.1:1".to_owned(),
                admin_url: "http://127.0.0.1:2".to_owned(),
                pid: 6,
            }],
            services: Services { auth: service(10), social_graph: service(20), message_store: service(30) },
            postgres: server("postgres://"),
            nats: server("nats://"),
            redis: server("redis://"),
            mail_dir: "/data/mail".into(),
            bin: "/bin/pulse".into(),
            rate_limits: "on".to_owned(),
        };
        let expected = serde_json::json!({
            "url": "http://localhost:8080",
            "gateways": [{"url": "http://127.0.0.1:1", "admin_url": "http://127.0.0.1:2", "pid": 6}],
            "services": {
                "auth": {"grpc_addr": "127.0.0.1:10", "admin_url": "http://127.0.0.1:11", "pid": 7},
                "social_graph": {"grpc_addr": "127.0.0.1:20", "admin_url": "http://127.0.0.1:21", "pid": 7},
                "message_store": {"grpc_addr": "127.0.0.1:30", "admin_url": "http://127.0.0.1:31", "pid": 7},
            },
            "postgres": {"url": "postgres://", "pid": 8},
            "nats": {"url": "nats://", "pid": 8},
            "redis": {"url": "redis://", "pid": 8},
            "mail_dir": "/data/mail",
            "bin": "/bin/pulse",
            "rate_limits": "on",
        });
        assert_eq!(serde_json::to_value(&stack).unwrap(), expected);
        let scratch = crate::scratch::Scratch::new("stack").unwrap();
        stack.write(scratch.path()).unwrap();
        assert_eq!(Stack::read(scratch.path()).unwrap(), stack);
    }
}
