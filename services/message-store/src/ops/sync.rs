//! What changed for somebody since they last looked, told from the present state, a page at a time.
//!
//! Conversations are told in the order of their ids. The first page takes the point at which the last one ends; what changes
//! meanwhile is told by the next sync, once more if a later page has shown it already.

mod pick;

use std::collections::HashMap;

use pulse_types::clock::to_millisecond;
use pulse_types::{Clock as _, ConversationId, InvalidCursor, UserId};
use time::OffsetDateTime;

use crate::domain::change::{Change, MarksMoved};
use crate::domain::conversation::{Conversation, INBOX_FANOUT_MAX};
use crate::domain::mark::RECEIPTS_MEMBERS_MAX;
use crate::domain::message::Message;
use crate::domain::sync::{Point, Progress, SyncToken, TOKEN_VERSION};
use crate::ops::Context;
use crate::ops::announce::{observers, user_subjects};
use crate::ops::sync::pick::{Picked, pick};
use crate::store::outbox::NewEntry;
use crate::store::sync::Delivered;
use crate::store::{self, Conn, StoreError};

/// Name under which sync tokens are sealed.
const SYNC: &str = "sync";
/// How often a page is begun again because the user's marks moved meanwhile.
const ATTEMPTS_MAX: usize = 5;

/// What changed could not be told.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The token is garbled, or somebody else's.
    #[error("must be a token that this account was given")]
    Token,
    /// The token is older than 30 days, or older than the database.
    #[error("the token is too old; drop what you have and begin again without one")]
    Over,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<InvalidCursor> for SyncError {
    fn from(_: InvalidCursor) -> Self {
        Self::Token
    }
}

/// A page of what changed.
#[derive(Debug, Default)]
pub struct Page {
    /// In the order of their ids.
    pub conversations: Vec<ChangedConversation>,
    /// Those that the user is not in any more.
    pub removed: Vec<ConversationId>,
    /// Over the whole inbox.
    pub total_unread: i64,
    /// Where the next call goes on.
    pub token: String,
    /// Whether there is more already.
    pub has_more: bool,
}

/// A conversation that changed.
#[derive(Debug)]
pub struct ChangedConversation {
    /// As it is now.
    pub conversation: Conversation,
    /// The latest messages that are new or changed, ascending by position; of a conversation that the user has joined since
    /// the latest ones.
    pub messages: Vec<Message>,
    /// Whether there are more.
    pub has_gap: bool,
}

/// What a gateway begins with that serves somebody.
#[derive(Debug)]
pub struct Outset {
    /// A sync token.
    pub token: String,
    /// Over the whole inbox.
    pub total_unread: i64,
    /// The conversations whose events go on subjects of their own.
    pub large: Vec<ConversationId>,
    /// The point of the token, for the positions of many people.
    pub horizon: String,
}

/// Where somebody stands now. The point is taken first: what commits in between is told twice rather than never.
///
/// # Errors
/// [`StoreError`].
pub async fn get_point(context: &Context, user_id: UserId) -> Result<Outset, StoreError> {
    let mut conn = context.db.conn().await?;
    let now = context.clock.now();
    let point = point(&mut conn, now).await?;
    let (total_unread, large) = store::sync::inbox(&mut conn, user_id, INBOX_FANOUT_MAX, now).await?;
    let horizon = point.snapshot();
    Ok(Outset {
        token: context.cursors.seal(SYNC, &SyncToken::at(user_id, point)),
        total_unread,
        large,
        horizon,
    })
}

