//! What a page of history is read by, and what on it differs from reader to reader.

use std::collections::{HashMap, HashSet};

use pulse_types::{ConversationId, UserId};
use uuid::Uuid;

use crate::domain::conversation::Kind;
use crate::domain::history::Label;
use crate::domain::person::Person;
use crate::store::{Conn, StoreError};

/// What stands on the head of a conversation for those who want to read there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHead {
    /// What it is.
    pub kind: Kind,
    /// Which of the readers are in.
    pub members: HashSet<UserId>,
    /// The position of the newest message; 0 when there is none.
    pub last_seq: i64,
    /// Which state of the history stands there.
    pub label: Label,
}

/// Somebody, a position and an emoji.
pub type OwnReaction = (UserId, i64, String);

/// What a kept page needs to be shown.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Who reads.
    pub readers: &'a [UserId],
    /// Positions at which somebody has reacted.
    pub seqs: &'a [i64],
    /// Who stands on it.
    pub user_ids: &'a [UserId],
}

/// What was wanted, all of the same moment.
#[derive(Debug)]
pub struct Shown {
    /// The head.
    pub head: PageHead,
    /// The reactions of the readers at those positions.
    pub own: HashSet<OwnReaction>,
    /// How people are shown; those who are gone are left out.
    pub people: HashMap<UserId, Person>,
}

/// The head of a conversation, for so many readers.
///
/// # Errors
/// [`StoreError`].
pub async fn find_head(
    conn: &mut Conn,
    conversation_id: ConversationId,
    readers: &[UserId],
) -> Result<Option<PageHead>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT c.kind AS "kind!", c.last_seq AS "last_seq!", c.version AS "version!",
                  c.changed_xid::text::bigint AS "changed_xid!",
                  pg_postmaster_start_time() AS "server_started_at!",
                  ARRAY(SELECT m.user_id FROM members m WHERE m.conversation_id = c.conversation_id AND m.user_id = ANY($2))
                      AS "member_ids!"
           FROM conversations c WHERE c.conversation_id = $1"#,
        conversation_id.as_uuid(),
        &ids(readers),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let label = Label {
        version: row.version,
        changed_xid: row.changed_xid,
        server_started_at: row.server_started_at,
    };
    Ok(Some(PageHead {
        kind: kind(conversation_id, &row.kind)?,
        members: row.member_ids.into_iter().map(UserId::from_uuid).collect(),
        last_seq: row.last_seq,
        label,
    }))
}

/// The head, and what a page that is at hand needs beside it: one statement, so one moment.
///
/// # Errors
/// [`StoreError`].
pub async fn find_shown(
    conn: &mut Conn,
    conversation_id: ConversationId,
    wanted: &Wanted<'_>,
) -> Result<Option<Shown>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT c.kind AS "kind!", c.last_seq AS "last_seq!", c.version AS "version!",
                  c.changed_xid::text::bigint AS "changed_xid!",
                  pg_postmaster_start_time() AS "server_started_at!",
                  ARRAY(SELECT m.user_id FROM members m WHERE m.conversation_id = c.conversation_id AND m.user_id = ANY($2))
                      AS "member_ids!",
                  own.user_ids AS "own_user_ids!", own.seqs AS "own_seqs!", own.emojis AS "own_emojis!",
                  shown.user_ids AS "user_ids!", shown.usernames AS "usernames!", shown.display_names AS "display_names!",
                  shown.avatar_urls AS "avatar_urls!"
           FROM conversations c
           CROSS JOIN LATERAL (
               SELECT COALESCE(array_agg(r.user_id), '{}') AS user_ids, COALESCE(array_agg(r.seq), '{}') AS seqs,
                      COALESCE(array_agg(r.emoji), '{}') AS emojis
               FROM reactions r
               WHERE cardinality($3::bigint[]) > 0 AND r.user_id = ANY($2) AND r.conversation_id = c.conversation_id
                     AND r.seq = ANY($3)
           ) AS own
           CROSS JOIN LATERAL (
               SELECT COALESCE(array_agg(p.user_id), '{}') AS user_ids, COALESCE(array_agg(p.username), '{}') AS usernames,
                      COALESCE(array_agg(p.display_name), '{}') AS display_names,
                      COALESCE(array_agg(p.avatar_url), '{}') AS avatar_urls
               FROM people p
               WHERE p.user_id = ANY($4) AND p.username IS NOT NULL AND p.display_name IS NOT NULL
                     AND p.avatar_url IS NOT NULL
           ) AS shown
           WHERE c.conversation_id = $1"#,
        conversation_id.as_uuid(),
        &ids(wanted.readers),
        wanted.seqs,
        &ids(wanted.user_ids),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let label = Label {
        version: row.version,
        changed_xid: row.changed_xid,
        server_started_at: row.server_started_at,
    };
    let head = PageHead {
        kind: kind(conversation_id, &row.kind)?,
        members: row.member_ids.into_iter().map(UserId::from_uuid).collect(),
        last_seq: row.last_seq,
        label,
    };
    let own = row.own_user_ids.into_iter().zip(row.own_seqs).zip(row.own_emojis);
    let own = own.map(|((user_id, seq), emoji)| (UserId::from_uuid(user_id), seq, emoji)).collect();
    let names = row.usernames.into_iter().zip(row.display_names).zip(row.avatar_urls);
    let people =
        row.user_ids.into_iter().zip(names).map(|(user_id, ((username, display_name), avatar_url))| {
            let user_id = UserId::from_uuid(user_id);
            (user_id, Person { user_id, username, display_name, avatar_url })
        });
    Ok(Some(Shown { head, own, people: people.collect() }))
}

/// The reactions of some readers on messages at some positions.
///
/// # Errors
/// [`StoreError`].
pub async fn find_own_reactions(
    conn: &mut Conn,
    conversation_id: ConversationId,
    readers: &[UserId],
    seqs: &[i64],
) -> Result<HashSet<OwnReaction>, StoreError> {
    let rows = sqlx::query!(
        "SELECT user_id, seq, emoji FROM reactions
         WHERE user_id = ANY($1) AND conversation_id = $2 AND seq = ANY($3)",
        &ids(readers),
        conversation_id.as_uuid(),
        seqs,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (UserId::from_uuid(row.user_id), row.seq, row.emoji)).collect())
}

fn kind(conversation_id: ConversationId, text: &str) -> Result<Kind, StoreError> {
    let corrupt = |_| StoreError::Corrupt { table: "conversations", id: conversation_id.as_uuid() };
    text.parse().map_err(corrupt)
}

fn ids(user_ids: &[UserId]) -> Vec<Uuid> {
    user_ids.iter().map(UserId::as_uuid).collect()
}
