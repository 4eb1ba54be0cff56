//! A socket without a client around it: it reads when the test says so, and sends any bytes.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use pulse_client::SignedIn;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// Longest that anything awaited here may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the system keeps for a reader that is slow on purpose.
const SMALL_BUFFER_BYTES: u32 = 8 * 1024;

/// One open socket.
pub(crate) struct WireSocket(WebSocketStream<TcpStream>);

impl WireSocket {
    /// Opens a socket at the person's gateway.
    pub(crate) async fn open(person: &SignedIn) -> anyhow::Result<Self> {
        let address = address(person.base_url())?;
        Self::over(TcpStream::connect(address).await?, person).await
    }

    /// The same, over a connection that holds little for whoever does not read.
    pub(crate) async fn open_narrow(person: &SignedIn) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
        Self::over(socket.connect(address(person.base_url())?).await?, person).await
    }

    async fn over(stream: TcpStream, person: &SignedIn) -> anyhow::Result<Self> {
        let url = format!("{}/v1/ws", person.base_url().replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        let bearer = format!("Bearer {}", person.session.access_token);
        request.headers_mut().insert("Authorization", bearer.parse()?);
        request.headers_mut().insert("Sec-WebSocket-Protocol", "pulse.v1.json".parse()?);
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self(socket))
    }

    /// The next frame of the service.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await?;
            match next.context("the socket has ended")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(close) => anyhow::bail!("closed: {close:?}"),
                _ => {}
            }
        }
    }

    /// The next frame of a type.
    pub(crate) async fn next_of(&mut self, frame_type: &str) -> anyhow::Result<Value> {
        loop {
            let frame = self.next().await?;
            if frame["type"] == frame_type {
                return Ok(frame);
            }
        }
    }

    /// The next frame, or nothing once the socket has ended; then `code` holds the close code, if one came.
    pub(crate) async fn next_or_end(&mut self, code: &mut Option<u16>) -> anyhow::Result<Option<Value>> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await? {
                Some(Ok(Message::Text(text))) => return Ok(Some(serde_json::from_str(&text)?)),
                Some(Ok(Message::Close(close))) => {
                    *code = close.map(|close| close.code.into());
                    return Ok(None);
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }

    /// Sends a text.
    pub(crate) async fn send(&mut self, text: impl Into<String>) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(text.into())).await?)
    }

    /// Sends bytes as a binary message.
    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.0.send(Message::binary(bytes.to_vec())).await?)
    }

    /// Sends bytes that need not be frames.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.0.get_mut().write_all(bytes).await?)
    }

    /// Reads to the end: the frames, and the close code if one came.
    pub(crate) async fn read_to_end(&mut self) -> anyhow::Result<(Vec<Value>, Option<u16>)> {
        let (mut frames, mut code) = (Vec::new(), None);
        while let Some(frame) = self.next_or_end(&mut code).await? {
            frames.push(frame);
        }
        Ok((frames, code))
    }

    /// The close code that ends it, whatever came before.
    pub(crate) async fn closed(&mut self) -> anyhow::Result<Option<u16>> {
        Ok(self.read_to_end().await?.1)
    }
}

/// Where a URL without a path leads.
pub(crate) fn address(url: &str) -> anyhow::Result<SocketAddr> {
    Ok(url.trim_start_matches("http://").trim_end_matches('/').parse()?)
}
