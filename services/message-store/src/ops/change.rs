//! What changed in one conversation after a version: the present state of it, a page at a time.

use pulse_types::{ConversationId, UserId};

use crate::domain::conversation::{Conversation, Member, Refusal, require_member};
use crate::domain::message::Message;
use crate::ops::Context;
use crate::ops::message::ReadError;
use crate::store::change::At;
use crate::store::{self, Conn, StoreError};

/// Messages on a page.
const MESSAGES_MAX: usize = 100;
/// Members on a page, and those who are gone: more than are added by one change.
const MEMBERS_MAX: usize = 500;
/// About how much the messages of a page may take. The first one is told whatever it takes.
const PAGE_BYTES: i64 = 1024 * 1024;

/// A page of what changed.
#[derive(Debug)]
pub struct Page {
    /// Ascending by version.
    pub messages: Vec<Message>,
    /// Added or changed, ascending by version.
    pub members: Vec<Member>,
    /// Gone.
    pub removed: Vec<UserId>,
    /// As it is now.
    pub conversation: Conversation,
    /// All that changed up to here is told.
    pub version: i64,
    /// Whether there is more.
    pub has_more: bool,
}

/// What changed in a conversation after a version. Beyond the present version there is nothing.
///
/// # Errors
/// [`ReadError`].
pub async fn list(
    context: &Context,
    user_id: UserId,
    conversation_id: ConversationId,
    after: i64,
) -> Result<Page, ReadError> {
    let mut tx = context.db.begin_snapshot().await?;
    let found = store::conversation::find(&mut tx, conversation_id, user_id).await?;
    let conversation = found.ok_or(Refusal::NotFound)?;
    require_member(conversation.kind, conversation.my.is_some())?;
    let mut one = [conversation];
    super::conversation::add_last_messages(&mut tx, Some(user_id), &mut one).await?;
    let [conversation] = one;

    let mut window = Window { after, reached: conversation.version };
    let seqs = window.messages(&mut tx, conversation_id).await?;
    let limit = limit(MEMBERS_MAX);
    let mut members = store::change::list_members(&mut tx, conversation_id, after, limit).await?;
    window.end_within(&members, MEMBERS_MAX);
    let mut removed = store::change::list_departed(&mut tx, conversation_id, after, limit).await?;
    window.end_within(&removed, MEMBERS_MAX);

    let positions: Vec<_> = seqs
        .into_iter()
        .filter(|at| at.version <= window.reached)
        .map(|at| (conversation_id, at.what.0))
        .collect();
    let mut messages = store::message::list_at(&mut tx, Some(user_id), &positions).await?;
    messages.sort_unstable_by_key(|message| message.version);
    tx.rollback().await.map_err(StoreError::from)?;
    members.retain(|at| at.version <= window.reached);
    removed.retain(|at| at.version <= window.reached);
    Ok(Page {
        messages,
        members: members.into_iter().map(|at| at.what).collect(),
        removed: removed.into_iter().map(|at| at.what).collect(),
        version: window.reached,
        has_more: window.reached < conversation.version,
        conversation,
    })
}

/// One more than are told tells whether there are more.
fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX).saturating_add(1)
}

/// The versions that a page tells.
struct Window {
    after: i64,
    reached: i64,
}

impl Window {
    /// The positions of the messages that changed, as many as fit.
    async fn messages(
        &mut self,
        conn: &mut Conn,
        conversation_id: ConversationId,
    ) -> Result<Vec<At<(i64, i64)>>, StoreError> {
        let limit = limit(MESSAGES_MAX);
        let mut found = store::change::list_messages(conn, conversation_id, self.after, limit).await?;
        let mut size_bytes = 0;
        let fitting = found.iter().take(MESSAGES_MAX).take_while(|at| {
            let is_first = size_bytes == 0;
            size_bytes += at.what.1;
            is_first || size_bytes <= PAGE_BYTES
        });
        let fitting = fitting.count();
        self.end_within(&found, fitting);
        found.truncate(fitting);
        Ok(found)
    }

    /// Ends the page before what does not fit, so that no version is told by halves.
    fn end_within<T>(&mut self, listed: &[At<T>], fitting: usize) {
        if let Some(beyond) = listed.get(fitting) {
            self.reached = self.reached.min(beyond.version - 1);
        }
    }
}
