//! Forgetting a person: what is between them and others, their profile, and all that was to be told of it.

use pulse_events::subjects;
use pulse_types::UserId;
use pulse_types::clock::to_millisecond;
use time::Duration;

use super::Graph;
use crate::domain::announcement::Announcement;
use crate::store::{self, StoreError};

/// How long the id of somebody who was erased is remembered: longer than the stream of auth keeps the event that would make
/// the profile again.
const REMEMBERED: Duration = Duration::days(30);
/// Pairs forgotten by one transaction.
const BATCH: i64 = 200;

/// Erases a person, and tells everybody with whom there was something that they are gone. May be repeated, after a crash
/// too: each transaction leaves less. message-store is not told here.
///
/// # Errors
/// When the database fails; what was erased stays erased.
pub async fn erase(graph: &Graph, user_id: UserId) -> Result<(), StoreError> {
    remember(graph, user_id).await?;
    loop {
        while forget_pairs(graph, user_id).await? {}
        if forget_profile(graph, user_id).await? {
            return Ok(());
        }
    }
}

/// From here on nothing makes the profile again.
async fn remember(graph: &Graph, user_id: UserId) -> Result<(), StoreError> {
    let now = to_millisecond(graph.clock.now());
    let mut tx = graph.db.begin().await?;
    store::erasure::lock_person(&mut tx, user_id).await?;
    store::erasure::remember(&mut tx, user_id, now).await?;
    store::erasure::forget_older(&mut tx, now - REMEMBERED).await?;
    store::commit(tx).await
}

/// Forgets what is between the person and some others; false when nothing was left.
async fn forget_pairs(graph: &Graph, user_id: UserId) -> Result<bool, StoreError> {
    let now = to_millisecond(graph.clock.now());
    let mut tx = graph.db.begin().await?;
    let others = store::erasure::lock_pairs(&mut tx, user_id, BATCH).await?;
    if others.is_empty() {
        return Ok(false);
    }
    let receivers = store::erasure::delete_pairs(&mut tx, user_id, &others).await?;
    let mut events = Vec::new();
    let concerned = receivers.clone();
    if !receivers.is_empty() {
        events.push((graph.encode)(Announcement::PersonHidden { receivers, user_id }, &*graph.clock));
    }
    let entries = store::outbox::insert(&mut tx, events, now).await?;
    store::point::touch(&mut tx, &concerned).await?;
    store::commit(tx).await?;
    graph.relay.offer(entries);
    Ok(true)
}

/// Forgets the profile; false when somebody has followed it meanwhile.
async fn forget_profile(graph: &Graph, user_id: UserId) -> Result<bool, StoreError> {
    let mut tx = graph.db.begin().await?;
    let Some(username) = store::erasure::lock_profile(&mut tx, user_id).await? else { return Ok(true) };
    // Under the lock nothing new refers to it.
    if !store::erasure::lock_pairs(&mut tx, user_id, 1).await?.is_empty() {
        return Ok(false);
    }
    store::erasure::delete_profile(&mut tx, user_id, &username, subjects::user(user_id)).await?;
    store::commit(tx).await?;
    Ok(true)
}
