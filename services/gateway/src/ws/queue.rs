//! What waits to be written to one socket, and what its task is told. Anybody may push, which never waits; the socket's task
//! takes.
//!
//! Bounded in frames and bytes (bytes that several sockets share count for each). Under pressure typing and presence go first,
//! and whatever tells a state takes the place of an older one that still waits. When a frame that must arrive finds no room the
//! socket is closed with 4503: its client syncs, and nobody waits for it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::domain::Moment;
use crate::ws::close::Close;
use crate::ws::waiting::Waiting;
pub use crate::ws::waiting::{Class, Key};

/// The frames and orders of one socket.
#[derive(Debug, Default)]
pub struct Queue {
    state: Mutex<State>,
    waker: AtomicWaker,
}

#[derive(Debug, Default)]
struct State {
    waiting: Waiting,
    /// Requests whose answers are still to come.
    answers_due: usize,
    orders: VecDeque<Order>,
    has_ended: bool,
}

/// What the socket's task is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Write what waits, then close.
    Close(Close),
    /// The process stops: say so, and close after this time.
    Drain(Duration),
    /// The token has ended: close so, unless the client has shown another one meanwhile.
    TokenOver(Close),
    /// The client showed a token that ends at this time.
    Renewed(Moment),
}

impl Queue {
    /// Puts the first frame before all that came while the socket was opened.
    pub fn push_first(&self, frame: Utf8Bytes) {
        self.with(|state| state.waiting.push_first(frame));
    }

    /// Adds a frame that must arrive. A socket that reads too slowly is told to close, and nothing more is kept for it.
    pub fn push(&self, frame: Utf8Bytes) {
        self.push_as(frame, Class::Durable);
    }

    /// Adds a frame that may be dropped or replaced under pressure.
    pub fn push_as(&self, frame: Utf8Bytes, class: Class) {
        self.with(|state| state.push(frame, class));
    }

    /// A request was taken whose answer comes later.
    pub fn expect_answer(&self) {
        self.lock().answers_due += 1;
    }

    /// The answer to a request of [`Queue::expect_answer`]; it must arrive.
    pub fn answer(&self, frame: Utf8Bytes) {
        self.with(|state| {
            state.answers_due = state.answers_due.saturating_sub(1);
            state.push(frame, Class::Durable);
        });
    }

    /// Tells the socket's task.
    pub fn order(&self, order: Order) {
        self.with(|state| state.orders.push_back(order));
    }

    /// Whom to wake when there is something to take; call it before taking.
    pub fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// The next order.
    pub fn take_order(&self) -> Option<Order> {
        self.lock().orders.pop_front()
    }

    /// Moves frames to `into` until it holds `count`, or about as many bytes as are written at once.
    pub fn take(&self, into: &mut VecDeque<Utf8Bytes>, count: usize) {
        self.lock().waiting.take(into, count);
    }

    /// Whether no frame waits.
    pub fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Requests whose answers are still to come.
    pub fn answers_due(&self) -> usize {
        self.lock().answers_due
    }

    fn with(&self, action: impl FnOnce(&mut State)) {
        action(&mut self.lock());
        self.waker.wake();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, frame: Utf8Bytes, class: Class) {
        if self.has_ended {
            return;
        }
        if self.waiting.push(frame, class).is_err() {
            self.has_ended = true;
            self.waiting = Waiting::default();
            self.orders.push_front(Order::Close(Close::TooSlow));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(queue: &Queue, count: usize) -> Vec<String> {
        let mut taken = VecDeque::new();
        queue.take(&mut taken, count);
        taken.into_iter().map(|frame| frame.as_str().to_owned()).collect()
    }

    #[test]
    fn frames_leave_in_their_order_and_the_first_is_first() {
        let queue = Queue::default();
        queue.push("b".into());
        queue.push("c".into());
        queue.push_first("a".into());
        assert_eq!(take(&queue, 2), ["a", "b"]);
        assert_eq!(take(&queue, 9), ["c"]);
    }

    #[test]
    fn a_reader_too_slow_is_told_once_and_holds_no_memory() {
        let queue = Queue::default();
        let frame = Utf8Bytes::from("x".repeat(1 << 20));
        for _ in 0..9 {
            queue.push(frame.clone());
        }
        assert_eq!(queue.take_order(), Some(Order::Close(Close::TooSlow)));
        assert_eq!(queue.take_order(), None);
        assert!(take(&queue, 9).is_empty());
    }

    #[test]
    fn answers_are_counted_until_they_come() {
        let queue = Queue::default();
        queue.expect_answer();
        queue.expect_answer();
        queue.answer("x".into());
        assert_eq!(queue.answers_due(), 1);
    }
}
