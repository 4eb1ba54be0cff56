//! The newest page of a history, kept in Redis for all who read it.
//!
//! **No stale page is served.** Each read begins at the conversation's head in the database, which also tells whether the reader
//! may read. All that changes a history does so under the lock of the head and gives the head another label in the same
//! transaction; labels never come back. A page is read in one snapshot with the label it is kept by, so it is exactly what that
//! label stands for, and it is served only under the label that this very read has seen. What Redis holds, loses or mixes up
//! decides how long a read takes, never what it shows.
//!
//! How people are shown has no part in the label: it is read each time, like the reader's own reactions.

use std::collections::HashSet;
use std::sync::Arc;

use pulse_types::{ConversationId, UserId};

use crate::cache::link::CacheError;
use crate::cache::page::{PageError, Pages};
use crate::domain::conversation::{Refusal, require_member};
use crate::domain::history::{LATEST_MAX, Label, Page, Position, Window};
use crate::domain::message::Message;
use crate::ops::Context;
use crate::ops::flight::Flights;
use crate::ops::message::{History, ReadError};
use crate::store::page::{PageHead, find_head};
use crate::store::{self, Conn, Db, StoreError};

/// The kept pages, and those that are being read.
pub struct LatestPages {
    kept: Pages,
    flights: Flights<(ConversationId, Label), Arc<Page>>,
}

impl LatestPages {
    /// Keeps pages there.
    #[must_use]
    pub fn new(kept: Pages) -> Self {
        Self { kept, flights: Flights::default() }
    }

    /// Whether it is worth asking.
    pub(super) fn is_up(&self) -> bool {
        self.kept.is_up()
    }

    async fn find(&self, conversation_id: ConversationId) -> Option<Page> {
        self.kept.find(conversation_id).await.unwrap_or_else(|error| {
            // What is known to be down was not asked.
            if !matches!(error, PageError::Cache(CacheError::Down)) {
                count_error(&error);
            }
            None
        })
    }

    async fn forget(&self, conversation_id: ConversationId) {
        if let Err(error) = self.kept.forget(conversation_id).await {
            count_error(&error);
        }
    }
}

/// Forgets the page of a conversation in which something is gone for good. Nobody is shown it any more; it need not wait for the
/// end of its lifetime either.
pub(super) async fn forget(context: &Context, conversation_id: ConversationId) {
    if let Some(pages) = &context.pages {
        pages.forget(conversation_id).await;
    }
}

/// The newest `limit` messages, at most [`LATEST_MAX`]. `None` when the history changed under the read: it is to be read from the
/// database.
pub(super) async fn latest(
    context: &Context,
    pages: &LatestPages,
    user_id: UserId,
    conversation_id: ConversationId,
    limit: i64,
) -> Result<Option<History>, ReadError> {
    // At the same time: which of them is read first makes no difference, since a label stands for one content.
    let (kept, found) = tokio::join!(pages.find(conversation_id), async {
        let mut conn = context.db.conn().await?;
        let head = find_head(&mut conn, conversation_id, Some(user_id)).await?;
        Ok::<_, StoreError>((conn, head))
    });
    let (mut conn, head) = found?;
    let head = admit(head)?;
    let (page, head) = match kept.filter(|page| page.label == head.label) {
        Some(page) => {
            metrics::counter!("pulse_messages_cache_hits_total", "kind" => "page").increment(1);
            (Arc::new(page), head)
        }
        None => {
            metrics::counter!("pulse_messages_cache_misses_total", "kind" => "page").increment(1);
            // Whoever waits for others holds no connection.
            drop(conn);
            let key = (conversation_id, head.label);
            let loading = || load(&context.db, pages, key);
            let Some(page) = pages.flights.share(key, loading).await else { return Ok(None) };
            conn = context.db.conn().await?;
            // A newer page than the head that this reader was admitted by: they are admitted anew.
            let head = match page.label == head.label {
                true => head,
                false => admit(find_head(&mut conn, conversation_id, Some(user_id)).await?)?,
            };
            (page, head)
        }
    };
    if page.label != head.label {
        return Ok(None);
    }
    let window = Window::of(Position::Latest, limit, head.last_seq);
    let shown = page.messages.iter().filter(|message| message.seq >= window.first).cloned().collect();
    let messages = personal(&mut conn, user_id, (conversation_id, head.label), shown).await?;
    Ok(messages.map(|messages| History {
        messages,
        has_before: window.has_before,
        has_after: window.has_after,
    }))
}

