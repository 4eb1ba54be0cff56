//! Listening and serving: addresses of our own and shared ones, HTTP/1.1 and HTTP/2, and an orderly end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use pulse_runtime::Shutdown;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// How long the head of a connection's first request may take to arrive.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection is kept between two requests, and the head of a later one may take: longer than proxies and clients
/// keep theirs (nginx 60 s), so that no request meets its end.
const IDLE_TIMEOUT: Duration = Duration::from_secs(95);
/// Largest head of a request in bytes; hyper answers 431 beyond.
const HEAD_MAX_BYTES: usize = 32 * 1024;
/// How often an idle HTTP/2 connection is asked whether it lives.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 128;
/// How long what was sent may stay unread or unacknowledged. Longer than a socket lives without an answer to its pings.
const UNREAD_MAX: Duration = Duration::from_secs(90);
/// Bytes of one connection that the system takes before they can be sent.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;
/// Pause after a failed accept: most often too many open files, which ends by itself.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The connection that a request came by.
#[derive(Debug, Clone)]
pub struct Connection(CancellationToken);

impl Connection {
    /// Ends it at once, with all that waits to be written and all other requests of it: its client does not read.
    pub fn cut(&self) {
        self.0.cancel();
    }
}

/// Opens a listener; a shared one lets other gateways on this machine listen on the same address, and the kernel spreads the
/// connections.
///
/// # Errors
/// When the address is in use or not ours.
pub fn listen(address: SocketAddr, is_shared: bool) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(is_shared)?;
    if address.is_ipv6() {
        // The IPv4 address next to it is another setting's.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until the shutdown begins, as a task of `connections`; so is each connection, which ends when its requests are
/// answered.
pub fn spawn(listener: TcpListener, router: Router, connections: &TaskTracker, shutdown: &Shutdown) {
    let tasks = connections.clone();
    let begun = shutdown.token();
    connections.spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = begun.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    tasks.spawn(serve(stream, peer, router.clone(), begun.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    });
}

async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, begun: CancellationToken) {
    // Only for speed; a socket that refuses it serves as well.
    let _ = stream.set_nodelay(true);
    // Bytes that were not sent wait in our own queues, which are bounded and know what may be dropped, not in the system's.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES);
    // A client that is gone without a word, or reads no more, is given up by the system.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_MAX));
    let cut = Connection(CancellationToken::new());
    let carrier = cut.clone();
    let asked = CancellationToken::new();
    let asks = asked.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        asks.cancel();
        let (router, carrier) = (router.clone(), carrier.clone());
        async move {
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(carrier);
            let Ok(response) = router.oneshot(request).await;
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT).max_buf_size(HEAD_MAX_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .max_header_list_size(u32::try_from(HEAD_MAX_BYTES).unwrap_or(u32::MAX));
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // hyper's own timeout is that of later requests, and begins with a first byte that is HTTP/1.
    let never_asks = async {
        if tokio::time::timeout(HEADER_TIMEOUT, asked.cancelled()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = never_asks => return,
        () = cut.0.cancelled() => return,
        () = begun.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                outcome = connection => outcome,
                () = cut.0.cancelled() => return,
            }
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(error = error.as_ref() as &dyn std::error::Error, "a connection broke off");
    }
}
