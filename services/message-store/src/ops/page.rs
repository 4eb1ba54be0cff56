//! The newest page of a history: read once for all who ask at the same time, and kept in Redis for those who ask later.
//!
//! **No stale page is served.** What somebody is shown was read after they had asked (`flight`), or is a kept page under the label
//! that the database told after they had asked. All that changes a history does so under the lock of the conversation's head and
//! gives the head another label in the same transaction; labels never come back. A page is kept by the label that was read in one
//! snapshot with it, so it is exactly what that label stands for. Whether somebody may read is asked each time, of the database,
//! together with the label. What Redis holds, loses or mixes up decides how long a read takes, never what it shows.
//!
//! How people are shown has no part in the label: it is read each time, like the readers' own reactions.

use std::collections::HashSet;
use std::sync::Arc;

use pulse_types::{ConversationId, UserId};

use crate::cache::page::Pages;
use crate::domain::conversation::{Refusal, require_member};
use crate::domain::history::{LATEST_MAX, Page, Position, Window};
use crate::domain::message::Message;
use crate::ops::Context;
use crate::ops::flight::Flights;
use crate::ops::message::{History, ReadError};
use crate::store::page::{OwnReaction, PageHead, Shown, Wanted};
use crate::store::{self, Conn, Db, StoreError};

/// The kept pages, and those that are being read.
pub struct LatestPages {
    /// When there is a Redis.
    kept: Option<Pages>,
    flights: Flights<ConversationId, Reader, Outcome>,
}

/// Somebody who wants so many messages.
#[derive(Clone, Copy)]
struct Reader {
    user_id: UserId,
    limit: i64,
}

/// What all readers of a flight are given; `None` when there is no such conversation.
type Outcome = Result<Option<Arc<View>>, Arc<StoreError>>;

/// The newest messages, and what each of its readers needs to know beside them.
struct View {
    head: PageHead,
    /// Complete; an own reaction is marked here when there is one reader.
    messages: Vec<Message>,
    own: HashSet<OwnReaction>,
}

impl LatestPages {
    /// Keeps pages there, if anywhere.
    #[must_use]
    pub fn new(kept: Option<Pages>) -> Self {
        Self { kept, flights: Flights::default() }
    }

    /// Redis, if it is worth asking for so many readers.
    fn kept(&self, readers: usize) -> Option<&Pages> {
        let reason = match &self.kept {
            Some(pages) if pages.is_up() => return Some(pages),
            Some(_) => "down",
            None => "off",
        };
        count_passed_by(reason, readers);
        None
    }
}

/// Counts reads that the cache has no part in.
pub(super) fn count_passed_by(reason: &'static str, readers: usize) {
    let counter =
        metrics::counter!("pulse_messages_cache_passed_by_total", "kind" => "page", "reason" => reason);
    counter.increment(readers as u64);
}

/// Forgets the page of a conversation in which something is gone for good. Nobody is shown it any more; it need not wait for the
/// end of its lifetime either.
pub(super) async fn forget(context: &Context, conversation_id: ConversationId) {
    if let Some(pages) = &context.pages.kept
        && let Err(error) = pages.forget(conversation_id).await
    {
        count_error(&error);
    }
}

/// The newest `limit` messages, at most [`LATEST_MAX`].
pub(super) async fn latest(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    limit: i64,
) -> Result<History, ReadError> {
    let reading = |readers: Vec<Reader>| async move {
        read(&context.db, &context.pages, conversation_id, &readers).await.map_err(Arc::new)
    };
    let view = context.pages.flights.share(conversation_id, Reader { user_id, limit }, reading).await;
    let view = view.map_err(ReadError::Shared)?.ok_or(Refusal::NotFound)?;
    require_member(view.head.kind, view.head.members.contains(&user_id))?;
    let window = Window::of(Position::Latest, limit, view.head.last_seq);
    let messages = view.messages.iter().filter(|message| message.seq >= window.first);
    let messages = messages.map(|message| view.message_for(user_id, message)).collect();
    Ok(History { messages, has_before: window.has_before, has_after: window.has_after })
}

impl View {
    fn message_for(&self, user_id: UserId, message: &Message) -> Message {
        let mut message = message.clone();
        for reaction in &mut message.reactions {
            reaction.is_mine |= self.own.contains(&(user_id, message.seq, reaction.emoji.clone()));
        }
        message
    }
}

