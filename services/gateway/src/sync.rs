//! Sync over both services: message-store tells of conversations, social-graph of people, and the client holds one token.
//!
//! The token is message-store's and social-graph's, with a point between them. While social-graph is away its half stays as
//! it is, and it is asked again with the next sync; a token that was made without it has an empty half.

pub mod waiting;

use std::time::Duration;

use pulse_rpc::{Failure, Principal, Reason};

use crate::clients::position::SyncPoint;
use crate::domain::Sync;
use crate::http::shown;
use crate::state::State;

/// Between the halves: message-store's is base64url, in which it can't be.
const SEPARATOR: char = '.';
/// How long social-graph is waited for; then it counts as away.
const PEOPLE_TIMEOUT: Duration = Duration::from_secs(1);

/// Where the caller stands now.
///
/// # Errors
/// `unavailable` when message-store can't be reached.
pub async fn point(state: &State, caller: Principal) -> Result<SyncPoint, Failure> {
    let people = relationships(state, caller, "");
    let (conversations, people) = tokio::join!(state.message_store.sync_point(caller), people);
    let point = conversations?;
    let people = people.map(|(point, _)| point).unwrap_or_default();
    Ok(SyncPoint { token: join(&point.token, &people), ..point })
}

/// Whether a text is shaped like a token. Whose it is, and how old, only the services can tell.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
    text.split_once(SEPARATOR).is_some_and(|(conversations, _)| !conversations.is_empty())
        && text.bytes().all(is_letter)
}

/// A token with the conversations of one and the people of another one.
#[must_use]
pub fn with_people_of(conversations: &str, people: &str) -> String {
    let half = |token: &str, index| token.split(SEPARATOR).nth(index).unwrap_or_default().to_owned();
    join(&half(conversations, 0), &half(people, 1))
}

/// What changed since a token; it is marked as delivered.
///
/// # Errors
/// `validation_failed` (a garbled or foreign token), `resync_required`; `unavailable` when message-store can't be reached.
pub async fn page(state: &State, caller: Principal, since: &str) -> Result<Sync, Failure> {
    let (conversations, people) = since.split_once(SEPARATOR).ok_or_else(garbled)?;
    if conversations.is_empty() {
        return Err(garbled());
    }
    let (found, relationships) = tokio::join!(
        state.following.sync(caller, conversations.to_owned()),
        relationships(state, caller, people),
    );
    let found = found?;
    let (people, relationships_changed) = match relationships {
        // Nobody knows what was before a token that was made without social-graph.
        Ok((point, has_changed)) => (point, has_changed || people.is_empty()),
        Err(failure) if failure.reason == Reason::ValidationFailed => return Err(garbled()),
        Err(_) => (people.to_owned(), false),
    };
    let mut conversations = found.conversations;
    let (changed, rest): (Vec<_>, Vec<_>) = conversations
        .drain(..)
        .map(|changed| (changed.conversation, (changed.messages, changed.gap)))
        .unzip();
    let shown = shown::many(state, caller, changed).await;
    let conversations = shown.into_iter().zip(rest).map(|(conversation, (messages, gap))| {
        crate::domain::sync::ConversationSync { conversation, messages, gap }
    });
    Ok(Sync {
        conversations: conversations.collect(),
        removed_conversation_ids: found.removed_conversation_ids,
        relationships_changed,
        total_unread: found.total_unread,
        token: join(&found.token, &people),
        has_more: found.has_more,
    })
}

/// Social-graph's half; it is not waited for long.
async fn relationships(state: &State, caller: Principal, since: &str) -> Result<(String, bool), Failure> {
    let asking = state.social_graph.relationship_point(caller, since.to_owned());
    match tokio::time::timeout(PEOPLE_TIMEOUT, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::unavailable("the service that keeps people")),
    }
}

fn join(conversations: &str, people: &str) -> String {
    format!("{conversations}{SEPARATOR}{people}")
}

fn garbled() -> Failure {
    Failure::invalid_field("since", "invalid", "must be a token that this account was given")
}
