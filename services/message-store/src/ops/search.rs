//! Finding messages by their words, in the conversations that one is in.

use std::cmp::Ordering;
use std::collections::HashMap;

use pulse_types::{ConversationId, InvalidCursor, MessageId, UserId};
use serde::{Deserialize, Serialize};

use crate::domain::conversation::{Refusal, require_member};
use crate::domain::language::Language;
use crate::domain::message::Message;
use crate::domain::search::{self, Query, Span};
use crate::ops::Context;
use crate::store::search::{Candidate, Wanted};
use crate::store::{self, Conn, StoreError};

/// Name under which cursors are sealed.
const SEARCH: &str = "search";

/// Nothing could be looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The user may not read there.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The cursor is none of this search.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// 1..200 characters, trimmed.
    pub query: String,
    /// Only in this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only by this person.
    pub from: Option<UserId>,
    /// At most so many, 1..100.
    pub limit: usize,
    /// Where to go on; empty for the first page.
    pub cursor: String,
}

/// A page of what was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Best first, the newest first among equals.
    pub hits: Vec<Hit>,
    /// Empty on the last page.
    pub next_cursor: String,
}

/// A message that was found.
#[derive(Debug)]
pub struct Hit {
    /// The message.
    pub message: Message,
    /// Where its body shows what was looked for.
    pub highlights: Vec<Span>,
}

/// Where a page ends. A cursor serves the search alone that it was made for.
#[derive(Serialize, Deserialize)]
struct SearchCursor {
    #[serde(rename = "u")]
    user_id: UserId,
    #[serde(rename = "q")]
    query: String,
    #[serde(rename = "c")]
    conversation_id: Option<ConversationId>,
    #[serde(rename = "f")]
    from: Option<UserId>,
    #[serde(rename = "l")]
    limit: usize,
    /// The bits of the rank, which must come back as they are.
    #[serde(rename = "r")]
    rank: u32,
    #[serde(rename = "m")]
    message_id: MessageId,
}

/// Messages that match, a page of them.
///
/// # Errors
/// [`SearchError`].
pub async fn search(
    context: &Context,
    user_id: UserId,
    request: &SearchRequest,
) -> Result<Found, SearchError> {
    let after = position(context, user_id, request)?;
    let mut tx = context.db.begin_snapshot().await?;
    store::search::prepare(&mut tx).await?;
    if let Some(conversation_id) = request.conversation_id {
        let found = store::conversation::find(&mut tx, conversation_id, user_id).await?;
        let conversation = found.ok_or(Refusal::NotFound)?;
        require_member(conversation.kind, conversation.my.is_some())?;
    }
    let language = Language::of(&store::search::locale(&mut tx, user_id).await?);
    let wanted = Wanted {
        user_id,
        query: &request.query,
        language,
        conversation_id: request.conversation_id,
        from: request.from,
    };
    let Some(query) = store::search::read_query(&mut tx, wanted.query, language).await? else {
        return Ok(Found::default());
    };
    if request.conversation_id.is_none() {
        store::search::tidy_index(&mut tx).await?;
    }
    let mut candidates = candidates(&mut tx, &wanted, &query).await?;
    candidates.sort_unstable_by(best_first);
    if let Some((rank, message_id)) = after {
        candidates.retain(|candidate| is_after(candidate, rank, message_id));
    }
    let has_more = candidates.len() > request.limit;
    candidates.truncate(request.limit);
    let next_cursor = match candidates.last() {
        Some(last) if has_more => context.cursors.seal(SEARCH, &cursor(user_id, request, last)),
        _ => String::new(),
    };
    let hits = hits(&mut tx, &wanted, &query, &candidates).await?;
    tx.rollback().await.map_err(StoreError::from)?;
    Ok(Found { hits, next_cursor })
}

