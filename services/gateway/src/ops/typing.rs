//! Showing that one is typing, and seeing who is.

use std::time::Instant;

use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, UserId};

use crate::clients::social_graph::UserKey;
use crate::domain::{Conversation, ConversationKind, ConversationState};
use crate::limits::Limit;
use crate::state::State;

/// Whether the caller may show that they type in a conversation, and does.
///
/// # Errors
/// `not_found`, `not_a_member`, `not_connected`, `conversation_closed`, `rate_limited`; `unavailable` when it can't be known.
pub async fn check(
    state: &State,
    caller: Principal,
    conversation_id: ConversationId,
) -> Result<bool, Failure> {
    state.limits.account(Limit::Typing, caller.user_id).await?;
    let user_id = caller.user_id;
    let asking = match state.hub.typing_rights().look_up(user_id, conversation_id, Instant::now()) {
        Ok(shows) => return Ok(shows),
        Err(asking) => asking,
    };
    // Before it is asked: who loses their last socket meanwhile is not heard of any more.
    let is_heard = state.bus.is_connected() && state.hub.count_of(user_id) > 0;
    let (conversation, profile) = tokio::join!(
        state.message_store.conversation(caller, conversation_id),
        state.social_graph.own_profile(caller),
    );
    require_writable(state, caller, &conversation?).await?;
    let (_, settings) = profile?;
    if is_heard {
        let key = (user_id, conversation_id);
        state.hub.typing_rights().keep(asking, key, settings.send_typing, Instant::now());
    }
    Ok(settings.send_typing)
}

/// The rules of a send.
async fn require_writable(
    state: &State,
    caller: Principal,
    conversation: &Conversation,
) -> Result<(), Failure> {
    if conversation.my.is_none() {
        return Err(Failure::new(Reason::NotAMember, "join the room first"));
    }
    if conversation.kind == ConversationKind::Direct && !is_connected(state, caller, conversation).await? {
        return Err(Failure::new(Reason::NotConnected, "the two of you do not follow one another"));
    }
    match conversation.state {
        ConversationState::Open => Ok(()),
        ConversationState::Closed => {
            Err(Failure::new(Reason::ConversationClosed, "the conversation can only be read"))
        }
    }
}

/// Whether the two of a direct are connected; not with somebody who is gone or may not be seen.
async fn is_connected(state: &State, caller: Principal, direct: &Conversation) -> Result<bool, Failure> {
    let Some(peer) = &direct.peer else { return Ok(false) };
    match state.social_graph.user(caller, UserKey::Id(peer.id)).await {
        Ok(peer) => Ok(peer.relationship.is_some_and(|relationship| relationship.connected)),
        Err(failure) if failure.reason == Reason::NotFound => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Who else is typing, for a member; nobody for those who hide their own typing.
pub async fn shown_to(state: &State, caller: Principal, conversation_id: ConversationId) -> Vec<UserId> {
    let mut typists = state.typing.list(conversation_id).await;
    typists.retain(|typist| *typist != caller.user_id);
    if typists.is_empty() || !sees(state, caller).await {
        return Vec::new();
    }
    state.hub.typists().shown(conversation_id, &typists, tokio::time::Instant::now());
    typists
}

/// Whether somebody is shown who is typing: those who hide their own typing are not, nor is anybody while that is not known.
pub async fn sees(state: &State, caller: Principal) -> bool {
    match state.social_graph.own_profile(caller).await {
        Ok((_, settings)) => settings.send_typing,
        Err(failure) => {
            failure.log();
            false
        }
    }
}
