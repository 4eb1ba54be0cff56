//! The place of a socket among the user's, from the handshake to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pulse_types::ConversationId;
use tokio::time::{Instant, timeout, timeout_at};

use crate::clients::position::SyncPoint;
use crate::ws::hub::socket::Socket;
use crate::ws::hub::user::{Checkpoint, User};
use crate::ws::hub::{Hub, NoSeat};

/// How long a handshake waits for the bus to confirm a subscription.
pub(in crate::ws) const LISTEN_TIMEOUT: Duration = Duration::from_secs(2);

/// A socket's place among the user's sockets; dropping it gives it up.
pub struct Seat {
    hub: Hub,
    user: Arc<User>,
    socket: Arc<Socket>,
}

impl Hub {
    /// Takes a seat for a socket, and sees to it that the user's events are listened to.
    ///
    /// # Errors
    /// [`NoSeat`]
    pub fn join(&self, socket: Socket) -> Result<Seat, NoSeat> {
        let user_id = socket.principal.user_id;
        let socket = Arc::new(socket);
        let mut users = self.users(user_id);
        let user = users.entry(user_id).or_insert_with(|| self.listen_to(user_id));
        if !user.add(Arc::clone(&socket), self.0.sockets_max) {
            return Err(NoSeat);
        }
        let seat = Seat { hub: self.clone(), user: Arc::clone(user), socket };
        self.0.count.fetch_add(1, Ordering::Relaxed);
        self.metrics().sockets(seat.socket.transport).increment(1);
        Ok(seat)
    }

    fn leave(&self, user: &Arc<User>, gone: &Socket) {
        for conversation_id in gone.opened.end() {
            self.places().unwatch(conversation_id, gone);
        }
        let mut users = self.users(user.user_id);
        if user.remove(gone) {
            users.remove(&user.user_id);
            user.stop.cancel();
            // Under the lock of the shard: whoever comes next begins after this.
            for conversation_id in user.take_large() {
                self.places().leave(conversation_id, user.user_id);
            }
        }
        drop(users);
        self.0.count.fetch_sub(1, Ordering::Relaxed);
        self.metrics().sockets(gone.transport).decrement(1);
    }
}

impl Seat {
    /// The socket that sits here.
    #[must_use]
    pub const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Waits until the user's events arrive here: what is published from then on is not missed. While the bus is away
    /// nothing is waited for: there are no live events, and `degraded` says so.
    pub async fn listening(&self) {
        if !self.hub.bus().is_connected() {
            return;
        }
        let mut listening = self.user.listening.clone();
        // Late means away; an ended sender means that this seat is given up.
        let _ = timeout(LISTEN_TIMEOUT, listening.wait_for(|is_listening| *is_listening)).await;
    }

    /// Takes what a greeting tells of the user: up to where everything is known, and the conversations above the fan-out limit,
    /// whose heads are listened to when this returns.
    pub async fn begin(&self, point: &SyncPoint) {
        let checkpoint = Checkpoint { horizon: point.horizon.as_str().into(), checked_at: Instant::now() };
        self.user.begin_checkpoint(checkpoint);
        let deadline = Instant::now() + LISTEN_TIMEOUT;
        let places =
            point.large.iter().filter_map(|id: &ConversationId| self.hub.note_large(&self.user, *id));
        // Begun all together, then waited for.
        let places: Vec<_> = places.collect();
        if !self.hub.bus().is_connected() {
            return;
        }
        for place in places {
            if timeout_at(deadline, place.listening()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.leave(&self.user, &self.socket);
    }
}
