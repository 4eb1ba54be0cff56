//! All sockets at once: for operators, for ends of sessions, and when the process stops.

use std::sync::Arc;
use std::time::Duration;

use pulse_runtime::Shutdown;
use pulse_types::{ConnectionId, SessionId, UserId};

use crate::domain::connection::LiveSocket;
use crate::ws::close::Close;
use crate::ws::hub::socket::Socket;
use crate::ws::hub::{Hub, lock};
use crate::ws::queue::Order;

/// How soon after one socket the next one is sent away, so that their clients do not all come back at once: half a gateway's
/// handshakes.
const DRAIN_PACE: Duration = Duration::from_millis(1);
/// Part of the grace period in which all of them are told.
const DRAIN_SPREAD_MAX: f64 = 0.4;

impl Hub {
    /// The sessions of all live sockets; one stands there for each of its sockets.
    #[must_use]
    pub fn sessions(&self) -> Vec<(UserId, SessionId)> {
        let sockets = self.sockets();
        sockets.iter().map(|socket| (socket.principal.user_id, socket.principal.session_id)).collect()
    }

    /// The live sockets, as operators see them.
    #[must_use]
    pub fn live_sockets(&self) -> Vec<LiveSocket> {
        let sockets = self.sockets();
        let live = sockets.iter().map(|socket| LiveSocket {
            user_id: socket.principal.user_id,
            scope: socket.scope.to_string(),
            transport: socket.transport,
            connection_id: socket.connection_id,
        });
        live.collect()
    }

    /// Closes one socket; gives its owner, `None` when there is no socket of this name here.
    #[must_use]
    pub fn close_socket(&self, connection_id: ConnectionId, why: &Close) -> Option<UserId> {
        let sockets = self.sockets();
        let found = sockets.iter().find(|socket| socket.connection_id == connection_id)?;
        found.queue.order(Order::Close(why.clone()));
        Some(found.principal.user_id)
    }

    /// Closes the sockets of a session.
    pub fn close_session(&self, user_id: UserId, session_id: SessionId, why: &Close) {
        let Some(user) = self.user(user_id) else { return };
        user.each_socket(|socket| {
            if socket.principal.session_id == session_id {
                socket.queue.order(Order::Close(why.clone()));
            }
        });
    }

    /// Sends all sockets away once the shutdown has begun, as a task of it, which ends when the last one has gone.
    pub fn drain_on(&self, shutdown: &Shutdown) {
        let (hub, begun, grace) = (self.clone(), shutdown.token(), shutdown.grace());
        shutdown.spawn("ws.drain", async move {
            begun.cancelled().await;
            hub.send_away(grace.mul_f64(DRAIN_SPREAD_MAX));
            hub.0.tasks.close();
            hub.0.tasks.wait().await;
            hub.0.drained.cancel();
        });
    }

    /// One after the other, all within `longest`.
    fn send_away(&self, longest: Duration) {
        let sockets = self.sockets();
        let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        let pace = DRAIN_PACE.min(longest / count);
        for (index, socket) in (0_u32..).zip(&sockets) {
            socket.queue.order(Order::Drain(pace * index));
        }
    }

    /// All users with a socket here.
    pub(in crate::ws) fn everybody(&self) -> Vec<Arc<super::user::User>> {
        self.0.shards.iter().flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>()).collect()
    }

    /// All sockets.
    #[must_use]
    pub fn sockets(&self) -> Vec<Arc<Socket>> {
        let mut sockets = Vec::with_capacity(self.count());
        for user in self.everybody() {
            user.each_socket(|socket| sockets.push(Arc::clone(socket)));
        }
        sockets
    }
}
