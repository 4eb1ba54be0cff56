//! The four statements of a batch: lock the heads, read what the commands are decided on, and write all of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pulse_events::OutboxEntry;
use pulse_types::{ConversationId, MessageId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::batch::{Action, Command, Facts, Repeated};
use crate::domain::change::MarksMoved;
use crate::domain::conversation::Head;
use crate::domain::language::Language;
use crate::domain::mark::Marks;
use crate::domain::message::{Message, SentDigest};
use crate::store::outbox::{Columns, NewEntry, stored};
use crate::store::row::{pair, person, reply_to};
use crate::store::{Conn, StoreError, message};

/// Locks the heads of conversations, in the order of their ids, so that two batches never wait for one another in a
/// circle. Absent ones are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_heads(
    conn: &mut Conn,
    conversation_ids: &[ConversationId],
) -> Result<Vec<Head>, StoreError> {
    let conversation_ids: Vec<Uuid> = conversation_ids.iter().map(ConversationId::as_uuid).collect();
    let rows = sqlx::query!(
        "SELECT conversation_id, kind, is_closed, owner_id, low_user_id, high_user_id, is_connected, member_count, last_seq,
                version, active_at
         FROM conversations WHERE conversation_id = ANY($1)
         ORDER BY conversation_id
         FOR NO KEY UPDATE",
        &conversation_ids,
    )
    .fetch_all(conn)
    .await?;
    let heads = rows.into_iter().map(|row| {
        let corrupt = |_| StoreError::Corrupt { table: "conversations", id: row.conversation_id };
        Ok(Head {
            conversation_id: ConversationId::from_uuid(row.conversation_id),
            kind: row.kind.parse().map_err(corrupt)?,
            is_closed: row.is_closed,
            owner_id: row.owner_id.map(UserId::from_uuid),
            pair: pair(row.low_user_id, row.high_user_id),
            is_connected: row.is_connected,
            member_count: row.member_count,
            last_seq: row.last_seq,
            version: row.version,
            active_at: row.active_at,
        })
    });
    heads.collect()
}

/// What stands in the database about each command, in their order. Read under the locks of [`lock_heads`], by a statement
/// of its own: its snapshot holds all that was committed before the locks were had.
///
/// # Errors
/// [`StoreError`].
pub async fn facts(conn: &mut Conn, heads: &[Head], commands: &[Command]) -> Result<Vec<Facts>, StoreError> {
    let conversation_ids: Vec<Uuid> =
        commands.iter().map(|command| command.conversation_id.as_uuid()).collect();
    let user_ids: Vec<Uuid> = commands.iter().map(|command| command.user_id.as_uuid()).collect();
    let sends = commands.iter().map(|command| match &command.action {
        Action::Send(new) => (Some(new.client_id.as_uuid()), new.reply_to.as_ref().map(MessageId::as_uuid)),
        Action::MarkRead(_) | Action::MarkDelivered(_) => (None, None),
    });
    let (client_ids, reply_ids): (Vec<Option<Uuid>>, Vec<Option<Uuid>>) = sends.unzip();
    let other_ids: Vec<Option<Uuid>> = commands.iter().map(|command| other_of(heads, command)).collect();
    let rows = sqlx::query!(
        r#"SELECT m.read_seq AS "read_seq?", m.delivered_seq AS "delivered_seq?",
                  p.user_id AS "person_id?", p.username AS "username?", p.display_name AS "display_name?",
                  p.avatar_url AS "avatar_url?",
                  p.sends_read_receipts AND COALESCE(o.sends_read_receipts, true) AS shows_read, p.locale AS "locale?",
                  s.seq AS "repeated_seq?", s.sent_digest,
                  r.message_id AS "reply_message_id?", r.seq AS "reply_seq?", r.sender_id AS "reply_sender_id?",
                  left(r.body, 120) AS "reply_excerpt?"
           FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[])
                WITH ORDINALITY AS k (conversation_id, user_id, client_id, reply_id, other_id, place)
           LEFT JOIN members m ON m.conversation_id = k.conversation_id AND m.user_id = k.user_id
           LEFT JOIN people p ON p.user_id = k.user_id
           LEFT JOIN people o ON o.user_id = k.other_id
           LEFT JOIN messages s ON s.conversation_id = k.conversation_id AND s.sender_id = k.user_id
                                AND s.client_id = k.client_id
           LEFT JOIN messages r ON r.conversation_id = k.conversation_id AND r.message_id = k.reply_id
           ORDER BY k.place"#,
        &conversation_ids,
        &user_ids,
        &client_ids as &[Option<Uuid>],
        &reply_ids as &[Option<Uuid>],
        &other_ids as &[Option<Uuid>],
    )
    .fetch_all(&mut *conn)
    .await?;

    let mut facts = Vec::with_capacity(rows.len());
    let mut repeated = Vec::new();
    for (row, command) in rows.into_iter().zip(commands) {
        if let Some(seq) = row.repeated_seq {
            let digest = row.sent_digest.as_deref().and_then(SentDigest::from_bytes);
            repeated.push(Known {
                place: facts.len(),
                sender_id: command.user_id,
                conversation_id: command.conversation_id,
                seq,
                digest,
            });
        }
        facts.push(Facts {
            marks: row
                .read_seq
                .zip(row.delivered_seq)
                .map(|(read_seq, delivered_seq)| Marks { read_seq, delivered_seq }),
            person: person(row.person_id, row.username, row.display_name, row.avatar_url),
            shows_read: row.shows_read.unwrap_or(true),
            language: row.locale.as_deref().map(Language::of),
            repeated: None,
            reply_to: reply_to(row.reply_message_id, row.reply_seq, row.reply_sender_id, row.reply_excerpt),
        });
    }
    add_repeated(conn, &mut facts, &repeated).await?;
    Ok(facts)
}

