//! What waits to be written to one socket, and what its task is told. Anybody may push; the socket's task takes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::domain::Moment;
use crate::ws::close::Close;

/// Frames that may wait. One more and the socket is closed with 4503: its client syncs, and nobody waits for it.
const FRAMES_MAX: usize = 4096;
/// Bytes that may wait, of frames that several sockets may share.
const BYTES_MAX: usize = 4 << 20;

/// The frames and orders of one socket.
#[derive(Debug, Default)]
pub struct Queue {
    state: Mutex<State>,
    waker: AtomicWaker,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Utf8Bytes>,
    bytes: usize,
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
        self.with(|state| {
            state.bytes += frame.len();
            state.frames.push_front(frame);
        });
    }

    /// Adds a frame. A socket that reads too slowly is told to close, and nothing more is kept for it.
    pub fn push(&self, frame: Utf8Bytes) {
        self.with(|state| state.push(frame));
    }

    /// A request was taken whose answer comes later.
    pub fn expect_answer(&self) {
        self.with(|state| state.answers_due += 1);
    }

    /// The answer to a request of [`Queue::expect_answer`].
    pub fn answer(&self, frame: Utf8Bytes) {
        self.with(|state| {
            state.answers_due = state.answers_due.saturating_sub(1);
            state.push(frame);
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

    /// Moves frames to `into` until it holds `count`.
    pub fn take(&self, into: &mut VecDeque<Utf8Bytes>, count: usize) {
        let mut state = self.lock();
        while into.len() < count {
            let Some(frame) = state.frames.pop_front() else { break };
            state.bytes -= frame.len();
            into.push_back(frame);
        }
        if state.frames.is_empty() {
            // An idle socket holds no memory for its busiest moment.
            state.frames.shrink_to(0);
        }
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
    fn push(&mut self, frame: Utf8Bytes) {
        if self.has_ended {
            return;
        }
        if self.frames.len() >= FRAMES_MAX || self.bytes + frame.len() > BYTES_MAX {
            self.has_ended = true;
            self.frames = VecDeque::new();
            self.bytes = 0;
            self.orders.push_front(Order::Close(Close::TooSlow));
            return;
        }
        self.bytes += frame.len();
        self.frames.push_back(frame);
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
        for _ in 0..=FRAMES_MAX + 3 {
            queue.push("x".into());
        }
        assert_eq!(queue.take_order(), Some(Order::Close(Close::TooSlow)));
        assert_eq!(queue.take_order(), None);
        assert!(take(&queue, 9).is_empty());
        let large = Queue::default();
        let frame = Utf8Bytes::from("x".repeat(1 << 20));
        for _ in 0..5 {
            large.push(frame.clone());
        }
        assert_eq!(large.take_order(), Some(Order::Close(Close::TooSlow)));
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