fn admit(head: Option<PageHead>) -> Result<PageHead, Refusal> {
    let head = head.ok_or(Refusal::NotFound)?;
    require_member(head.kind, head.is_member)?;
    Ok(head)
}

/// The page, for all who wait: of this label, or of a newer one. `None` when the database failed, which whoever then reads there
/// finds out alone.
async fn load(db: &Db, pages: &LatestPages, key: (ConversationId, Label)) -> Option<Arc<Page>> {
    let (conversation_id, label) = key;
    // Somebody may have kept it since this reader looked.
    if let Some(page) = pages.find(conversation_id).await.filter(|page| page.label == label) {
        return Some(Arc::new(page));
    }
    let page = read(db, conversation_id).await.ok().flatten()?;
    metrics::counter!("pulse_messages_cache_loads_total", "kind" => "page").increment(1);
    if let Err(error) = pages.kept.put(conversation_id, &page).await {
        count_error(&error);
    }
    Some(Arc::new(page))
}

/// Head and messages of one snapshot: the label is neither older nor newer than what it stands for.
async fn read(db: &Db, conversation_id: ConversationId) -> Result<Option<Page>, StoreError> {
    let mut tx = db.begin_snapshot().await?;
    let Some(head) = find_head(&mut tx, conversation_id, None).await? else { return Ok(None) };
    let window = Window::of(Position::Latest, LATEST_MAX, head.last_seq);
    let range = (window.first, window.last);
    let messages = store::message::list_range(&mut tx, None, conversation_id, range).await?;
    tx.commit().await?;
    Ok(Some(Page { label: head.label, messages }))
}

/// Adds what only this reader sees, and how people are shown now.
async fn personal(
    conn: &mut Conn,
    user_id: UserId,
    state: (ConversationId, Label),
    mut messages: Vec<Message>,
) -> Result<Option<Vec<Message>>, StoreError> {
    let reacted = messages.iter().filter(|message| !message.reactions.is_empty());
    let reacted: Vec<i64> = reacted.map(|message| message.seq).collect();
    if !reacted.is_empty() {
        let own = store::page::find_own_reactions(conn, state, user_id, &reacted).await?;
        let Some(own) = own else { return Ok(None) };
        for message in &mut messages {
            for reaction in &mut message.reactions {
                reaction.is_mine = own.contains(&(message.seq, reaction.emoji.clone()));
            }
        }
    }
    let user_ids: HashSet<UserId> = messages.iter().flat_map(people_of).collect();
    let people = store::page::find_people(conn, &user_ids).await?;
    for message in &mut messages {
        message.sender = message.sender_id.and_then(|id| people.get(&id).cloned());
        if let Some(note) = message.system.as_mut() {
            note.actor = note.actor_id.and_then(|id| people.get(&id).cloned());
            note.user = note.user_id.and_then(|id| people.get(&id).cloned());
        }
    }
    Ok(Some(messages))
}

fn people_of(message: &Message) -> impl Iterator<Item = UserId> {
    let note = message.system.as_ref();
    [message.sender_id, note.and_then(|note| note.actor_id), note.and_then(|note| note.user_id)]
        .into_iter()
        .flatten()
}

fn count_error(error: &dyn std::error::Error) {
    metrics::counter!("pulse_messages_cache_errors_total", "kind" => "page").increment(1);
    tracing::debug!(error = %error, "a kept page could not be used");
}
