//! Whether a process answers in its own protocol.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How often a process that is starting is asked.
pub(crate) const POLL: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(2);
/// How a good answer of an admin port begins.
const OK: &str = "HTTP/1.1 200 ";

/// The question that shows that a process is ready.
#[derive(Debug, Clone)]
pub enum Ready {
    /// A connection with this URL is accepted: the server has recovered and takes sessions.
    Postgres {
        /// Where, who, and with which password.
        url: String,
    },
    /// `PING` is answered `PONG`.
    Redis {
        /// Where.
        addr: SocketAddr,
        /// Its password.
        password: String,
    },
    /// The server sends its `INFO`.
    Nats {
        /// Where.
        addr: SocketAddr,
    },
    /// `GET /readyz` is answered 200.
    Http {
        /// The admin address.
        addr: SocketAddr,
    },
}

impl Ready {
    /// Asks once.
    ///
    /// # Errors
    /// When it is not ready: nothing listens, the answer is another one, or none came within 2 s.
    pub async fn check(&self) -> anyhow::Result<()> {
        tokio::time::timeout(PATIENCE, self.ask()).await.context("no answer within 2 s")?
    }

    /// Asks once whether it is ready and misses nothing: `degraded` in its `/readyz` is empty. The same as
    /// [`check`](Self::check) for what is no service of ours.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_whole(&self) -> anyhow::Result<()> {
        let Self::Http { addr } = self else { return self.check().await };
        let whole = |answer: &str| answer.starts_with(OK) && answer.ends_with("\ndegraded: \n");
        tokio::time::timeout(PATIENCE, expect(*addr, &readyz(*addr), whole))
            .await
            .context("no answer within 2 s")?
    }

    /// Asks until it is ready. Cancelling leaves nothing behind.
    ///
    /// # Errors
    /// When it was not within `patience`, with the last reason.
    pub async fn wait(&self, patience: Duration) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            match self.check().await {
                Ok(()) => return Ok(()),
                Err(error) if tokio::time::Instant::now() >= deadline => return Err(error),
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    async fn ask(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres { url } => {
                let connection = PgConnection::connect(url).await?;
                connection.close().await?;
                Ok(())
            }
            Self::Redis { addr, password } => {
                expect(*addr, &format!("AUTH {password}\r\nPING\r\n"), |answer| answer.contains("+PONG\r\n"))
                    .await
            }
            Self::Nats { addr } => {
                expect(*addr, "", |answer| answer.starts_with("INFO {") && answer.contains("\r\n")).await
            }
            Self::Http { addr } => expect(*addr, &readyz(*addr), |answer| answer.starts_with(OK)).await,
        }
    }
}

fn readyz(addr: SocketAddr) -> String {
    format!("GET /readyz HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n")
}

/// Sends a request and reads until the answer is as wanted.
async fn expect(addr: SocketAddr, request: &str, wanted: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while answer.len() < 64 * 1024 {
        if stream.read_buf(&mut answer).await? == 0 {
            break;
        }
        if wanted(&String::from_utf8_lossy(&answer)) {
            return Ok(());
        }
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    anyhow::bail!("answered {:?}", answer.lines().last().unwrap_or_default())
}
