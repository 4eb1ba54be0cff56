//! What fits on a page of sync.
//!
//! When more conversations have changed than a page takes with all their messages, a page tells of more conversations and of
//! fewer messages in each: after a long absence a client wants its inbox first, and reads on where somebody looks.

use std::collections::HashMap;

use pulse_types::ConversationId;

use crate::domain::sync::{
    BRIEF_CONVERSATIONS_MAX, BRIEF_MESSAGES_MAX, CONVERSATIONS_MAX, MESSAGES_MAX, Point, REMOVED_MAX,
    SyncToken,
};
use crate::store::sync::{Changed, Found};
use crate::store::{self, Conn, StoreError};

/// About how much one page may take. A page of a single conversation may take more: 50 bodies and files are bounded.
const PAGE_BYTES: i64 = 1024 * 1024;
/// About how much a conversation without messages takes.
const CONVERSATION_BYTES: i64 = 1024;
/// How many of the latest changes of one conversation are looked at.
const SEARCHED_MAX: i64 = 1000;
/// And when many conversations have changed.
const BRIEF_SEARCHED_MAX: i64 = 16;

/// What a page tells.
pub(super) struct Picked {
    /// In the order of their ids, each with the positions of its messages, descending, one more than are told.
    pub conversations: Vec<(Changed, Vec<Found>)>,
    /// Messages that are told of each, at most.
    pub messages_max: usize,
    /// Conversations that the user is not in any more, in the order of their ids.
    pub removed: Vec<ConversationId>,
    /// The last conversation of this page; none when it is the last page.
    pub end: Option<ConversationId>,
}

impl Picked {
    /// The newest position that is told of each conversation.
    pub(super) fn newest(&self) -> Vec<(ConversationId, i64)> {
        let newest = self.conversations.iter().filter_map(|(changed, found)| {
            let newest = found.first()?;
            Some((changed.conversation_id, newest.seq))
        });
        newest.collect()
    }

    /// The positions that are told.
    pub(super) fn positions(&self) -> Vec<(ConversationId, i64)> {
        let told = self.conversations.iter().flat_map(|(_, found)| found.iter().take(self.messages_max));
        told.map(|found| (found.conversation_id, found.seq)).collect()
    }
}

/// About how much of an answer a conversation takes.
fn size_bytes((changed, found): &(Changed, Vec<Found>), messages_max: usize) -> i64 {
    let messages: i64 = found.iter().take(messages_max).map(|found| found.size_bytes).sum();
    CONVERSATION_BYTES + changed.last_bytes + messages
}

/// Finds out what a page tells: as much as fits.
pub(super) async fn pick(conn: &mut Conn, token: &SyncToken) -> Result<Picked, StoreError> {
    let (user_id, since) = (token.user_id, &token.since);
    let first = ConversationId::from_uuid(uuid::Uuid::nil());
    let after = token.progress.as_ref().map_or(first, |progress| progress.after);
    // One more than is told tells whether there are more; so with messages.
    let limit = one_more(BRIEF_CONVERSATIONS_MAX);
    let mut changed = store::sync::list_changed(conn, user_id, since, after, limit).await?;
    let limit = one_more(REMOVED_MAX);
    let mut removed = store::sync::list_departed(conn, user_id, since, after, limit).await?;
    let mut ends = [
        cut(&mut changed, BRIEF_CONVERSATIONS_MAX).map(|last| last.conversation_id),
        cut(&mut removed, REMOVED_MAX),
    ];
    let (mut messages_max, searched_max) = match changed.len() > CONVERSATIONS_MAX {
        true => (BRIEF_MESSAGES_MAX, BRIEF_SEARCHED_MAX),
        false => (MESSAGES_MAX, SEARCHED_MAX),
    };
    let mut conversations = with_messages(conn, changed, since, (messages_max, searched_max)).await?;
    if messages_max == BRIEF_MESSAGES_MAX {
        let fits =
            |max: &usize| conversations.iter().map(|one| size_bytes(one, *max)).sum::<i64>() <= PAGE_BYTES;
        messages_max = (1..=BRIEF_MESSAGES_MAX).rev().find(fits).unwrap_or(1);
    }
    let mut page_bytes = 0;
    let fitting = conversations.iter().take_while(|one| {
        page_bytes += size_bytes(one, messages_max);
        page_bytes <= PAGE_BYTES
    });
    let fitting = fitting.count().max(1);
    if fitting < conversations.len() {
        conversations.truncate(fitting);
        ends[0] = conversations.last().map(|(last, _)| last.conversation_id);
    }
    // What stands behind the nearer end is told by the next page.
    let end = ends.into_iter().flatten().min();
    if let Some(end) = end {
        conversations.retain(|(changed, _)| changed.conversation_id <= end);
        removed.retain(|conversation_id| *conversation_id <= end);
    }
    Ok(Picked { conversations, messages_max, removed, end })
}

/// Conversations with the positions of their messages that changed, one more than are told.
async fn with_messages(
    conn: &mut Conn,
    changed: Vec<Changed>,
    since: &Point,
    (messages_max, searched_max): (usize, i64),
) -> Result<Vec<(Changed, Vec<Found>)>, StoreError> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let limit = one_more(messages_max);
    let found = store::sync::list_messages(conn, &changed, since, limit, searched_max).await?;
    let mut of_each: HashMap<ConversationId, Vec<Found>> = HashMap::with_capacity(changed.len());
    for found in found {
        of_each.entry(found.conversation_id).or_default().push(found);
    }
    let conversations = changed.into_iter().map(|changed| {
        let found = of_each.remove(&changed.conversation_id).unwrap_or_default();
        (changed, found)
    });
    Ok(conversations.collect())
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Cuts a list of one more than `limit`, and tells its last item then.
fn cut<T: Copy>(list: &mut Vec<T>, limit: usize) -> Option<T> {
    if list.len() <= limit {
        return None;
    }
    list.truncate(limit);
    list.last().copied()
}
