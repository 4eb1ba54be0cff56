//! Sends of somebody whose address is not verified, where that is needed.

use std::sync::Arc;
use std::time::Instant;

use pulse_rpc::Failure;
use pulse_types::ConversationId;

use crate::state::State;
use crate::verified::{self, Verdict};
use crate::ws::hub::Socket;

/// Why a send is refused, if it is. Whether the address is verified was asked when the socket was opened, and is asked again after
/// each change: it is only looked up here, so sends do not overtake one another.
pub fn refusal(
    state: &Arc<State>,
    socket: &Arc<Socket>,
    conversation_id: ConversationId,
) -> Option<impl Future<Output = Failure> + Send + use<>> {
    let verdict = state.verified.look_up(socket.principal.user_id, Instant::now());
    if verdict == Verdict::Verified {
        return None;
    }
    let (state, socket) = (Arc::clone(state), Arc::clone(socket));
    Some(async move { failure(&state, &socket, verdict, conversation_id).await })
}

/// Why a send is refused: what one may not see is told first. What is not known, or not any more, is asked for the next send.
async fn failure(
    state: &State,
    socket: &Socket,
    verdict: Verdict,
    conversation_id: ConversationId,
) -> Failure {
    if verdict != (Verdict::Unverified { is_old: false }) {
        match state.verified.ask(socket.principal.user_id).await {
            Ok(true) => return Failure::unavailable("your account's state"),
            Ok(false) => {}
            Err(failure) => return failure,
        }
    }
    match state.message_store.conversation(socket.principal, conversation_id).await {
        Ok(_) => verified::unverified(),
        Err(failure) => failure,
    }
}
