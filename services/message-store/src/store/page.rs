//! What a page of history is read by, and what on it differs from reader to reader.

use std::collections::{HashMap, HashSet};

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::conversation::Kind;
use crate::domain::history::Label;
use crate::domain::person::Person;
use crate::store::{Conn, StoreError, hydrate};

/// What stands on the head of a conversation for somebody who wants to read there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageHead {
    /// What it is.
    pub kind: Kind,
    /// Whether the reader is in.
    pub is_member: bool,
    /// The position of the newest message; 0 when there is none.
    pub last_seq: i64,
    /// Which state of the history stands there.
    pub label: Label,
}

/// The head of a conversation, for a reader or for nobody in particular.
///
/// # Errors
/// [`StoreError`].
pub async fn find_head(
    conn: &mut Conn,
    conversation_id: ConversationId,
    reader: Option<UserId>,
) -> Result<Option<PageHead>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT c.kind, c.last_seq, c.version, c.changed_xid::text::bigint AS "changed_xid!",
                  EXISTS (SELECT FROM members m WHERE m.conversation_id = c.conversation_id AND m.user_id = $2)
                      AS "is_member!"
           FROM conversations c WHERE c.conversation_id = $1"#,
        conversation_id.as_uuid(),
        reader.map(|reader| reader.as_uuid()),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = |_| StoreError::Corrupt { table: "conversations", id: conversation_id.as_uuid() };
    Ok(Some(PageHead {
        kind: row.kind.parse().map_err(corrupt)?,
        is_member: row.is_member,
        last_seq: row.last_seq,
        label: Label { version: row.version, changed_xid: row.changed_xid },
    }))
}

/// How some people are shown; those who are gone are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn find_people(
    conn: &mut Conn,
    user_ids: &HashSet<UserId>,
) -> Result<HashMap<UserId, Person>, StoreError> {
    let user_ids: Vec<Uuid> = user_ids.iter().map(UserId::as_uuid).collect();
    hydrate::find_people(conn, &user_ids).await
}

/// A position and an emoji.
pub type OwnReaction = (i64, String);

/// Somebody's reactions on messages at some positions, if the conversation still stands at `label`: of another state they would
/// not fit the page.
///
/// # Errors
/// [`StoreError`].
pub async fn find_own_reactions(
    conn: &mut Conn,
    (conversation_id, label): (ConversationId, Label),
    reader: UserId,
    seqs: &[i64],
) -> Result<Option<HashSet<OwnReaction>>, StoreError> {
    // One statement, one snapshot: label and reactions are of the same moment.
    let rows = sqlx::query!(
        r#"SELECT r.seq AS "seq?", r.emoji AS "emoji?"
           FROM conversations c
           LEFT JOIN UNNEST($2::bigint[]) AS k (seq) ON true
           LEFT JOIN reactions r ON r.conversation_id = c.conversation_id AND r.seq = k.seq AND r.user_id = $3
           WHERE c.conversation_id = $1 AND c.version = $4 AND c.changed_xid::text::bigint = $5"#,
        conversation_id.as_uuid(),
        seqs,
        reader.as_uuid(),
        label.version,
        label.changed_xid,
    )
    .fetch_all(conn)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(rows.into_iter().filter_map(|row| row.seq.zip(row.emoji)).collect()))
}