/// What changed for somebody since a token, which is marked as delivered; without a token nothing but the present one.
///
/// # Errors
/// [`SyncError`].
pub async fn sync(context: &Context, user_id: UserId, since: &str) -> Result<Page, SyncError> {
    if since.is_empty() {
        let Outset { token, total_unread, .. } = get_point(context, user_id).await?;
        return Ok(Page { token, total_unread, ..Page::default() });
    }
    let token: SyncToken = context.cursors.open(SYNC, since)?;
    if token.version != TOKEN_VERSION || token.user_id != user_id {
        return Err(SyncError::Token);
    }
    if token.since.is_over(context.clock.now()) {
        return Err(SyncError::Over);
    }
    let mut attempt = 1;
    loop {
        match page(context, &token).await {
            // The user's marks were moved by somebody else since the transaction began.
            Err(SyncError::Store(error)) if error.is_conflict() && attempt < ATTEMPTS_MAX => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn page(context: &Context, token: &SyncToken) -> Result<Page, SyncError> {
    let user_id = token.user_id;
    let now = to_millisecond(context.clock.now());
    let mut tx = context.db.begin_snapshot().await?;
    let present = point(&mut tx, now).await?;
    if token.since.is_ahead_of(&present) {
        return Err(SyncError::Over);
    }
    let picked = pick(&mut tx, token).await?;
    let (delivered, xid) = store::sync::mark_delivered(&mut tx, user_id, &picked.newest()).await?;
    let conversations = read(&mut tx, user_id, &picked).await?;
    let total_unread = total_unread(&mut tx, user_id, now).await?;
    let entries = delivered.iter().flat_map(|delivered| told(context, user_id, *delivered)).collect();
    let entries = store::outbox::insert(&mut tx, entries, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    context.announcer.committed(entries);

    let mut target = token.progress.as_ref().map_or(present, |progress| progress.target.clone());
    // What this very call has marked is told by it.
    if let Some(xid) = xid {
        target.add_own(xid);
    }
    let has_more = picked.end.is_some();
    let next = match picked.end {
        Some(after) => SyncToken {
            progress: Some(Progress { target, after }),
            ..SyncToken::at(user_id, token.since.clone())
        },
        None => SyncToken::at(user_id, target),
    };
    let token = context.cursors.seal(SYNC, &next);
    Ok(Page { conversations, removed: picked.removed, total_unread, token, has_more })
}

pub(super) async fn point(conn: &mut Conn, now: OffsetDateTime) -> Result<Point, StoreError> {
    let snapshot = store::sync::snapshot(conn).await?;
    let corrupt = |_| StoreError::Corrupt { table: "pg_current_snapshot", id: uuid::Uuid::nil() };
    Point::parse(&snapshot, now).map_err(corrupt)
}

async fn total_unread(conn: &mut Conn, user_id: UserId, now: OffsetDateTime) -> Result<i64, StoreError> {
    let totals = store::mark::total_unread(conn, &[user_id], now).await?;
    Ok(totals.first().map_or(0, |(_, total)| *total))
}

/// Reads what was picked, as it is now.
async fn read(
    conn: &mut Conn,
    user_id: UserId,
    picked: &Picked,
) -> Result<Vec<ChangedConversation>, StoreError> {
    let ids: Vec<_> = picked.conversations.iter().map(|(changed, _)| changed.conversation_id).collect();
    let mut conversations = store::conversation::list_some(conn, &ids, user_id).await?;
    super::conversation::add_last_messages(conn, Some(user_id), &mut conversations).await?;
    let mut messages: HashMap<ConversationId, Vec<Message>> = HashMap::with_capacity(ids.len());
    for message in store::message::list_at(conn, Some(user_id), &picked.positions()).await? {
        messages.entry(message.conversation_id).or_default().push(message);
    }
    let counts: HashMap<ConversationId, usize> =
        picked.conversations.iter().map(|(changed, found)| (changed.conversation_id, found.len())).collect();
    let changed = conversations.into_iter().map(|conversation| {
        let conversation_id = conversation.conversation_id;
        let mut messages = messages.remove(&conversation_id).unwrap_or_default();
        messages.sort_unstable_by_key(|message| message.seq);
        let has_gap = counts.get(&conversation_id).is_some_and(|count| *count > picked.messages_max);
        ChangedConversation { conversation, messages, has_gap }
    });
    Ok(changed.collect())
}

/// The events of marks that moved: for the user's devices, and for those who see how far others have come.
fn told(context: &Context, user_id: UserId, delivered: Delivered) -> Vec<NewEntry> {
    let entry = |marks, subjects| {
        let moved = MarksMoved { conversation_id: delivered.conversation_id, user_id, marks };
        context.announcer.entry(&Change::MarksMoved(moved), subjects, &*context.clock)
    };
    let mut entries = vec![entry(delivered.marks, user_subjects([user_id]))];
    if delivered.member_count <= RECEIPTS_MEMBERS_MAX {
        let pair = delivered.pair.map(|pair| (pair, delivered.is_connected));
        let observers = observers(delivered.conversation_id, user_id, pair);
        if !observers.is_empty() {
            entries.push(entry(delivered.marks.shown(delivered.shows_read), observers));
        }
    }
    entries
}