/// The other one of a direct in which somebody marks: both decide whether it is shown.
fn other_of(heads: &[Head], command: &Command) -> Option<Uuid> {
    if matches!(command.action, Action::Send(_)) {
        return None;
    }
    let head = heads.iter().find(|head| head.conversation_id == command.conversation_id)?;
    let other = head.pair?.both().into_iter().find(|user_id| *user_id != command.user_id)?;
    Some(other.as_uuid())
}

/// A message whose name a command repeats.
struct Known {
    /// Place of the command.
    place: usize,
    /// Who repeats what they sent.
    sender_id: UserId,
    conversation_id: ConversationId,
    seq: i64,
    /// What was first sent, when the message has changed since.
    digest: Option<SentDigest>,
}

/// Repeats are rare, and cost a statement more for each of their senders.
async fn add_repeated(conn: &mut Conn, facts: &mut [Facts], repeated: &[Known]) -> Result<(), StoreError> {
    let mut positions: BTreeMap<UserId, BTreeSet<_>> = BTreeMap::new();
    for known in repeated {
        positions.entry(known.sender_id).or_default().insert((known.conversation_id, known.seq));
    }
    let mut messages = Vec::new();
    for (sender_id, positions) in positions {
        let positions: Vec<_> = positions.into_iter().collect();
        messages.extend(message::list_at(conn, Some(sender_id), &positions).await?);
    }
    for known in repeated {
        let is_it =
            |message: &&Message| message.conversation_id == known.conversation_id && message.seq == known.seq;
        let (Some(message), Some(facts)) = (messages.iter().find(is_it), facts.get_mut(known.place)) else {
            continue;
        };
        let digest = known.digest.unwrap_or_else(|| message.digest());
        facts.repeated = Some(Repeated { message: message.clone(), digest });
    }
    Ok(())
}

/// All that a batch writes.
#[derive(Debug)]
pub struct Writes<'a> {
    /// New messages.
    pub messages: &'a [Arc<Message>],
    /// In which language each of them is written.
    pub languages: &'a [Language],
    /// Heads as they are to be.
    pub heads: &'a [Head],
    /// Marks as they are to be.
    pub marks: &'a [MarksMoved],
    /// Time of the change.
    pub now: OffsetDateTime,
}

/// Writes a batch and its events in one statement, and answers the events with the ids of their rows.
///
/// # Errors
/// [`StoreError`].
pub async fn write(
    conn: &mut Conn,
    writes: &Writes<'_>,
    entries: Vec<NewEntry>,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let messages = MessageColumns::of(writes.messages, writes.languages);
    let heads = HeadColumns::of(writes.heads);
    let marks = MarkColumns::of(writes.marks);
    let events = Columns::of(&entries);
    let outbox_ids = sqlx::query_scalar!(
        "WITH new_messages AS (
             INSERT INTO messages (conversation_id, seq, message_id, version, sender_id, client_id, kind, body,
                                   reply_to_seq, created_at, mentioned_user_ids, attachment_ids, words)
             SELECT conversation_id, seq, message_id, version, sender_id, client_id, kind, body, reply_to_seq, created_at,
                    string_to_array(mentions, ' ')::uuid[], string_to_array(attachments, ' ')::uuid[],
                    CASE WHEN body <> '' THEN to_tsvector('simple', body) || to_tsvector(language::regconfig, body) END
             FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[],
                         $8::text[], $9::bigint[], $10::timestamptz[], $25::text[], $26::text[], $27::text[])
                  AS n (conversation_id, seq, message_id, version, sender_id, client_id, kind, body, reply_to_seq,
                        created_at, mentions, attachments, language)
         ), new_heads AS (
             UPDATE conversations c
             SET last_seq = h.last_seq, version = h.version, updated_at = h.active_at, active_at = h.active_at,
                 changed_xid = pg_current_xact_id()
             FROM UNNEST($11::uuid[], $12::bigint[], $13::bigint[], $14::timestamptz[])
                  AS h (conversation_id, last_seq, version, active_at)
             WHERE c.conversation_id = h.conversation_id
         ), new_marks AS (
             UPDATE members m
             SET read_seq = GREATEST(m.read_seq, k.read_seq), delivered_seq = GREATEST(m.delivered_seq, k.delivered_seq),
                 changed_xid = pg_current_xact_id()
             FROM UNNEST($15::uuid[], $16::uuid[], $17::bigint[], $18::bigint[])
                  AS k (conversation_id, user_id, read_seq, delivered_seq)
             WHERE m.conversation_id = k.conversation_id AND m.user_id = k.user_id
         )
         INSERT INTO outbox (event_id, event_type, subjects, payload, traceparent, created_at)
         SELECT event_id, event_type, string_to_array(subjects, ' '), payload, traceparent, $24
         FROM UNNEST($19::uuid[], $20::text[], $21::text[], $22::bytea[], $23::text[])
              WITH ORDINALITY AS o (event_id, event_type, subjects, payload, traceparent, place)
         ORDER BY place
         RETURNING outbox_id",
        &messages.conversation_ids,
        &messages.seqs,
        &messages.message_ids,
        &messages.versions,
        &messages.sender_ids as &[Option<Uuid>],
        &messages.client_ids as &[Option<Uuid>],
        &messages.kinds,
        &messages.bodies,
        &messages.reply_to_seqs as &[Option<i64>],
        &messages.created_ats,
        &heads.conversation_ids,
        &heads.last_seqs,
        &heads.versions,
        &heads.active_ats,
        &marks.conversation_ids,
        &marks.user_ids,
        &marks.read_seqs,
        &marks.delivered_seqs,
        &events.event_ids,
        &events.event_types,
        &events.subjects,
        &events.payloads,
        &events.traceparents as &[Option<String>],
        writes.now,
        &messages.mentions,
        &messages.attachments,
        &messages.languages,
    )
    .fetch_all(conn)
    .await?;
    Ok(stored(outbox_ids, entries))
}

