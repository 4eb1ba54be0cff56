//! The bytes of one socket: reads and writes without waiting for either, so that one task serves both.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{SinkExt as _, Stream as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use metrics::Counter;
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use crate::domain::limits::FRAME_MAX_BYTES;
use crate::ws::close::Close;
use crate::ws::queue::{Order, Queue};

/// An idle socket keeps this; a larger frame makes it grow.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames are gathered up to this before they are written, and always written when no more wait.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// Frames taken from the queue at once.
const BATCH: usize = 64;
/// Requests of one socket that may wait for their answers; further ones are not read until one has come.
const ANSWERS_MAX: usize = 128;
/// How long a closing socket may take to send its last frames and hear the other side's farewell.
const FAREWELL: Duration = Duration::from_secs(2);
/// The same for a client that was too slow: it reads the code when it reads on, behind all that is on its way already. What is
/// kept for it until then is less than a page.
const FAREWELL_SLOW: Duration = Duration::from_secs(15);

/// How long a client that sent no frames must be silent until its connection may be cut.
const SILENCE: Duration = Duration::from_millis(250);

/// One socket's connection.
#[derive(Debug)]
pub struct Wire {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    sending: VecDeque<Utf8Bytes>,
    needs_flush: bool,
    frames_out: Counter,
}

/// What happened on a socket.
#[derive(Debug)]
pub enum Turn {
    /// The client sent a message, a ping, a pong or its farewell.
    Message(Message),
    /// The socket's task is told something.
    Order(Order),
    /// What came was no message.
    Failed(Error),
    /// The connection is gone.
    Gone,
}

impl Wire {
    /// Speaks WebSocket over an upgraded connection.
    pub async fn open(upgraded: Upgraded, frames_out: Counter) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_frame_size(Some(FRAME_MAX_BYTES))
            .max_message_size(Some(FRAME_MAX_BYTES));
        let stream =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        Self { stream, sending: VecDeque::new(), needs_flush: false, frames_out }
    }

    /// Writes what waits in `queue` while it waits for what comes, if that may be read. Dropping the future loses nothing.
    pub async fn next(&mut self, queue: &Queue, may_read: bool) -> Turn {
        std::future::poll_fn(|context| self.poll(context, queue, may_read)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, queue: &Queue, may_read: bool) -> Poll<Turn> {
        queue.register(context.waker());
        if let Some(order) = queue.take_order() {
            return Poll::Ready(Turn::Order(order));
        }
        if let Poll::Ready(Err(_)) = self.poll_write(context, queue) {
            return Poll::Ready(Turn::Gone);
        }
        if !may_read || queue.answers_due() >= ANSWERS_MAX {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(Pin::new(&mut self.stream).poll_next(context)) {
            Some(Ok(message)) => Turn::Message(message),
            Some(Err(error)) => Turn::Failed(error),
            None => Turn::Gone,
        })
    }

    /// Ready when all is written.
    fn poll_write(&mut self, context: &mut Context<'_>, queue: &Queue) -> Poll<Result<(), Error>> {
        loop {
            if self.sending.is_empty() {
                queue.take(&mut self.sending, BATCH);
                if self.sending.is_empty() {
                    break;
                }
            }
            ready!(self.stream.poll_ready_unpin(context))?;
            if let Some(frame) = self.sending.pop_front() {
                self.stream.start_send_unpin(Message::Text(frame))?;
                self.needs_flush = true;
                self.frames_out.increment(1);
            }
        }
        if self.needs_flush {
            ready!(self.stream.poll_flush_unpin(context))?;
            self.needs_flush = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Asks whether the client is still there.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn ping(&mut self) -> Result<(), Error> {
        self.needs_flush = true;
        self.stream.start_send_unpin(Message::Ping(Bytes::new()))
    }

    /// Writes what waits, says farewell, and hears the client out for a moment, so that it reads the code before the
    /// connection is gone.
    pub async fn close(mut self, queue: &Queue, close: &Close) {
        let patience = if *close == Close::TooSlow { FAREWELL_SLOW } else { FAREWELL };
        if *close == Close::TooSlow {
            self.sending = VecDeque::new();
        }
        let farewell = async {
            std::future::poll_fn(|context| self.poll_write(context, queue)).await?;
            self.stream.send(Message::Close(Some(close.frame()))).await?;
            while let Some(Ok(message)) = self.stream.next().await {
                if message.is_close() {
                    return Ok(());
                }
            }
            // After bytes that are no frames the rest can't be read as frames. Unread, it would make the system cut the
            // connection, and the client would never see why.
            let mut rest = [0; 1024];
            loop {
                let read = tokio::time::timeout(SILENCE, self.stream.get_mut().read(&mut rest)).await;
                if !matches!(read, Ok(Ok(1..))) {
                    return Ok::<_, Error>(());
                }
            }
        };
        // Over when the client is gone or too slow; there is nobody left to tell.
        let _ = tokio::time::timeout(patience, farewell).await;
    }

    /// Answers the client's own farewell.
    pub async fn finish(mut self) {
        let _ = tokio::time::timeout(FAREWELL, self.stream.flush()).await;
    }
}
