//! What a batch of commands does to the conversations it touches: decided in one place, in the order of the commands, on
//! what was read under the locks. A command that may not be done is refused alone.

use std::collections::HashMap;
use std::sync::Arc;

use pulse_types::{AttachmentId, ConversationId, UserId};
use time::OffsetDateTime;

use crate::domain::attachment::Attachment;
use crate::domain::change::MarksMoved;
use crate::domain::conversation::{Head, Refusal, require_member};
use crate::domain::language::Language;
use crate::domain::mark::{Marks, RECEIPTS_MEMBERS_MAX};
use crate::domain::mention;
use crate::domain::message::{ClientId, Message, MessageKind, NewMessage, ReplyTo, SentDigest};
use crate::domain::person::Person;
use crate::domain::upload::Upload;

/// What somebody wants done.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// What.
    pub action: Action,
}

/// The kinds of commands.
#[derive(Debug, Clone)]
pub enum Action {
    /// Store a message.
    Send(NewMessage),
    /// Move the read mark up to a position.
    MarkRead(i64),
    /// Move the delivered mark up to a position.
    MarkDelivered(i64),
}

/// What stands in the database about one command.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The user's marks; none when the user is not a member.
    pub marks: Option<Marks>,
    /// How the user is shown; none when that is not known.
    pub person: Option<Person>,
    /// Whether others may know what the user has read; in a direct both decide.
    pub shows_read: bool,
    /// In which language the user writes.
    pub language: Option<Language>,
    /// The message that already has this sender's `client_id`.
    pub repeated: Option<Repeated>,
    /// The message that is answered, if it is of this conversation.
    pub reply_to: Option<ReplyTo>,
}

/// A message whose name comes again.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// As it is now.
    pub message: Message,
    /// What was first sent.
    pub digest: SentDigest,
}

/// All that a batch is decided on, read under the locks.
#[derive(Debug, Default)]
pub struct Found {
    /// The conversations that stand.
    pub heads: Vec<Head>,
    /// What stands about each command, in their order.
    pub facts: Vec<Facts>,
    /// Members by the names that texts mention.
    pub named: HashMap<(ConversationId, String), UserId>,
    /// Uploads that were not used yet, of those that are wanted.
    pub uploads: HashMap<AttachmentId, Upload>,
}

/// What became of a command.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The message was stored.
    Sent(Arc<Message>),
    /// The message had been stored by an earlier command, and is now like this.
    Replayed(Arc<Message>),
    /// The marks as they are now, in a conversation that ends at `last_seq`.
    Marked {
        /// The marks.
        marks: Marks,
        /// Position of the newest message.
        last_seq: i64,
    },
}

/// All that a batch writes, and what to answer.
#[derive(Debug, Default)]
pub struct Plan {
    /// An outcome for each command, in their order.
    pub outcomes: Vec<Result<Outcome, Refusal>>,
    /// New messages; those of one conversation ascend.
    pub messages: Vec<Arc<Message>>,
    /// In which language each of them is written.
    pub languages: Vec<Language>,
    /// Heads that moved.
    pub heads: Vec<Head>,
    /// Marks that moved, by sending or by reading.
    pub marks: Vec<MarksMoved>,
    /// Those of them that moved by a mark: other devices and other people must hear of it.
    pub marked: Vec<Marked>,
}

/// Marks that moved by a mark, for those who hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// As they are.
    pub own: MarksMoved,
    /// As others see them; none when nothing has moved for them.
    pub shown: Option<MarksMoved>,
}

