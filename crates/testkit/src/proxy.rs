//! A wire between a service and its server that can be slowed, stalled and cut.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::wait::free_listener;

const BUFFER_BYTES: usize = 64 * 1024;

/// The state of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    /// Bytes pass after this time.
    Open(Duration),
    /// Connections stay, nothing passes.
    Stalled,
    /// What the client says passes, answers do not.
    Mute,
    /// Connections are closed, new ones too.
    Cut,
}

/// A TCP proxy in front of one address. Its connections close when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    wire: watch::Sender<Wire>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `target` (`host:port`).
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(target: &str) -> anyhow::Result<Self> {
        let listener = free_listener().await?;
        let addr = listener.local_addr()?;
        let (wire, state) = watch::channel(Wire::Open(Duration::ZERO));
        let task = tokio::spawn(accept(listener, target.to_owned(), state));
        Ok(Self { addr, wire, task })
    }

    /// Where to connect instead of the target.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `url` with its `host:port` replaced by the proxy's.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        let authority = url.find("://").map_or(0, |at| at + 3);
        let end = url.get(authority..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| authority + at);
        let start = url.get(..end).and_then(|head| head.rfind('@')).map_or(authority, |at| at + 1);
        let (before, after) = (url.get(..start).unwrap_or_default(), url.get(end..).unwrap_or_default());
        format!("{before}{}{after}", self.addr)
    }

    /// From now on each piece of data arrives this much later.
    pub fn delay(&self, by: Duration) {
        self.wire.send_replace(Wire::Open(by));
    }

    /// Keeps the connections and passes nothing on, as a host does that vanished.
    pub fn stall(&self) {
        self.wire.send_replace(Wire::Stalled);
    }

    /// Passes on what the client says and none of the answers, as a host does that is lost once it has acted.
    pub fn mute(&self) {
        self.wire.send_replace(Wire::Mute);
    }

    /// Closes all connections, and every new one at once.
    pub fn cut(&self) {
        self.wire.send_replace(Wire::Cut);
    }

    /// Lets everything pass at once again.
    pub fn restore(&self) {
        self.wire.send_replace(Wire::Open(Duration::ZERO));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, target: String, wire: watch::Receiver<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        // Ends when the wire is cut, when a side closes, and when the proxy is dropped, which closes the channel.
        tokio::spawn(connect(client, target.clone(), wire.clone()));
    }
}

async fn connect(client: TcpStream, target: String, wire: watch::Receiver<Wire>) {
    if *wire.borrow() == Wire::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    // Small pieces must not wait for one another, or the proxy itself would slow the wire.
    let _untuned = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut until_cut = wire.clone();
    tokio::select! {
        _ = async { tokio::join!(
            pass(from_client, to_server, wire.clone(), &[Wire::Stalled]),
            pass(from_server, to_client, wire, &[Wire::Stalled, Wire::Mute]),
        ) } => {}
        _ = until_cut.wait_for(|wire| *wire == Wire::Cut) => {}
    }
}

/// Passes bytes on in one direction, but none while the wire is in one of the `closed` states, until a side closes; then closes
/// the other, for this direction.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut wire: watch::Receiver<Wire>,
    closed: &[Wire],
) {
    let mut buffer = vec![0; BUFFER_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let Ok(state) = wire.wait_for(|wire| !closed.contains(wire)).await.map(|state| *state) else {
            return;
        };
        if let Wire::Open(delay) = state
            && !delay.is_zero()
        {
            tokio::time::sleep(delay).await;
        }
        let Some(piece) = buffer.get(..length) else { return };
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
    let _closed = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn echo() -> SocketAddr {
        let listener = free_listener().await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ended = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        addr
    }

    async fn round_trip(stream: &mut TcpStream) -> std::io::Result<()> {
        stream.write_all(b"ping").await?;
        stream.read_exact(&mut [0; 4]).await.map(drop)
    }

    #[tokio::test]
    async fn it_passes_slows_stalls_and_cuts() {
        let proxy = Proxy::start(&echo().await.to_string()).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        round_trip(&mut stream).await.unwrap();

        proxy.delay(Duration::from_millis(50));
        let started = Instant::now();
        round_trip(&mut stream).await.unwrap();
        assert!(started.elapsed() >= Duration::from_millis(100), "both ways");

        proxy.stall();
        let stalled = tokio::time::timeout(Duration::from_millis(100), round_trip(&mut stream)).await;
        assert!(stalled.is_err());
        proxy.restore();
        stream.read_exact(&mut [0; 4]).await.unwrap();

        proxy.mute();
        let unanswered = tokio::time::timeout(Duration::from_millis(100), round_trip(&mut stream)).await;
        assert!(unanswered.is_err());
        proxy.restore();
        stream.read_exact(&mut [0; 4]).await.unwrap();

        proxy.cut();
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
        let mut refused = TcpStream::connect(proxy.addr()).await.unwrap();
        assert!(round_trip(&mut refused).await.is_err());
        proxy.restore();
        let mut again = TcpStream::connect(proxy.addr()).await.unwrap();
        round_trip(&mut again).await.unwrap();
    }

    #[tokio::test]
    async fn urls_are_led_through_it() {
        let proxy = Proxy::start("127.0.0.1:1").await.unwrap();
        let addr = proxy.addr();
        assert_eq!(proxy.url("postgres://a:b@127.0.0.1:1/x?y=1"), format!("postgres://a:b@{addr}/x?y=1"));
        assert_eq!(proxy.url("nats://a:b@127.0.0.1:1"), format!("nats://a:b@{addr}"));
        assert_eq!(proxy.url("http://127.0.0.1:1"), format!("http://{addr}"));
    }
}
