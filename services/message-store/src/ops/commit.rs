//! One batch, one transaction: lock, read, decide, write, commit. Five round trips, and one more each when a group is among
//! the conversations, a command is a repeat, a text may mention somebody or does, a message has files.

use std::collections::HashMap;
use std::sync::Arc;

use pulse_events::{OutboxEntry, subjects};
use pulse_runtime::trace_context;
use pulse_types::clock::to_millisecond;
use pulse_types::{Clock, ConversationId, MessageId};
use tracing::Span;

use crate::domain::batch::{self, Command, Found, Marked, Outcome, Plan};
use crate::domain::change::{Change, MarksMoved};
use crate::domain::conversation::{Head, INBOX_FANOUT_MAX, Refusal};
use crate::domain::message::Message;
use crate::domain::person::Pair;
use crate::domain::upload::{Posted, UNUSED_FOR};
use crate::ops::announce::{Announcer, observers, user_subjects};
use crate::store::batch::Writes;
use crate::store::outbox::NewEntry;
use crate::store::{self, Conn, StoreError};

/// What is committed together.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub(super) commands: &'a [Command],
    /// One for each command, or none at all while traces are not exported.
    pub(super) traceparents: &'a [Option<String>],
}

/// What was committed.
pub(super) struct Committed {
    /// One for each command.
    pub(super) outcomes: Vec<Result<Outcome, Refusal>>,
    /// To be published now.
    pub(super) entries: Vec<OutboxEntry>,
    /// False when there was nothing to write.
    pub(super) has_written: bool,
}

/// The traces of commands, or nothing when none is traced.
pub(super) fn traceparents<'a>(spans: impl Iterator<Item = &'a Span> + Clone) -> Vec<Option<String>> {
    if spans.clone().all(Span::is_disabled) {
        return Vec::new();
    }
    spans.map(trace_context::of).collect()
}

pub(super) async fn commit(
    conn: &mut Conn,
    batch: Batch<'_>,
    clock: &dyn Clock,
    announcer: &Announcer,
) -> Result<Committed, StoreError> {
    let mut conversation_ids: Vec<_> = batch.commands.iter().map(|command| command.conversation_id).collect();
    conversation_ids.sort_unstable();
    conversation_ids.dedup();

    let mut tx = store::begin(conn).await?;
    let heads = store::batch::lock_heads(&mut tx, &conversation_ids).await?;
    // Read under the locks, so that times rise with positions.
    let now = to_millisecond(clock.now());
    let facts = store::batch::facts(&mut tx, &heads, batch.commands).await?;
    let named = store::mention::find_members(&mut tx, &batch::names(batch.commands)).await?;
    let wanted = batch::wanted_uploads(batch.commands);
    let uploads = store::attachment::lock_unused(&mut tx, &wanted, now - UNUSED_FOR).await?;
    let uploads = uploads.into_iter().map(|upload| (upload.attachment.attachment_id, upload)).collect();
    let audiences = audiences(&mut tx, &heads).await?;
    let plan = batch::plan(Found { heads, facts, named, uploads }, batch.commands, now);
    if plan.messages.is_empty() && plan.marks.is_empty() {
        tx.rollback().await?;
        return Ok(Committed { outcomes: plan.outcomes, entries: Vec::new(), has_written: false });
    }
    let entries = entries(&plan, batch, &audiences, clock, announcer);
    let writes = Writes {
        messages: &plan.messages,
        languages: &plan.languages,
        heads: &plan.heads,
        marks: &plan.marks,
        now,
    };
    let entries = store::batch::write(&mut tx, &writes, entries).await?;
    store::mention::insert(&mut tx, &plan.messages).await?;
    store::attachment::mark_posted(&mut tx, &posted(&plan.messages), now).await?;
    tx.commit().await?;
    Ok(Committed { outcomes: plan.outcomes, entries, has_written: true })
}

/// The files of new messages, which were uploads.
fn posted(messages: &[Arc<Message>]) -> Vec<Posted> {
    let files = messages.iter().flat_map(|message| {
        message.attachments.iter().map(|attachment| Posted {
            attachment_id: attachment.attachment_id,
            conversation_id: message.conversation_id,
            seq: message.seq,
        })
    });
    files.collect()
}

/// Who hears of what.
struct Audiences {
    /// Subjects of the messages of each conversation.
    members: HashMap<ConversationId, Vec<String>>,
    /// The two people of each direct, and whether they are connected.
    pairs: HashMap<ConversationId, (Pair, bool)>,
}

impl Audiences {
    /// Subjects of those who see how far somebody else has come.
    fn observers(&self, moved: MarksMoved) -> Vec<String> {
        let pair = self.pairs.get(&moved.conversation_id).copied();
        observers(moved.conversation_id, moved.user_id, pair)
    }
}

/// The subjects on which the messages of each conversation go. The members of a direct are on its head; those of a group
/// are read; a large conversation has a subject of its own.
async fn audiences(conn: &mut Conn, heads: &[Head]) -> Result<Audiences, StoreError> {
    let mut audiences = HashMap::with_capacity(heads.len());
    let mut pairs = HashMap::with_capacity(heads.len());
    let mut groups = Vec::new();
    for head in heads {
        if let Some(pair) = head.pair {
            audiences.insert(head.conversation_id, user_subjects(pair.both()));
            pairs.insert(head.conversation_id, (pair, head.is_connected));
        } else if head.member_count > INBOX_FANOUT_MAX {
            audiences.insert(head.conversation_id, vec![subjects::conversation(head.conversation_id)]);
        } else {
            groups.push(head.conversation_id);
        }
    }
    if !groups.is_empty() {
        for (conversation_id, user_id) in store::member::list_ids(conn, &groups).await? {
            audiences.entry(conversation_id).or_default().push(subjects::user(user_id));
        }
    }
    Ok(Audiences { members: audiences, pairs })
}

fn entries(
    plan: &Plan,
    batch: Batch<'_>,
    audiences: &Audiences,
    clock: &dyn Clock,
    announcer: &Announcer,
) -> Vec<NewEntry> {
    let traces = traces_of_messages(plan, batch);
    let mut entries = Vec::with_capacity(plan.messages.len() + 2 * plan.marked.len());
    for message in &plan.messages {
        let audience = audiences.members.get(&message.conversation_id).cloned().unwrap_or_default();
        let mut entry = announcer.entry(&Change::MessageCreated(message.clone()), audience, clock);
        entry.event.traceparent = traces.get(&message.message_id).cloned();
        entries.push(entry);
    }
    for Marked { own, shown } in &plan.marked {
        entries.push(announcer.entry(&Change::MarksMoved(*own), user_subjects([own.user_id]), clock));
        if let Some(shown) = shown {
            let subjects = audiences.observers(*own);
            if !subjects.is_empty() {
                entries.push(announcer.entry(&Change::MarksMoved(*shown), subjects, clock));
            }
        }
    }
    entries
}

fn traces_of_messages(plan: &Plan, batch: Batch<'_>) -> HashMap<MessageId, String> {
    let pairs = plan.outcomes.iter().zip(batch.traceparents);
    let sent = pairs.filter_map(|(outcome, traceparent)| match outcome {
        Ok(Outcome::Sent(message)) => Some((message.message_id, traceparent.clone()?)),
        _ => None,
    });
    sent.collect()
}