/// One read for all who came together: a kept page, when the database says that it is of now; else the database's.
async fn read(
    db: &Db,
    pages: &LatestPages,
    conversation_id: ConversationId,
    readers: &[Reader],
) -> Result<Option<Arc<View>>, StoreError> {
    let Some(kept) = pages.kept(readers.len()) else {
        // A page that is nobody else's needs no snapshot.
        let found = match readers {
            [_] => load(&mut *db.conn().await?, conversation_id, readers).await?,
            _ => load_snapshot(db, conversation_id, readers).await?,
        };
        return Ok(found.map(Arc::new));
    };
    let missed = match kept.find(conversation_id).await {
        Ok(Some(page)) => match show(db, conversation_id, page, readers).await? {
            Some(view) => {
                let hits = metrics::counter!("pulse_messages_cache_hits_total", "kind" => "page");
                hits.increment(readers.len() as u64);
                return Ok(Some(Arc::new(view)));
            }
            None => "stale",
        },
        Ok(None) => "absent",
        Err(error) => {
            count_error(&error);
            "error"
        }
    };
    let misses = metrics::counter!("pulse_messages_cache_misses_total", "kind" => "page", "reason" => missed);
    misses.increment(readers.len() as u64);
    let whole: Vec<Reader> = readers.iter().map(|reader| Reader { limit: LATEST_MAX, ..*reader }).collect();
    let Some(view) = load_snapshot(db, conversation_id, &whole).await? else { return Ok(None) };
    // For strangers nothing was read.
    if !view.head.members.is_empty()
        && kept.is_up()
        && let Err(error) = kept.put(conversation_id, view.head.label, &view.messages).await
    {
        count_error(&error);
    }
    Ok(Some(Arc::new(view)))
}

/// A kept page as it is shown now; `None` when the database has another state.
async fn show(
    db: &Db,
    conversation_id: ConversationId,
    page: Page,
    readers: &[Reader],
) -> Result<Option<View>, StoreError> {
    let Page { label, mut messages } = page;
    let user_ids: HashSet<UserId> = messages.iter().flat_map(people_of).collect();
    let wanted = Wanted {
        readers: &ids(readers),
        seqs: &reacted(&messages),
        user_ids: &user_ids.into_iter().collect::<Vec<_>>(),
    };
    let shown = store::page::find_shown(&mut *db.conn().await?, conversation_id, &wanted).await?;
    let Some(Shown { head, own, people }) = shown.filter(|shown| shown.head.label == label) else {
        return Ok(None);
    };
    for message in &mut messages {
        message.sender = message.sender_id.and_then(|id| people.get(&id).cloned());
        if let Some(note) = message.system.as_mut() {
            note.actor = note.actor_id.and_then(|id| people.get(&id).cloned());
            note.user = note.user_id.and_then(|id| people.get(&id).cloned());
        }
    }
    Ok(Some(View { head, messages, own }))
}

/// Head and messages of one snapshot: the label is neither older nor newer than what it stands for.
async fn load_snapshot(
    db: &Db,
    conversation_id: ConversationId,
    readers: &[Reader],
) -> Result<Option<View>, StoreError> {
    let mut tx = db.begin_snapshot().await?;
    let view = load(&mut tx, conversation_id, readers).await?;
    tx.commit().await?;
    Ok(view)
}

/// As many messages as the one of them who wants most; none when they are all strangers.
async fn load(
    conn: &mut Conn,
    conversation_id: ConversationId,
    readers: &[Reader],
) -> Result<Option<View>, StoreError> {
    metrics::counter!("pulse_messages_cache_loads_total", "kind" => "page").increment(1);
    let user_ids = ids(readers);
    let Some(head) = store::page::find_head(conn, conversation_id, &user_ids).await? else { return Ok(None) };
    let limit = readers.iter().map(|reader| reader.limit).max().unwrap_or_default();
    let window = Window::of(Position::Latest, limit, head.last_seq);
    let only = match user_ids.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let range = (window.first, window.last);
    let messages = match head.members.is_empty() || window.first > window.last {
        true => Vec::new(),
        false => store::message::list_range(conn, only, conversation_id, range).await?,
    };
    let seqs = reacted(&messages);
    let own = match only.is_some() || seqs.is_empty() {
        true => HashSet::new(),
        false => store::page::find_own_reactions(conn, conversation_id, &user_ids, &seqs).await?,
    };
    Ok(Some(View { head, messages, own }))
}

fn ids(readers: &[Reader]) -> Vec<UserId> {
    readers.iter().map(|reader| reader.user_id).collect()
}

/// Positions at which somebody has reacted.
fn reacted(messages: &[Message]) -> Vec<i64> {
    messages.iter().filter(|message| !message.reactions.is_empty()).map(|message| message.seq).collect()
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
