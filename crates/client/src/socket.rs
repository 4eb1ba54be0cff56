//! The socket: requests with their answers, and events in the order they come.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use pulse_types::{ConnectionId, ConversationId, SessionId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error as WireError, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::error::{Error, Problem};
use crate::models::{Marks, Message, NewMessage, Sent};

const SUBPROTOCOL: &str = "pulse.v1.json";
/// Events that wait for the owner of the socket. When it is full the socket is read no further, so the service sees a
/// slow reader.
const EVENTS: usize = 4096;

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Answer = Result<(Value, bool), Box<Problem>>;
type Pending = Arc<Mutex<HashMap<String, oneshot::Sender<Answer>>>>;

/// An event of the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Like `message.created`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// As the contract shapes it.
    #[serde(default)]
    pub data: Value,
}

/// The first frame of the service.
#[derive(Debug, Clone, Deserialize)]
pub struct Hello {
    /// The socket.
    pub connection_id: ConnectionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// By which session.
    pub session_id: SessionId,
    /// From before the first event.
    pub sync_token: String,
    /// Unread messages in all.
    pub total_unread: i64,
    /// What is down.
    pub degraded: Vec<String>,
}

/// An open socket; dropping it closes the connection.
#[derive(Debug)]
pub struct Socket {
    /// The first frame.
    pub hello: Hello,
    base_url: String,
    outgoing: tokio::sync::Mutex<SplitSink<Wire, Frame>>,
    pending: Pending,
    events: mpsc::Receiver<Event>,
    closed: watch::Receiver<Option<(Option<u16>, String)>>,
    next_ref: std::sync::atomic::AtomicU64,
    reader: AbortHandle,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Socket {
    /// Opens a socket; `query` like `scope=inbox`, or empty.
    ///
    /// # Errors
    /// [`Error::Refused`] when the handshake is refused, [`Error::Socket`] when it fails.
    pub async fn connect(base_url: &str, access_token: &str, query: &str) -> Result<Self, Error> {
        // `http` becomes `ws`, `https` becomes `wss`.
        let address = format!("{}/v1/ws?{query}", base_url.replacen("http", "ws", 1));
        let mut request = address.into_client_request().map_err(Box::new)?;
        let bearer = HeaderValue::try_from(format!("Bearer {access_token}"))
            .map_err(|error| Error::Unreadable(error.to_string()))?;
        request.headers_mut().insert("Authorization", bearer);
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
        let (wire, _) =
            tokio_tungstenite::connect_async_with_config(request, None, true).await.map_err(refused)?;
        let (outgoing, mut incoming) = wire.split();

        let first = incoming
            .next()
            .await
            .ok_or(Error::Closed { code: None, reason: String::new() })?
            .map_err(Box::new)?;
        let hello = read_hello(first)?;
        let pending = Pending::default();
        let (event_sender, events) = mpsc::channel(EVENTS);
        let (closed_sender, closed) = watch::channel(None);
        let reader =
            tokio::spawn(read(incoming, Arc::clone(&pending), event_sender, closed_sender)).abort_handle();
        let outgoing = tokio::sync::Mutex::new(outgoing);
        let base_url = base_url.to_owned();
        Ok(Self { hello, base_url, outgoing, pending, events, closed, next_ref: 1.into(), reader })
    }

    /// Where it was opened.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a request and waits for its answer. True beside it: the service had done it before.
    ///
    /// # Errors
    /// [`Error::Refused`] as the answer says, [`Error::Closed`] when the socket ends before it.
    pub async fn request(&self, request_type: &str, data: Value) -> Result<(Value, bool), Error> {
        let reference = self.next_ref.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
        let (sender, answer) = oneshot::channel();
        self.lock().insert(reference.clone(), sender);
        let sent =
            self.send_text(json!({"type": request_type, "id": reference, "data": data}).to_string()).await;
        if let Err(error) = sent {
            self.lock().remove(&reference);
            return Err(error);
        }
        match answer.await {
            Ok(answer) => answer.map_err(Error::Refused),
            Err(_) => Err(self.closed_error()),
        }
    }

    /// Sends any text, also what is no frame.
    ///
    /// # Errors
    /// [`Error::Socket`] when the connection is gone.
    pub async fn send_text(&self, text: String) -> Result<(), Error> {
        Ok(self.outgoing.lock().await.send(Frame::text(text)).await.map_err(Box::new)?)
    }

    /// Sends a message with a new `client_id`.
    ///
    /// # Errors
    /// As [`Socket::request`].
    pub async fn send_message(&self, conversation_id: ConversationId, body: &str) -> Result<Sent, Error> {
        self.send(conversation_id, &NewMessage::new(body)).await
    }

    /// Sends a message; it is durable when this returns.
    ///
    /// # Errors
    /// As [`Socket::request`].
    pub async fn send(&self, conversation_id: ConversationId, message: &NewMessage) -> Result<Sent, Error> {
        let mut data = serde_json::to_value(message).map_err(|error| Error::Unreadable(error.to_string()))?;
        if let Some(fields) = data.as_object_mut() {
            fields.insert("conversation_id".to_owned(), json!(conversation_id));
        }
        let (value, replayed) = self.request("message.send", data).await?;
        let message: Message =
            serde_json::from_value(value).map_err(|error| Error::Unreadable(error.to_string()))?;
        Ok(Sent { message, replayed })
    }

    /// Moves the read mark forward.
    ///
    /// # Errors
    /// As [`Socket::request`].
    pub async fn mark_read(&self, conversation_id: ConversationId, seq: i64) -> Result<Marks, Error> {
        let (value, _) =
            self.request("read.mark", json!({"conversation_id": conversation_id, "seq": seq})).await?;
        serde_json::from_value(value).map_err(|error| Error::Unreadable(error.to_string()))
    }

    /// Hands the events to a task of their own; from then on the socket gives none itself.
    pub fn take_events(&mut self) -> mpsc::Receiver<Event> {
        std::mem::replace(&mut self.events, mpsc::channel(1).1)
    }

    /// The next event.
    ///
    /// # Errors
    /// [`Error::Closed`] once the socket has ended and every event was taken.
    pub async fn next_event(&mut self) -> Result<Event, Error> {
        match self.events.recv().await {
            Some(event) => Ok(event),
            None => Err(self.closed_error()),
        }
    }

    /// The next event of one type; others before it are dropped.
    ///
    /// # Errors
    /// As [`Socket::next_event`].
    pub async fn next_of(&mut self, event_type: &str) -> Result<Event, Error> {
        loop {
            let event = self.next_event().await?;
            if event.event_type == event_type {
                return Ok(event);
            }
        }
    }

    /// Waits for the end of the socket: its close code, if one came.
    pub async fn wait_closed(&mut self) -> Option<u16> {
        // An error means that the reader is gone, and then the value is there.
        let _ = self.closed.wait_for(Option::is_some).await;
        self.closed.borrow().as_ref().and_then(|(code, _)| *code)
    }

    /// How it ended: close code, if one came, and the text beside it. Nothing while it is open.
    #[must_use]
    pub fn end(&self) -> (Option<u16>, String) {
        self.closed.borrow().clone().unwrap_or_default()
    }

    fn closed_error(&self) -> Error {
        let (code, reason) = self.end();
        Error::Closed { code, reason }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(
    mut incoming: SplitStream<Wire>,
    pending: Pending,
    events: mpsc::Sender<Event>,
    closed: watch::Sender<Option<(Option<u16>, String)>>,
) {
    let mut last_words = (None, String::new());
    while let Some(frame) = incoming.next().await {
        match frame {
            Ok(Frame::Text(text)) => {
                if let Some(event) = answer_or_event(&text, &pending)
                    && events.send(event).await.is_err()
                {
                    break;
                }
            }
            Ok(Frame::Close(close)) => {
                last_words = close.map_or((None, String::new()), |close| {
                    (Some(close.code.into()), close.reason.to_string())
                });
            }
            Ok(_) => {}
            Err(error) => {
                if last_words.0.is_none() {
                    last_words.1 = error.to_string();
                }
                break;
            }
        }
    }
    closed.send_replace(Some(last_words));
    // Whoever waits for an answer learns that none will come.
    pending.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// A frame of the service, whatever it is.
#[derive(Deserialize)]
struct ServerFrame {
    #[serde(rename = "type")]
    frame_type: String,
    id: Option<String>,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    replayed: bool,
    error: Option<Problem>,
}

/// Hands an answer to whoever waits for it; an event is given back.
fn answer_or_event(text: &str, pending: &Pending) -> Option<Event> {
    let frame: ServerFrame = serde_json::from_str(text).ok()?;
    let answer = match frame.frame_type.as_str() {
        "reply" => Ok((frame.data, frame.replayed)),
        "error" => Err(Box::new(frame.error?)),
        _ => return Some(Event { event_type: frame.frame_type, data: frame.data }),
    };
    let waiting = pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&frame.id?);
    if let Some(waiting) = waiting {
        // Whoever asked may have gone.
        let _ = waiting.send(answer);
    }
    None
}

fn read_hello(frame: Frame) -> Result<Hello, Error> {
    let text = match frame {
        Frame::Text(text) => text,
        Frame::Close(close) => {
            let (code, reason) = close
                .map_or((None, String::new()), |close| (Some(close.code.into()), close.reason.to_string()));
            return Err(Error::Closed { code, reason });
        }
        other => return Err(Error::Unreadable(format!("the first frame is {other:?}"))),
    };
    let event: Event = serde_json::from_str(&text).map_err(|error| Error::Unreadable(error.to_string()))?;
    serde_json::from_value(event.data).map_err(|error| Error::Unreadable(format!("hello: {error}")))
}

fn refused(error: WireError) -> Error {
    let WireError::Http(response) = &error else { return Box::new(error).into() };
    let problem = response.body().as_deref().and_then(|body| serde_json::from_slice(body).ok());
    problem.map_or_else(
        || Error::Unreadable(format!("handshake refused with {}", response.status())),
        |problem| Error::Refused(Box::new(problem)),
    )
}