/// The names that the messages of a batch may mention, each once.
#[must_use]
pub fn names(commands: &[Command]) -> Vec<(ConversationId, String)> {
    let mut names = Vec::new();
    for command in commands {
        // Texts without an `@` are most of them.
        if let Action::Send(new) = &command.action
            && new.body.as_str().contains('@')
        {
            let mentions = mention::candidates(new.body.as_str());
            names.extend(mentions.into_iter().flatten().map(|name| (command.conversation_id, name)));
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The uploads that a batch wants to use, each once.
#[must_use]
pub fn wanted_uploads(commands: &[Command]) -> Vec<AttachmentId> {
    let mut ids: Vec<AttachmentId> = Vec::new();
    for command in commands {
        if let Action::Send(new) = &command.action {
            ids.extend(&new.attachment_ids);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Decides a batch. `now` is the time of all its messages.
#[must_use]
pub fn plan(found: Found, commands: &[Command], now: OffsetDateTime) -> Plan {
    let touched = |head: Head| (head.conversation_id, Touched { head, is_moved: false });
    let mut planner = Planner {
        heads: found.heads.into_iter().map(touched).collect(),
        marks: HashMap::new(),
        sent: HashMap::new(),
        named: found.named,
        uploads: found.uploads,
        messages: Vec::new(),
        languages: Vec::new(),
        now,
    };
    let outcomes =
        commands.iter().zip(found.facts).map(|(command, facts)| planner.decide(command, facts)).collect();
    planner.finish(outcomes)
}

struct Touched {
    head: Head,
    is_moved: bool,
}

struct MovingMarks {
    before: Marks,
    marks: Marks,
    shows_read: bool,
    is_moved: bool,
    is_marked: bool,
}

impl MovingMarks {
    fn mark(&mut self, marks: Marks) {
        let has_moved = marks != self.marks;
        self.is_moved |= has_moved;
        self.is_marked |= has_moved;
        self.marks = marks;
    }

    /// What others see of them, if that has moved.
    fn shown(&self, member_count: i32) -> Option<Marks> {
        let [before, now] = [self.before, self.marks].map(|marks| marks.shown(self.shows_read));
        (member_count <= RECEIPTS_MEMBERS_MAX && before != now).then_some(now)
    }
}

struct Planner {
    heads: HashMap<ConversationId, Touched>,
    marks: HashMap<(ConversationId, UserId), MovingMarks>,
    /// Messages of this very batch, to recognise a repeat within it.
    sent: HashMap<(ConversationId, UserId, ClientId), Arc<Message>>,
    named: HashMap<(ConversationId, String), UserId>,
    /// Those that no message of this batch has taken.
    uploads: HashMap<AttachmentId, Upload>,
    messages: Vec<Arc<Message>>,
    languages: Vec<Language>,
    now: OffsetDateTime,
}

impl Planner {
    fn decide(&mut self, command: &Command, facts: Facts) -> Result<Outcome, Refusal> {
        let touched = self.heads.get_mut(&command.conversation_id).ok_or(Refusal::NotFound)?;
        require_member(touched.head.kind, facts.marks.is_some())?;
        let stored = facts.marks.unwrap_or_default();
        let key = (command.conversation_id, command.user_id);
        let moving = self.marks.entry(key).or_insert(MovingMarks {
            before: stored,
            marks: stored,
            shows_read: facts.shows_read,
            is_moved: false,
            is_marked: false,
        });
        let last_seq = touched.head.last_seq;
        match &command.action {
            Action::MarkRead(seq) => {
                moving.mark(moving.marks.read_up_to(*seq, last_seq));
                Ok(Outcome::Marked { marks: moving.marks, last_seq })
            }
            Action::MarkDelivered(seq) => {
                moving.mark(moving.marks.delivered_up_to(*seq, last_seq));
                Ok(Outcome::Marked { marks: moving.marks, last_seq })
            }
            Action::Send(new) => {
                let name = (command.conversation_id, command.user_id, new.client_id);
                if let Some(known) = self.sent.get(&name) {
                    return replay(Arc::clone(known), known.digest(), new);
                }
                if let Some(Repeated { message, digest }) = facts.repeated {
                    return replay(Arc::new(message), digest, new);
                }
                touched.head.require_writable()?;
                if new.reply_to.is_some() && facts.reply_to.is_none() {
                    return Err(Refusal::ReplyToInvalid);
                }
                let attachments = take(&mut self.uploads, &new.attachment_ids, command.user_id)?;
                // Times rise with positions, whatever the machines' clocks say.
                touched.head.active_at = touched.head.active_at.max(self.now);
                let find = |name: &str| self.named.get(&(command.conversation_id, name.to_owned())).copied();
                let mentions = match self.named.is_empty() {
                    true => Vec::new(),
                    false => mention::resolve(new.body.as_str(), command.user_id, find),
                };
                self.languages.push(facts.language.unwrap_or(Language::SIMPLE));
                let message = next_message(&mut touched.head, new, command.user_id);
                let message = Arc::new(Message {
                    sender: facts.person,
                    reply_to: facts.reply_to,
                    mentions,
                    attachments,
                    ..message
                });
                touched.is_moved = true;
                moving.marks = moving.marks.read_up_to(message.seq, message.seq);
                moving.is_moved = true;
                self.sent.insert(name, Arc::clone(&message));
                self.messages.push(Arc::clone(&message));
                Ok(Outcome::Sent(message))
            }
        }
    }

    fn finish(self, outcomes: Vec<Result<Outcome, Refusal>>) -> Plan {
        let (messages, languages) = (self.messages, self.languages);
        let mut plan = Plan { outcomes, messages, languages, ..Plan::default() };
        for ((conversation_id, user_id), moving) in self.marks {
            let own = MarksMoved { conversation_id, user_id, marks: moving.marks };
            if moving.is_moved {
                plan.marks.push(own);
            }
            if moving.is_marked {
                let members = self.heads.get(&conversation_id).map_or(0, |touched| touched.head.member_count);
                let shown = moving.shown(members).map(|marks| MarksMoved { marks, ..own });
                plan.marked.push(Marked { own, shown });
            }
        }
        let moved = self.heads.into_values().filter(|touched| touched.is_moved);
        plan.heads = moved.map(|touched| touched.head).collect();
        plan
    }
}

/// A known `client_id` is answered before any rule on the state of the conversation. A message that carries the very id
/// this command was given was stored by this command, in an attempt whose end nobody saw.
fn replay(known: Arc<Message>, sent: SentDigest, new: &NewMessage) -> Result<Outcome, Refusal> {
    if known.message_id == new.message_id {
        return Ok(Outcome::Sent(known));
    }
    if sent != new.digest() {
        return Err(Refusal::IdempotencyMismatch);
    }
    Ok(Outcome::Replayed(known))
}

/// Takes a sender's uploads out of those that are free: all of them, or none.
fn take(
    uploads: &mut HashMap<AttachmentId, Upload>,
    wanted: &[AttachmentId],
    sender_id: UserId,
) -> Result<Vec<Attachment>, Refusal> {
    let is_free = |id: &AttachmentId| uploads.get(id).is_some_and(|upload| upload.uploader_id == sender_id);
    if let Some(place) = wanted.iter().position(|id| !is_free(id)) {
        return Err(Refusal::AttachmentInvalid(place));
    }
    Ok(wanted.iter().filter_map(|id| uploads.remove(id)).map(|upload| upload.attachment).collect())
}

fn next_message(head: &mut Head, new: &NewMessage, sender_id: UserId) -> Message {
    head.last_seq += 1;
    head.version += 1;
    Message {
        message_id: new.message_id,
        conversation_id: head.conversation_id,
        seq: head.last_seq,
        version: head.version,
        sender_id: Some(sender_id),
        sender: None,
        client_id: Some(new.client_id),
        kind: MessageKind::Text,
        body: new.body.as_str().to_owned(),
        reply_to: None,
        mentions: Vec::new(),
        attachments: Vec::new(),
        reactions: Vec::new(),
        system: None,
        created_at: head.active_at,
        edited_at: None,
        deleted_at: None,
    }
}

#[cfg(test)]
mod tests;
