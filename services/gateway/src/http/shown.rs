//! Conversations as their reader is shown them: with the peer's profile, and how many are online.

use pulse_rpc::{Failure, Principal, Reason};
use pulse_types::{ConversationId, UserId};

use crate::clients::social_graph::UserKey;
use crate::domain::{Conversation, User};
use crate::state::State;

/// One conversation.
pub async fn one(state: &State, caller: Principal, conversation: Conversation) -> Conversation {
    let mut conversation = with_peer(state, caller, conversation).await;
    conversation.online_count = online_count(state, &conversation).await;
    conversation
}

/// A page of rooms, in its order, with how many are online in each.
pub async fn rooms(state: &State, caller: Principal, rooms: Vec<Conversation>) -> Vec<Conversation> {
    let mut rooms = many(state, caller, rooms).await;
    let counts = state.online.of(&rooms).await;
    for room in &mut rooms {
        room.online_count = counts.get(&room.id).copied();
    }
    rooms
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

/// How many members of a group or room are online; `None` while that is not known.
pub async fn online_in(state: &State, caller: Principal, conversation_id: ConversationId) -> Option<u32> {
    let found = state.message_store.conversation(caller, conversation_id).await;
    match found {
        Ok(conversation) => online_count(state, &conversation).await,
        Err(failure) => {
            failure.log();
            None
        }
    }
}

async fn online_count(state: &State, conversation: &Conversation) -> Option<u32> {
    let counts = state.online.of(std::slice::from_ref(conversation)).await;
    counts.get(&conversation.id).copied()
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
