//! What requests do: one file for each group. Here are who asked, and the one place where answers are given.

pub mod following;
pub mod marks;
pub mod messages;
pub mod presence;
pub mod session;
pub mod typing;

use std::sync::Arc;
use std::time::Duration;

use pulse_rpc::{Failure, Kind, Principal};
use pulse_runtime::trace_context;

use crate::clients::commands::Order as CommandOrder;
use crate::state::State;
use crate::ws::close::Close;
use crate::ws::frames::{self, Command, Reply};
use crate::ws::hub::Socket;
use crate::ws::opened;
use crate::ws::queue::Order;

/// How long a command of the stream may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

/// A request that was taken.
pub struct Asked {
    state: Arc<State>,
    due: Due,
}

/// An answer that is due. Dropped without one, as by a panic, it closes the socket with 1011: its client would wait for ever.
struct Due {
    socket: Arc<Socket>,
    id: String,
    is_answered: bool,
}

impl Asked {
    /// A request of this socket; `id` is the client's reference.
    #[must_use]
    pub fn new(state: &Arc<State>, socket: &Arc<Socket>, id: String) -> Self {
        Self { state: Arc::clone(state), due: Due::new(Arc::clone(socket), id) }
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> Principal {
        self.due.socket.principal
    }

    /// What all requests share.
    #[must_use]
    pub const fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Where the question came from.
    #[must_use]
    pub const fn socket(&self) -> &Arc<Socket> {
        &self.due.socket
    }

    /// Answers now.
    pub fn answer(self, outcome: Result<Reply, Failure>) {
        if let Err(failure) = &outcome {
            failure.log();
        }
        self.due.answer(outcome.map(|reply| (reply, false)));
    }

    /// Runs `work` as a task that the drain waits for, and answers with what it gives.
    pub fn answer_later(self, work: impl Future<Output = Result<Reply, Failure>> + Send + 'static) {
        let hub = self.state.hub.clone();
        // Large futures of rare commands live in their task, not in the socket's.
        hub.spawn(Box::pin(async move {
            let outcome = work.await;
            self.answer(outcome);
        }));
    }

    /// Answers with what came over the stream of commands; true beside it: it had been done before.
    pub fn answer_command(self, outcome: Result<(Reply, bool), Failure>) {
        // Others were logged where they arose: in message-store, or when the stream broke.
        if let Err(failure) = &outcome
            && failure.kind() == Kind::Internal
        {
            failure.log();
        }
        self.due.answer(outcome);
    }

    /// A command of the stream for this user, at the root of a trace of its own while traces are exported. The span ends when
    /// it is dropped.
    fn order(&self, span: impl FnOnce() -> tracing::Span) -> (CommandOrder, Option<tracing::Span>) {
        let span = trace_context::is_exported().then(span);
        let traceparent = span.as_ref().and_then(trace_context::of);
        let order = CommandOrder { principal: self.caller(), traceparent, timeout: COMMAND_TIMEOUT };
        (order, span)
    }
}

impl Due {
    fn new(socket: Arc<Socket>, id: String) -> Self {
        socket.queue.expect_answer();
        Self { socket, id, is_answered: false }
    }

    fn answer(mut self, outcome: Result<(Reply, bool), Failure>) {
        self.is_answered = true;
        self.socket.queue.answer(match outcome {
            Ok((reply, replayed)) => frames::reply(&self.id, &reply, replayed),
            Err(failure) => frames::error(&self.id, &failure),
        });
    }
}

impl Drop for Due {
    fn drop(&mut self) {
        if !self.is_answered {
            self.socket.queue.order(Order::Close(Close::Internal));
        }
    }
}

/// Does what was asked. Returns at once; sends are on their way in the order of the calls.
pub fn run(asked: Asked, command: Command) {
    match command {
        Command::Ping => session::ping(asked),
        Command::AuthRefresh { access_token } => session::refresh(asked, access_token),
        Command::Sync { since } => following::sync(asked, since),
        Command::ConversationChanges { conversation_id, after } => {
            following::changes(asked, conversation_id, after);
        }
        Command::MessageSend(send) => messages::send(asked, send),
        Command::MessageEdit { message_id, body } => messages::edit(asked, message_id, body),
        Command::MessageDelete { message_id } => messages::delete(asked, message_id),
        Command::Reaction { message_id, emoji, active } => {
            messages::react(asked, message_id, emoji, active);
        }
        Command::DeliveredMark { conversation_id, seq } => marks::delivered(asked, conversation_id, seq),
        Command::ReadMark { conversation_id, seq } => marks::read(asked, conversation_id, seq),
        Command::Typing { conversation_id, active } => typing::set(asked, conversation_id, active),
        Command::ConversationOpen { conversation_id } => opened::open(asked, conversation_id),
        Command::ConversationClose { conversation_id } => opened::close(asked, conversation_id),
        Command::PresenceSet { status } => presence::set(asked, status),
        Command::PresenceWatch { user_ids } => presence::watch(asked, user_ids),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use pulse_types::{ConnectionId, SessionId, SystemClock, UserId};

    use super::*;
    use crate::domain::connection::Transport;
    use crate::ws::hub::{Opened, Scope};
    use crate::ws::queue::Queue;

    fn socket() -> Arc<Socket> {
        let clock = &SystemClock;
        let principal = Principal { user_id: UserId::new(clock), session_id: SessionId::new(clock) };
        Arc::new(Socket {
            connection_id: ConnectionId::new(clock),
            principal,
            transport: Transport::WebSocket,
            scope: Scope::All,
            queue: Queue::default(),
            opened: Opened::default(),
        })
    }

    #[test]
    fn an_answer_is_given_once_and_no_answer_closes_the_socket() {
        let socket = socket();
        let due = Due::new(Arc::clone(&socket), "a".into());
        assert_eq!(socket.queue.answers_due(), 1);
        due.answer(Ok((Reply::Done {}, false)));
        assert_eq!((socket.queue.answers_due(), socket.queue.take_order()), (0, None));
        let mut frames = VecDeque::new();
        socket.queue.take(&mut frames, 9);
        assert_eq!(frames.len(), 1);

        let due = Due::new(Arc::clone(&socket), "b".into());
        let work = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _due = due;
            panic!("a fault of ours");
        }));
        assert!(work.is_err());
        assert_eq!(socket.queue.take_order(), Some(Order::Close(Close::Internal)));
    }
}
