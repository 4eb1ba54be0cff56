//! Who is typing, for clients without a socket.

use std::sync::Arc;

use axum::extract::State as FromState;
use http::StatusCode;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, UserId};
use utoipa::ToSchema;

use crate::clients::social_graph::UserKey;
use crate::domain::{Conversation, ConversationKind, ConversationState};
use crate::events::typing;
use crate::http::extract::{Body, Caller, PathText, RequestBody};
use crate::http::problem::{Problem, Refusal};
use crate::json::Fields;
use crate::limits::Limit;
use crate::state::State;

/// Whether one is typing.
#[derive(ToSchema)]
pub struct TypingRequest {
    /// A start fades after 6 s: repeat it every 3 s.
    active: bool,
}

impl RequestBody for TypingRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        let Some(active) = fields.optional_switch("active")? else {
            fields.fault("active", "required", "must be given");
            return None;
        };
        Some(Self { active })
    }
}

/// Show that one is typing, or has stopped
///
/// To those who have the conversation open; to nobody by those who hide it.
#[utoipa::path(put, path = "/v1/conversations/{id}/typing", operation_id = "setTyping", tag = "messages", request_body = TypingRequest,
    params(("id" = Uuid, Path, description = "The conversation")), responses(
    (status = 204, description = "Told"),
    (status = 403, description = "`not_connected`, `not_a_member`, `conversation_closed`",
        content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn typing(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let request: TypingRequest = body.read()?;
    let (caller, conversation_id) = (caller.principal, path.id("conversation")?);
    state.limits.account(Limit::Typing, caller.user_id).await?;
    let conversation = state.message_store.conversation(caller, conversation_id).await?;
    require_writable(&state, caller, &conversation).await?;
    let (_, settings) = state.social_graph.own_profile(caller).await?;
    if settings.send_typing {
        state.typing.note(conversation_id, caller.user_id, request.active).await;
        typing::tell(&state.bus, state.clock.as_ref(), conversation_id, caller.user_id, request.active).await;
    }
    Ok(StatusCode::NO_CONTENT)
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
pub(super) async fn shown_to(
    state: &State,
    caller: Principal,
    conversation_id: ConversationId,
) -> Vec<UserId> {
    let mut typists = state.typing.list(conversation_id).await;
    typists.retain(|typist| *typist != caller.user_id);
    if typists.is_empty() {
        return typists;
    }
    match state.social_graph.own_profile(caller).await {
        Ok((_, settings)) if settings.send_typing => typists,
        Ok(_) => Vec::new(),
        Err(failure) => {
            failure.log();
            Vec::new()
        }
    }
}
