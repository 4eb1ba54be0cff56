//! Who is typing, as those are told who have the conversation open.
//!
//! The gateway that takes a start publishes it, each repeat too, and writes it into Redis for those who open the conversation
//! later. Each gateway that hears it lets it fade by itself, six seconds after the last sign: so nobody types for ever when a
//! gateway dies or a stop is lost, and a repeat on another gateway extends it as well. A message ends its sender's typing
//! wherever both were heard, whichever way the message was sent.

pub mod typists;

use std::sync::Arc;
use std::time::Duration;

use pulse_rpc::{Failure, Principal};
use pulse_types::{ConversationId, UserId};
use tokio::time::Instant;

use crate::events;
use crate::ops::typing;
use crate::state::State;
use crate::ws::frames::{self, Event};
use crate::ws::hub::{Hub, Socket};
use crate::ws::typing::typists::{Begun, HOLD};

pub use typists::Typists;

/// How exactly a start fades.
const TICK: Duration = Duration::from_millis(100);

/// Lets starts fade until the last socket has gone.
pub async fn run(hub: Hub) {
    let drained = hub.drained();
    let typists = hub.typists();
    loop {
        tokio::select! {
            () = typists.started() => {}
            () = drained.cancelled() => return,
        }
        while !typists.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = drained.cancelled() => return,
            }
            for (conversation_id, user_id) in typists.fade(Instant::now()) {
                tell(&hub, conversation_id, user_id, false);
            }
        }
    }
}

/// What the conversation plane says: a start or a stop.
pub fn heard(hub: &Hub, conversation_id: ConversationId, user_id: UserId, active: bool) {
    let typists = hub.typists();
    let is_told = match active {
        true => typists.start(conversation_id, user_id, Instant::now()),
        false => typists.stop(conversation_id, user_id),
    };
    if is_told {
        tell(hub, conversation_id, user_id, active);
    }
}

/// Tells those who have the conversation open and do not hide their own typing, but never the typist.
fn tell(hub: &Hub, conversation_id: ConversationId, user_id: UserId, active: bool) {
    let frame = frames::event(&Event::Typing { conversation_id, user_id, active });
    hub.viewers_tell_typing(conversation_id, &frame, user_id);
}

/// `typing.start` and `typing.stop`, and their REST twin: `by` is the socket it came from.
///
/// # Errors
/// As [`typing::check`].
pub async fn set(
    state: &State,
    caller: Principal,
    by: Option<&Socket>,
    conversation_id: ConversationId,
    active: bool,
) -> Result<(), Failure> {
    let typists = state.hub.typists();
    let is_here = |start: &Begun| start.conversation_id == conversation_id;
    if active {
        // Before it is checked, so that a message sent meanwhile ends it.
        let connection_id = by.map(|socket| socket.connection_id);
        let begun = Begun { conversation_id, connection_id, until: Instant::now() + HOLD };
        typists.begin(caller.user_id, begun);
    } else {
        typists.end(caller.user_id, is_here);
    }
    match typing::check(state, caller, conversation_id).await {
        Ok(true) if active && !typists.has_begun(caller.user_id, is_here) => Ok(()),
        Ok(true) => {
            publish(state, conversation_id, caller.user_id, active).await;
            Ok(())
        }
        outcome => {
            typists.end(caller.user_id, is_here);
            outcome.map(drop)
        }
    }
}

/// A message was accepted from somebody that had been asked for at this time: it ends what they had begun here before.
pub fn sent(state: &Arc<State>, user_id: UserId, conversation_id: ConversationId, asked_at: Instant) {
    let is_before = |start: &Begun| start.until <= asked_at + HOLD;
    let ended = state
        .hub
        .typists()
        .end(user_id, |start| start.conversation_id == conversation_id && is_before(start));
    publish_ends(state, user_id, ended);
}

/// A socket has gone: so has the typing that came over it.
pub fn gone(state: &Arc<State>, socket: &Socket) {
    let gone = Some(socket.connection_id);
    let user_id = socket.principal.user_id;
    let ended = state.hub.typists().end(user_id, |start| start.connection_id == gone);
    publish_ends(state, user_id, ended);
    if state.hub.count_of(user_id) == 0 {
        // From here on nothing is heard that could end the right to type.
        state.hub.typing_rights().forget(user_id);
    }
}

fn publish_ends(state: &Arc<State>, user_id: UserId, ended: Vec<ConversationId>) {
    for conversation_id in ended {
        let state = Arc::clone(state);
        let hub = state.hub.clone();
        hub.spawn(async move { publish(&state, conversation_id, user_id, false).await });
    }
}

/// Tells all gateways, and Redis for those who open the conversation later. Both may be lost.
async fn publish(state: &State, conversation_id: ConversationId, user_id: UserId, active: bool) {
    tokio::join!(
        state.typing.note(conversation_id, user_id, active),
        events::typing::tell(&state.bus, state.clock.as_ref(), conversation_id, user_id, active),
    );
}
