//! The ids of a stream's events: sync tokens from which a client goes on that is cut off, and misses nothing.
//!
//! A point taken now may cover an event that is still on its way here: who went on from there would never get it. So a new point is
//! handed out only once a comparison of positions that began after it was taken has found nothing missing (`ws/positions.rs`), and all
//! that waited then is written. Until that the one before is handed out, which is always safe.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pulse_rpc::Principal;
use tokio::time::Instant;

use crate::state::State;
use crate::sync;

/// Shortest time between two points.
const PAUSE: Duration = Duration::from_secs(5);

/// The points of one stream.
pub(super) struct Points {
    state: Arc<State>,
    caller: Principal,
    /// What is handed out.
    token: String,
    next: Next,
    /// When the next one may be asked for.
    ask_at: Instant,
    /// The client may know less than all that a later point covers.
    is_held: bool,
}

/// The point after the one that is handed out.
enum Next {
    /// Nobody needs one.
    Unneeded,
    /// It is being asked for.
    Asked(Pin<Box<dyn Future<Output = Option<String>> + Send>>),
    /// It was taken then, and is not known to be safe.
    Taken(String, Instant),
}

impl Points {
    /// Begins with a token that is safe.
    pub(super) fn new(state: Arc<State>, caller: Principal, token: String) -> Self {
        Self { state, caller, token, next: Next::Unneeded, ask_at: Instant::now() + PAUSE, is_held: false }
    }

    /// The id of an event with one.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The client was told all up to this token.
    pub(super) fn told_up_to(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// An event with an id was written, so a newer id is worth having.
    pub(super) fn note_durable(&mut self) {
        let now = Instant::now();
        if !matches!(self.next, Next::Unneeded) || self.is_held || now < self.ask_at {
            return;
        }
        self.ask_at = now + PAUSE;
        let (state, caller, before) = (Arc::clone(&self.state), self.caller, self.token.clone());
        self.next = Next::Asked(Box::pin(async move {
            let point = sync::point(&state, caller).await.ok()?;
            // What is between people is compared by nobody.
            Some(sync::with_people_of(&point.token, &before))
        }));
    }

    /// Goes on no further: the client may know less than all that a later point covers.
    pub(super) fn hold(&mut self) {
        self.is_held = true;
        self.next = Next::Unneeded;
    }

    /// Waits until a point was taken; for ever when none is asked for. Dropping the future loses nothing.
    pub(super) async fn taken(&mut self) {
        let Next::Asked(asking) = &mut self.next else { return std::future::pending().await };
        let token = asking.as_mut().await;
        self.next = token.map_or(Next::Unneeded, |token| Next::Taken(token, Instant::now()));
    }

    /// Whether all that the next point covers has been handed to the queue.
    pub(super) fn is_next_safe(&self) -> bool {
        let Next::Taken(_, taken_at) = &self.next else { return false };
        self.state.hub.checked_at(self.caller.user_id).is_some_and(|checked_at| checked_at > *taken_at)
    }

    /// Hands out the next point from now on.
    pub(super) fn go_on(&mut self) {
        if let Next::Taken(token, _) = std::mem::replace(&mut self.next, Next::Unneeded) {
            self.token = token;
        }
    }
}
