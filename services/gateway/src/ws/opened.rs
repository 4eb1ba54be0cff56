//! Opening and closing a conversation on a socket: who looks at one is shown its plane.

use std::sync::Arc;

use pulse_rpc::{Failure, Kind, Reason};
use pulse_types::{ConversationId, UserId};
use tokio::time::timeout;

use crate::domain::receipt::OpenConversation;
use crate::http::shown;
use crate::ops::typing;
use crate::state::State;
use crate::ws::commands::Asked;
use crate::ws::frames::Reply;
use crate::ws::hub::{LISTEN_TIMEOUT, OPEN_MAX, OpenRefused, Socket};
use crate::ws::places::{Admission, Place};

/// `conversation.open`
pub fn open(asked: Asked, conversation_id: ConversationId) {
    let (state, socket) = (Arc::clone(asked.state()), Arc::clone(asked.socket()));
    asked.answer_later(async move {
        if !socket.scope.may_open(conversation_id) {
            let detail = "this socket does not carry it; open it on a socket of another scope";
            return Err(Failure::new(Reason::Forbidden, detail));
        }
        let mut open = begin(&state, &socket, conversation_id).await?;
        let caller = socket.principal;
        let (online_count, typing) = tokio::join!(
            shown::online_in(&state, caller, conversation_id),
            typing::shown_to(&state, caller, conversation_id),
        );
        (open.online_count, open.typing) = (online_count, typing);
        Ok(Reply::Open(Box::new(open)))
    });
}

/// `conversation.close`
pub fn close(asked: Asked, conversation_id: ConversationId) {
    asked.state().hub.close_conversation(asked.socket(), conversation_id);
    asked.answer(Ok(Reply::Done {}));
}

/// Opens a conversation on a socket. When this returns its plane arrives there; what happened meanwhile waits in the queue.
///
/// # Errors
/// `not_found`, `not_a_member`; `rate_limited` when the socket has as many open as it may; `unavailable` when message-store can't be
/// reached.
pub async fn begin(
    state: &State,
    socket: &Socket,
    conversation_id: ConversationId,
) -> Result<OpenConversation, Failure> {
    let opening = state.hub.begin_opening(socket, conversation_id);
    let (place, is_new) = opening.map_err(|refused| match refused {
        OpenRefused::TooMany => {
            let detail = format!("this socket has {OPEN_MAX} conversations open; close one of them first");
            Failure::new(Reason::RateLimited, detail)
        }
        OpenRefused::Gone => Failure::unavailable("this socket"),
    })?;
    let opened = finish(state, socket, &place).await;
    if let Err(failure) = &opened
        && (is_new || failure.kind() != Kind::Unavailable)
    {
        state.hub.close_conversation(socket, conversation_id);
    }
    opened
}

async fn finish(state: &State, socket: &Socket, place: &Place) -> Result<OpenConversation, Failure> {
    if state.bus.is_connected() {
        // Late means away: there are no live events then.
        let _ = timeout(LISTEN_TIMEOUT, place.listening()).await;
    }
    let caller = socket.principal;
    let epoch = place.begin_asking(caller.user_id);
    let (found, ()) =
        tokio::join!(state.messages.open(caller, place.conversation_id), learn_settings(state, socket),);
    let (open, direct) = found?;
    let admission = Admission {
        version: open.version,
        peer_id: direct.map(|(peer_id, _): (UserId, bool)| peer_id),
        is_connected: direct.is_some_and(|(_, is_connected)| is_connected),
    };
    if state.hub.finish_opening(socket, place, epoch, admission) {
        return Ok(open);
    }
    // The membership has ended while it was asked, or the client has closed it again: then the answer is the same.
    Ok(state.messages.open(caller, place.conversation_id).await?.0)
}

/// Finds out what the user shows others, because that alone is shown to them. Until it is known nobody's typing and reading is.
async fn learn_settings(state: &State, socket: &Socket) {
    let user_id = socket.principal.user_id;
    if state.hub.are_settings_known(user_id) {
        return;
    }
    match state.social_graph.own_profile(socket.principal).await {
        Ok((_, settings)) => state.hub.note_settings(user_id, &settings),
        Err(failure) => {
            tracing::debug!(error = %failure, "what somebody shows is not known; asking again");
            state.hub.me_changes().note(user_id);
        }
    }
}