/// All that match, or so many that the best can be chosen from them. Where a word is common, the newest are among them.
async fn candidates(conn: &mut Conn, wanted: &Wanted<'_>, query: &str) -> Result<Vec<Candidate>, StoreError> {
    let mut candidates = store::search::list_candidates(conn, wanted, query).await?;
    let mut counts: HashMap<ConversationId, usize> = HashMap::new();
    for candidate in &candidates {
        *counts.entry(candidate.conversation_id).or_default() += 1;
    }
    for (conversation_id, count) in counts {
        if store::search::is_full(count) {
            candidates.extend(store::search::list_newest(conn, wanted, query, conversation_id).await?);
        }
    }
    candidates.sort_unstable_by_key(|candidate| candidate.message_id);
    candidates.dedup_by_key(|candidate| candidate.message_id);
    Ok(candidates)
}

fn best_first(one: &Candidate, other: &Candidate) -> Ordering {
    other.rank.total_cmp(&one.rank).then_with(|| other.message_id.cmp(&one.message_id))
}

fn is_after(candidate: &Candidate, rank: f32, message_id: MessageId) -> bool {
    candidate.rank.total_cmp(&rank).then_with(|| candidate.message_id.cmp(&message_id)).is_lt()
}

/// The messages of a page with what they show, in the order of the page.
async fn hits(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    query: &str,
    page: &[Candidate],
) -> Result<Vec<Hit>, StoreError> {
    let positions: Vec<_> = page.iter().map(|found| (found.conversation_id, found.seq)).collect();
    let messages = store::message::list_at(conn, Some(wanted.user_id), &positions).await?;
    let sender_ids: Vec<UserId> = messages.iter().filter_map(|message| message.sender_id).collect();
    let locales = store::search::list_locales(conn, &sender_ids).await?;
    let locales: HashMap<UserId, Language> =
        locales.iter().map(|(user_id, locale)| (*user_id, Language::of(locale))).collect();
    let language_of = |message: &Message| {
        let sender_id = message.sender_id?;
        locales.get(&sender_id).map(|language| language.as_str().to_owned())
    };
    let bodies: Vec<String> = messages.iter().map(|message| message.body.clone()).collect();
    let languages: Vec<String> = messages
        .iter()
        .map(|message| language_of(message).unwrap_or_else(|| Language::SIMPLE.as_str().to_owned()))
        .collect();
    let words = store::search::list_words(conn, &bodies, &languages, wanted.language).await?;
    let query = Query::parse(query);
    let mut hits: HashMap<MessageId, Hit> = messages
        .into_iter()
        .zip(words)
        .map(|(message, words)| {
            let highlights = query.as_ref().map_or_else(Vec::new, |query| {
                search::highlights(&message.body, &words.tokens, &words.lexemes, query)
            });
            (message.message_id, Hit { message, highlights })
        })
        .collect();
    Ok(page.iter().filter_map(|found| hits.remove(&found.message_id)).collect())
}

fn cursor(user_id: UserId, request: &SearchRequest, last: &Candidate) -> SearchCursor {
    SearchCursor {
        user_id,
        query: request.query.clone(),
        conversation_id: request.conversation_id,
        from: request.from,
        limit: request.limit,
        rank: last.rank.to_bits(),
        message_id: last.message_id,
    }
}

/// After which hit the page begins.
fn position(
    context: &Context,
    user_id: UserId,
    request: &SearchRequest,
) -> Result<Option<(f32, MessageId)>, InvalidCursor> {
    if request.cursor.is_empty() {
        return Ok(None);
    }
    let cursor: SearchCursor = context.cursors.open(SEARCH, &request.cursor)?;
    let is_of_this_search = cursor.user_id == user_id
        && cursor.query == request.query
        && cursor.conversation_id == request.conversation_id
        && cursor.from == request.from
        && cursor.limit == request.limit;
    if !is_of_this_search {
        return Err(InvalidCursor);
    }
    Ok(Some((f32::from_bits(cursor.rank), cursor.message_id)))
}
