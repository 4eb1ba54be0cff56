//! Sends and marks of all users over one long-lived stream to message-store: a framed command costs a tenth of a call.
//!
//! Commands leave in the order in which they were begun, so the sends of one socket keep their order. While the stream is
//! down they wait for it, until their time is over. What was on its way when it broke is answered `unavailable`: perhaps
//! it was stored, and a repeat with the same `client_id` tells.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::execute_commands_request::Command;
use pulse_proto::messages::v1::execute_commands_response::Result as Outcome;
use pulse_proto::messages::v1::message_store_service_client::MessageStoreServiceClient;
use pulse_rpc::{Connection, Failure, Identity, Principal, ServiceName};
use pulse_runtime::Shutdown;
use pulse_types::{AttachmentId, ConversationId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Endpoint;

use crate::clients::convert;
use crate::domain::{Marks, SendMessage, Sent};

/// Commands under way in this process. What comes beyond is refused with `unavailable`: message-store is far behind.
const IN_FLIGHT_MAX: usize = 16_384;
/// How often commands are looked through for those whose time is over.
const SWEEP_INTERVAL: Duration = Duration::from_millis(100);
/// How often a stream that is to end is looked at.
const STOP_CHECK: Duration = Duration::from_millis(20);
const RECONNECT_PAUSE_MIN: Duration = Duration::from_millis(50);
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(1);
/// HTTP/2 windows: many small frames should never wait for an update.
const WINDOW_BYTES: u32 = 1 << 20;

/// For whom a command is, and how long it may take.
#[derive(Debug, Clone)]
pub struct Order {
    /// The user.
    pub principal: Principal,
    /// The trace it belongs to; absent while traces are not exported.
    pub traceparent: Option<String>,
    /// After this it is answered `unavailable`.
    pub timeout: Duration,
}

type Done = Box<dyn FnOnce(Result<Outcome, Failure>) + Send>;

/// The stream of commands. Clones share it.
#[derive(Clone)]
pub struct Commands(Arc<Shared>);

struct Shared {
    lane: Mutex<Lane>,
    stop: CancellationToken,
}

/// All commands that are not answered. Its lock is held for the length of a push.
#[derive(Default)]
struct Lane {
    next_id: u64,
    /// Where commands leave; absent while the stream is down. Unbounded, but at most `IN_FLIGHT_MAX` are in it.
    stream: Option<mpsc::UnboundedSender<proto::ExecuteCommandsRequest>>,
    sent: HashMap<u64, Pending>,
    waiting: VecDeque<(proto::ExecuteCommandsRequest, Pending)>,
}

struct Pending {
    deadline: Instant,
    done: Done,
}

impl Commands {
    /// Opens the stream in the background and keeps it open until [`Commands::stop`], as a task of `shutdown`.
    #[must_use]
    pub fn open(endpoint: Endpoint, identity: Arc<Identity>, shutdown: &Shutdown) -> Self {
        let endpoint =
            endpoint.initial_stream_window_size(WINDOW_BYTES).initial_connection_window_size(WINDOW_BYTES);
        let connection = pulse_rpc::connect_for_streams(endpoint, ServiceName::MessageStore, identity);
        let commands = Self(Arc::new(Shared { lane: Mutex::default(), stop: CancellationToken::new() }));
        shutdown.spawn("commands.stream", Box::pin(run(commands.clone(), connection)));
        commands
    }

    /// Ends the stream once every command that is under way has its answer.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    /// Sends a message; the answer comes when it is durable.
    ///
    /// # Errors
    /// As message-store tells; `unavailable` when it can't be reached in time.
    pub async fn send_message(&self, order: Order, send: SendMessage) -> Result<Sent, Failure> {
        let (done, answer) = oneshot::channel();
        self.begin_send_message(order, send, move |sent| drop(done.send(sent)));
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Moves a read mark.
    ///
    /// # Errors
    /// As message-store tells; `unavailable` when it can't be reached in time.
    pub async fn mark_read(
        &self,
        order: Order,
        conversation_id: ConversationId,
        seq: i64,
    ) -> Result<Marks, Failure> {
        let (done, answer) = oneshot::channel();
        self.begin_mark_read(order, conversation_id, seq, move |marks| drop(done.send(marks)));
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Moves a delivered mark.
    ///
    /// # Errors
    /// As message-store tells; `unavailable` when it can't be reached in time.
    pub async fn mark_delivered(
        &self,
        order: Order,
        conversation_id: ConversationId,
        seq: i64,
    ) -> Result<Marks, Failure> {
        let (done, answer) = oneshot::channel();
        self.begin_mark_delivered(order, conversation_id, seq, move |marks| drop(done.send(marks)));
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Puts a message on its way before it returns, so that two calls in a row keep their order; `done` gets the answer.
    pub fn begin_send_message(
        &self,
        order: Order,
        send: SendMessage,
        done: impl FnOnce(Result<Sent, Failure>) + Send + 'static,
    ) {
        let command = Command::SendMessage(proto::SendMessageRequest {
            conversation_id: send.conversation_id.to_string(),
            client_id: send.client_id.to_string(),
            body: send.body,
            reply_to_message_id: send.reply_to.map(|id| id.to_string()).unwrap_or_default(),
            attachment_ids: send.attachment_ids.iter().map(AttachmentId::to_string).collect(),
        });
        let done = move |outcome: Result<Outcome, Failure>| {
            done(outcome.and_then(|outcome| match outcome {
                Outcome::SendMessage(response) => sent(response),
                _ => Err(mixed_up()),
            }));
        };
        self.begin(order, command, Box::new(done));
    }

    /// Puts a mark on its way before it returns; `done` gets the answer.
    pub fn begin_mark_read(
        &self,
        order: Order,
        conversation_id: ConversationId,
        seq: i64,
        done: impl FnOnce(Result<Marks, Failure>) + Send + 'static,
    ) {
        let command =
            Command::MarkRead(proto::MarkReadRequest { conversation_id: conversation_id.to_string(), seq });
        let done = move |outcome: Result<Outcome, Failure>| {
            done(outcome.and_then(|outcome| match outcome {
                Outcome::MarkRead(response) => convert::marks(response.marks),
                _ => Err(mixed_up()),
            }));
        };
        self.begin(order, command, Box::new(done));
    }

    /// Puts a mark on its way before it returns; `done` gets the answer.
    pub fn begin_mark_delivered(
        &self,
        order: Order,
        conversation_id: ConversationId,
        seq: i64,
        done: impl FnOnce(Result<Marks, Failure>) + Send + 'static,
    ) {
        let conversation_id = conversation_id.to_string();
        let command = Command::MarkDelivered(proto::MarkDeliveredRequest { conversation_id, seq });
        let done = move |outcome: Result<Outcome, Failure>| {
            done(outcome.and_then(|outcome| match outcome {
                Outcome::MarkDelivered(response) => convert::marks(response.marks),
                _ => Err(mixed_up()),
            }));
        };
        self.begin(order, command, Box::new(done));
    }

    fn begin(&self, order: Order, command: Command, done: Done) {
        let request = proto::ExecuteCommandsRequest {
            command_id: 0,
            principal: Some(order.principal.to_message()),
            traceparent: order.traceparent.unwrap_or_default(),
            timeout_ms: milliseconds(order.timeout),
            command: Some(command),
        };
        let pending = Pending { deadline: Instant::now() + order.timeout, done };
        let refused = self.lane(|lane| lane.push(request, pending));
        if let Some(pending) = refused {
            (pending.done)(Err(Failure::unavailable("the message store")));
        }
    }

    /// Runs `action` under the lock; answers are given after it, never inside.
    fn lane<T>(&self, action: impl FnOnce(&mut Lane) -> T) -> T {
        action(&mut self.0.lane.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, response: proto::ExecuteCommandsResponse) {
        // Absent when its time was over before.
        let Some(pending) = self.lane(|lane| lane.sent.remove(&response.command_id)) else { return };
        (pending.done)(match response.result {
            Some(Outcome::Failure(failure)) => Err(Failure::from_message(failure)),
            Some(outcome) => Ok(outcome),
            None => Err(mixed_up()),
        });
    }

    fn sweep(&self) {
        for pending in self.lane(|lane| lane.take_late(Instant::now())) {
            (pending.done)(Err(lost()));
        }
    }

    /// The stream broke: nobody will tell what became of the commands that were on it.
    fn break_off(&self) {
        let broken = self.lane(|lane| {
            lane.stream = None;
            std::mem::take(&mut lane.sent)
        });
        if !broken.is_empty() {
            tracing::warn!(commands = broken.len(), "the stream to message-store broke under way");
        }
        for pending in broken.into_values() {
            (pending.done)(Err(lost()));
        }
    }
}

impl Lane {
    /// Sends a command, or keeps it until the stream is up; gives it back when there are too many.
    fn push(&mut self, mut request: proto::ExecuteCommandsRequest, pending: Pending) -> Option<Pending> {
        if self.len() >= IN_FLIGHT_MAX {
            return Some(pending);
        }
        self.next_id += 1;
        request.command_id = self.next_id;
        match &self.stream {
            // A stream whose end is gone is about to be taken for broken, and then this command is answered.
            Some(stream) => {
                let _ = stream.send(request);
                self.sent.insert(self.next_id, pending);
            }
            None => self.waiting.push_back((request, pending)),
        }
        None
    }

    /// Commands without an answer.
    fn len(&self) -> usize {
        self.sent.len() + self.waiting.len()
    }

    /// The stream is up: what waited leaves first, in its order.
    fn open(&mut self, stream: mpsc::UnboundedSender<proto::ExecuteCommandsRequest>, now: Instant) {
        for (mut request, pending) in self.waiting.drain(..) {
            request.timeout_ms = milliseconds(pending.deadline.saturating_duration_since(now));
            let command_id = request.command_id;
            let _ = stream.send(request);
            self.sent.insert(command_id, pending);
        }
        self.stream = Some(stream);
    }

    fn take_late(&mut self, now: Instant) -> Vec<Pending> {
        let late: Vec<_> =
            self.sent.iter().filter(|(_, pending)| pending.deadline <= now).map(|(id, _)| *id).collect();
        let mut taken: Vec<_> = late.iter().filter_map(|id| self.sent.remove(id)).collect();
        if self.waiting.iter().any(|(_, pending)| pending.deadline <= now) {
            let (late, waiting) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition(|(_, pending)| pending.deadline <= now);
            self.waiting = waiting;
            let late: VecDeque<_> = late;
            taken.extend(late.into_iter().map(|(_, pending)| pending));
        }
        taken
    }
}

/// Keeps the stream open until the process has no more use for it.
async fn run(commands: Commands, connection: Connection) {
    let client = MessageStoreServiceClient::new(connection);
    let stop = commands.0.stop.clone();
    let sweep = async {
        let mut every = tokio::time::interval(SWEEP_INTERVAL);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            commands.sweep();
        }
    };
    let keep_open = async {
        let mut pause = RECONNECT_PAUSE_MIN;
        loop {
            match exchange(&commands, client.clone()).await {
                Ok(()) => pause = RECONNECT_PAUSE_MIN,
                Err(status) => tracing::debug!(%status, "the stream of commands can't be opened"),
            }
            commands.break_off();
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RECONNECT_PAUSE_MAX);
        }
    };
    let answered = async {
        stop.cancelled().await;
        while commands.lane(|lane| lane.len() > 0) {
            tokio::time::sleep(STOP_CHECK).await;
        }
    };
    tokio::select! {
        () = sweep => {}
        () = keep_open => {}
        () = answered => {}
    }
    commands.break_off();
}

/// Opens the stream and reads its answers until it breaks, which is no error: only a stream that never opened is one.
async fn exchange(
    commands: &Commands,
    mut client: MessageStoreServiceClient<Connection>,
) -> Result<(), Status> {
    let (stream, requests) = mpsc::unbounded_channel();
    let mut answers = client.execute_commands(UnboundedReceiverStream::new(requests)).await?.into_inner();
    commands.lane(|lane| lane.open(stream, Instant::now()));
    loop {
        match answers.message().await {
            Ok(Some(response)) => commands.answer(response),
            Ok(None) => return Ok(()),
            Err(status) => {
                tracing::debug!(%status, "the stream of commands broke");
                return Ok(());
            }
        }
    }
}

fn sent(response: proto::SendMessageResponse) -> Result<Sent, Failure> {
    let message = response.message.ok_or_else(mixed_up)?;
    Ok(Sent { message: convert::message(message)?, replayed: response.replayed })
}

fn milliseconds(duration: Duration) -> u32 {
    // 0 would mean the server's default.
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).max(1)
}

fn lost() -> Failure {
    Failure::unavailable("the message store")
}

fn mixed_up() -> Failure {
    Failure::internal("message-store answered a command with the result of another kind")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> proto::ExecuteCommandsRequest {
        proto::ExecuteCommandsRequest { timeout_ms: 1000, ..Default::default() }
    }

    fn pending(now: Instant, seconds: u64) -> Pending {
        Pending { deadline: now + Duration::from_secs(seconds), done: Box::new(|_| {}) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_leaves_in_its_order_when_the_stream_opens() {
        let now = Instant::now();
        let mut lane = Lane::default();
        for _ in 0..3 {
            assert!(lane.push(request(), pending(now, 5)).is_none());
        }
        let (stream, mut requests) = mpsc::unbounded_channel();
        lane.open(stream, now + Duration::from_secs(1));
        assert!(lane.push(request(), pending(now, 5)).is_none());
        let mut left = Vec::new();
        while let Ok(request) = requests.try_recv() {
            left.push((request.command_id, request.timeout_ms));
        }
        assert_eq!(left, [(1, 4000), (2, 4000), (3, 4000), (4, 1000)]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_a_command_ends_wherever_it_is() {
        let now = Instant::now();
        let mut lane = Lane::default();
        lane.push(request(), pending(now, 1));
        lane.push(request(), pending(now, 3));
        assert_eq!(lane.take_late(now + Duration::from_secs(2)).len(), 1);
        let (stream, _requests) = mpsc::unbounded_channel();
        lane.open(stream, now);
        assert_eq!(lane.take_late(now + Duration::from_secs(2)).len(), 0);
        assert_eq!(lane.take_late(now + Duration::from_secs(3)).len(), 1);
        assert!(lane.sent.is_empty() && lane.waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_are_given_back() {
        let now = Instant::now();
        let mut lane = Lane::default();
        for _ in 0..IN_FLIGHT_MAX {
            assert!(lane.push(request(), pending(now, 1)).is_none());
        }
        assert!(lane.push(request(), pending(now, 1)).is_some());
    }
}
