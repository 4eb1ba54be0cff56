//! Conversations as their reader is shown them: with the peer's profile, and how many are online.

use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, UserId};

use crate::clients::PageAsk;
use crate::clients::social_graph::UserKey;
use crate::domain::{Conversation, ConversationKind, PresenceStatus, User};
use crate::state::State;

/// Members up to which those who are online are counted.
const COUNTED_MAX: u32 = 256;
/// Largest page of members.
const PAGE_MAX: u32 = 100;

/// One conversation.
pub async fn one(state: &State, caller: Principal, conversation: Conversation) -> Conversation {
    let mut conversation = with_peer(state, caller, conversation).await;
    conversation.online_count = online_count(state, caller, &conversation).await;
    conversation
}

/// A page of conversations, in its order; the peers are asked for by one call.
pub async fn many(
    state: &State,
    caller: Principal,
    mut conversations: Vec<Conversation>,
) -> Vec<Conversation> {
    let peers: Vec<UserId> =
        conversations.iter().filter_map(|conversation| Some(conversation.peer.as_ref()?.id)).collect();
    if peers.is_empty() {
        return conversations;
    }
    match state.people.find(caller, &peers).await {
        Ok(mut found) => {
            for conversation in &mut conversations {
                conversation.peer = conversation.peer.take().and_then(|known| found.remove(&known.id));
            }
        }
        // What message-store knows stays.
        Err(failure) => failure.log(),
    }
    conversations
}

/// Several people as the caller sees them, in the order asked.
///
/// # Errors
/// `not_found` when one is unknown or hidden; `unavailable`.
pub async fn people(state: &State, caller: Principal, user_ids: &[UserId]) -> Result<Vec<User>, Failure> {
    let found = state.people.find(caller, user_ids).await?;
    let people = user_ids.iter().map(|user_id| found.get(user_id).cloned());
    people.collect::<Option<_>>().ok_or_else(|| Failure::not_found("person"))
}

/// Why message-store does not know of somebody: it may not have been told yet of a person, or of a connection, that
/// social-graph knows.
pub async fn why_unknown(state: &State, caller: Principal, user_ids: &[UserId]) -> Failure {
    let is_connected = |user: &User| user.relationship.is_some_and(|relationship| relationship.connected);
    match people(state, caller, user_ids).await {
        Ok(people) if people.iter().all(is_connected) => {
            Failure::unavailable("the service that keeps conversations")
        }
        Ok(_) => Failure::new(Reason::NotConnected, "the two of you do not follow one another"),
        Err(failure) => failure,
    }
}

/// How many members of a group or room are online; `None` while that is not known, and for those who may not see the members.
pub async fn online_in(state: &State, caller: Principal, conversation_id: ConversationId) -> Option<u32> {
    let found = state.message_store.conversation(caller, conversation_id).await;
    match found {
        Ok(conversation) => online_count(state, caller, &conversation).await,
        Err(failure) => {
            failure.log();
            None
        }
    }
}

async fn online_count(state: &State, caller: Principal, conversation: &Conversation) -> Option<u32> {
    let is_counted = conversation.kind != ConversationKind::Direct
        && conversation.my.is_some()
        && conversation.member_count <= COUNTED_MAX;
    if !is_counted || !state.presence.is_known() {
        return None;
    }
    let members = match member_ids(state, caller, conversation.id).await {
        Ok(members) => members,
        Err(failure) => {
            failure.log();
            return None;
        }
    };
    let presences = state.presence.query(&members).await;
    if presences.iter().any(|presence| presence.status == PresenceStatus::Unknown) {
        return None;
    }
    let online = presences.iter().filter(|presence| presence.status != PresenceStatus::Offline).count();
    u32::try_from(online).ok()
}

async fn member_ids(
    state: &State,
    caller: Principal,
    conversation_id: ConversationId,
) -> Result<Vec<UserId>, Failure> {
    let mut members = Vec::new();
    let mut cursor = None;
    for _ in 0..=COUNTED_MAX / PAGE_MAX {
        let ask = PageAsk { limit: PAGE_MAX, cursor };
        let page = state.conversations.members(caller, conversation_id, ask).await?;
        members.extend(page.items.into_iter().map(|member| member.user.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(members)
}

/// Puts the peer's profile in, as the caller sees it. While social-graph is down what message-store knows stays.
async fn with_peer(state: &State, caller: Principal, mut conversation: Conversation) -> Conversation {
    if let Some(known) = conversation.peer.take() {
        conversation.peer = peer(state, caller, known).await;
    }
    conversation
}

async fn peer(state: &State, caller: Principal, known: User) -> Option<User> {
    match state.social_graph.user(caller, UserKey::Id(known.id)).await {
        Ok(user) => Some(user),
        Err(failure) if failure.reason == Reason::NotFound => None,
        Err(failure) => {
            failure.log();
            Some(known)
        }
    }
}
