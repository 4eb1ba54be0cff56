//! What every live socket passes before its first frame, whatever carries it: its conversation, its seat, its greeting.

use std::time::Duration;

use pulse_rpc::{Failure, Reason};
use pulse_types::ConnectionId;

use crate::domain::connection::Transport;
use crate::http::extract::Caller;
use crate::state::State;
use crate::ws::frames::{self, Event, Hello};
use crate::ws::hub::{Opened, Scope, Seat, Socket};
use crate::ws::opened;
use crate::ws::queue::Queue;

/// Sockets that a user may have here before it is asked how many they have elsewhere: most people never get there.
const SOCKETS_UNASKED: usize = 4;

/// Whether the caller may have a socket of this scope.
///
/// # Errors
/// `not_found`, `not_a_member` of the conversation; `unavailable` when that can't be asked, or this process stops.
pub async fn require_scope(state: &State, caller: &Caller, scope: Scope) -> Result<(), Failure> {
    if let Scope::Conversation(conversation_id) = scope {
        let found = state.message_store.conversation(caller.principal, conversation_id).await?;
        if found.my.is_none() {
            return Err(Failure::new(Reason::NotAMember, "join the room first"));
        }
    }
    match state.shutdown.has_begun() {
        true => Err(Failure::unavailable("this server")),
        false => Ok(()),
    }
}

/// Takes a seat. From then on the socket hears of the end of its session.
///
/// # Errors
/// `rate_limited` when the caller has as many sockets as one may have; `session_revoked` when the session has ended since its
/// token was checked.
pub async fn take_seat(
    state: &State,
    caller: &Caller,
    scope: Scope,
    transport: Transport,
) -> Result<Seat, Failure> {
    state.limits.handshake(caller.principal.user_id).await?;
    check_sockets_elsewhere(state, caller).await?;
    let socket = Socket {
        connection_id: ConnectionId::new(state.clock.as_ref()),
        principal: caller.principal,
        transport,
        scope,
        queue: Queue::default(),
        opened: Opened::default(),
    };
    let seat = state.hub.join(socket).map_err(|_| full(state))?;
    state.revocation.require_not_ended(caller.principal.session_id)?;
    Ok(seat)
}

/// Counts the sockets on other gateways too, for those who have several here. While Redis is away each gateway counts alone.
async fn check_sockets_elsewhere(state: &State, caller: &Caller) -> Result<(), Failure> {
    let user_id = caller.principal.user_id;
    if state.hub.count_of(user_id) < SOCKETS_UNASKED {
        return Ok(());
    }
    match state.presence.sockets(user_id).await {
        Some(count) if count >= state.limits_told.sockets_max => Err(full(state)),
        _ => Ok(()),
    }
}

fn full(state: &State) -> Failure {
    let max = state.limits_told.sockets_max;
    Failure::new(Reason::RateLimited, format!("you have {max} sockets open; close one of them first"))
}

/// Makes the first frame and gives its sync token. The user's events are listened to before the sync point is taken, so nothing
/// falls between.
///
/// # Errors
/// `unavailable` when message-store can't be reached.
pub async fn greet(
    state: &State,
    caller: &Caller,
    seat: &Seat,
    heartbeat: Duration,
) -> Result<String, Failure> {
    seat.listening().await;
    let socket = seat.socket();
    if let Scope::Conversation(conversation_id) = socket.scope {
        opened::begin(state, socket, conversation_id).await?;
    }
    let point = crate::sync::point(state, caller.principal).await?;
    seat.begin(&point).await;
    let hello = Hello {
        connection_id: socket.connection_id,
        user_id: caller.principal.user_id,
        session_id: caller.principal.session_id,
        server_time: state.clock.now().into(),
        heartbeat_interval_ms: u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX),
        sync_token: point.token.clone(),
        total_unread: point.total_unread,
        degraded: state.degraded.told(|| state.readiness.report().degraded),
        limits: state.limits_told,
        access_token_expires_at: frames::expires_at(&caller.claims),
    };
    socket.queue.push_first(frames::event(&Event::Hello(&hello)));
    Ok(point.token)
}