#[derive(Default)]
struct MessageColumns {
    conversation_ids: Vec<Uuid>,
    seqs: Vec<i64>,
    message_ids: Vec<Uuid>,
    versions: Vec<i64>,
    sender_ids: Vec<Option<Uuid>>,
    client_ids: Vec<Option<Uuid>>,
    kinds: Vec<String>,
    bodies: Vec<String>,
    reply_to_seqs: Vec<Option<i64>>,
    created_ats: Vec<OffsetDateTime>,
    mentions: Vec<String>,
    attachments: Vec<String>,
    languages: Vec<String>,
}

impl MessageColumns {
    fn of(messages: &[Arc<Message>], languages: &[Language]) -> Self {
        let languages = languages.iter().map(|language| language.as_str().to_owned()).collect();
        let mut columns = Self { languages, ..Self::default() };
        for message in messages {
            columns.conversation_ids.push(message.conversation_id.as_uuid());
            columns.seqs.push(message.seq);
            columns.message_ids.push(message.message_id.as_uuid());
            columns.versions.push(message.version);
            columns.sender_ids.push(message.sender_id.map(|sender_id| sender_id.as_uuid()));
            columns.client_ids.push(message.client_id.map(|client_id| client_id.as_uuid()));
            columns.kinds.push(message.kind.as_str().to_owned());
            columns.bodies.push(message.body.clone());
            columns.reply_to_seqs.push(message.reply_to.as_ref().map(|reply| reply.seq));
            columns.created_ats.push(message.created_at);
            columns.mentions.push(joined(message.mentions.iter()));
            let attachments = message.attachments.iter();
            columns.attachments.push(joined(attachments.map(|attachment| attachment.attachment_id)));
        }
        columns
    }
}

/// Ids in one text, as PostgreSQL has no arrays of arrays of different lengths.
fn joined<T: ToString>(ids: impl Iterator<Item = T>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct HeadColumns {
    conversation_ids: Vec<Uuid>,
    last_seqs: Vec<i64>,
    versions: Vec<i64>,
    active_ats: Vec<OffsetDateTime>,
}

impl HeadColumns {
    fn of(heads: &[Head]) -> Self {
        let mut columns = Self::default();
        for head in heads {
            columns.conversation_ids.push(head.conversation_id.as_uuid());
            columns.last_seqs.push(head.last_seq);
            columns.versions.push(head.version);
            columns.active_ats.push(head.active_at);
        }
        columns
    }
}

#[derive(Default)]
struct MarkColumns {
    conversation_ids: Vec<Uuid>,
    user_ids: Vec<Uuid>,
    read_seqs: Vec<i64>,
    delivered_seqs: Vec<i64>,
}

impl MarkColumns {
    fn of(moved: &[MarksMoved]) -> Self {
        let mut columns = Self::default();
        for moved in moved {
            columns.conversation_ids.push(moved.conversation_id.as_uuid());
            columns.user_ids.push(moved.user_id.as_uuid());
            columns.read_seqs.push(moved.marks.read_seq);
            columns.delivered_seqs.push(moved.marks.delivered_seq);
        }
        columns
    }
}
