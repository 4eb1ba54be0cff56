//! The newest page of a conversation's history, as it is the same for all who read it: without how people are shown, whose
//! reactions are one's own, and addresses of files.

use std::time::Duration;

use deadpool_redis::redis::cmd;
use pulse_types::{AttachmentId, ConversationId, MessageId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::cache::link::{CacheError, Link};
use crate::domain::attachment::Attachment;
use crate::domain::history::{Label, Page};
use crate::domain::message::{ClientId, Message, ReplyTo};
use crate::domain::reaction::Reaction;
use crate::domain::system::SystemNote;

/// How long what nobody asks for stays; for as long what was said stays when Redis could not be told that it is gone.
const LIFETIME: Duration = Duration::from_secs(600);
/// The largest entry, in bytes; a page of long texts is read from the database each time.
const ENTRY_MAX: usize = 256 * 1024;
/// Raised with every change of the shape: another one is not understood, and is no entry.
const FORMAT: u8 = 2;

/// The kept pages.
#[derive(Clone)]
pub struct Pages(Link);

/// No page came out of Redis.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Redis did not answer.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// What stands there is no page of this conversation.
    #[error("the entry can't be read")]
    Spoiled,
}

impl Pages {
    /// Keeps them over this connection.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self(link)
    }

    /// Whether Redis is there, as far as is known.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.0.is_up()
    }

    /// The kept page of a conversation; whether it is of today, its label tells.
    ///
    /// # Errors
    /// [`PageError`].
    pub async fn find(&self, conversation_id: ConversationId) -> Result<Option<Page>, PageError> {
        let found: Option<Vec<u8>> = self.0.ask(cmd("GET").arg(key(conversation_id))).await?;
        found.map(|bytes| decode(conversation_id, &bytes).ok_or(PageError::Spoiled)).transpose()
    }

    /// Keeps a page, unless it is too large.
    ///
    /// # Errors
    /// [`CacheError`]; it may be kept all the same.
    pub async fn put(
        &self,
        conversation_id: ConversationId,
        label: Label,
        messages: &[Message],
    ) -> Result<(), CacheError> {
        let Some(bytes) = encode(conversation_id, label, messages) else { return Ok(()) };
        let seconds = LIFETIME.as_secs();
        self.0.ask(cmd("SET").arg(key(conversation_id)).arg(bytes).arg("EX").arg(seconds)).await
    }

    /// Forgets the page of a conversation.
    ///
    /// # Errors
    /// [`CacheError`]; it may be forgotten all the same, and is when its lifetime ends.
    pub async fn forget(&self, conversation_id: ConversationId) -> Result<(), CacheError> {
        self.0.ask(cmd("DEL").arg(key(conversation_id))).await
    }
}

fn key(conversation_id: ConversationId) -> String {
    format!("pulse:message-store:page:{conversation_id}")
}

#[derive(Serialize, Deserialize)]
struct Entry {
    format: u8,
    conversation_id: ConversationId,
    version: i64,
    changed_xid: i64,
    server_started_at_us: i64,
    messages: Vec<Stored>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    message_id: MessageId,
    seq: i64,
    version: i64,
    sender_id: Option<UserId>,
    client_id: Option<Uuid>,
    kind: String,
    body: String,
    reply_to: Option<StoredReply>,
    mentions: Vec<UserId>,
    attachments: Vec<StoredAttachment>,
    reactions: Vec<(String, u32)>,
    system: Option<StoredNote>,
    created_at_us: i64,
    edited_at_us: Option<i64>,
    deleted_at_us: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredReply {
    message_id: MessageId,
    seq: i64,
    sender_id: Option<UserId>,
    excerpt: String,
}

#[derive(Serialize, Deserialize)]
struct StoredAttachment {
    attachment_id: AttachmentId,
    name: String,
    media_type: String,
    size_bytes: i64,
    dimensions: Option<(u32, u32)>,
    has_thumbnail: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredNote {
    event: String,
    actor_id: Option<UserId>,
    user_id: Option<UserId>,
    title: Option<String>,
    topic: Option<String>,
    role: Option<String>,
}

/// `None` when the entry would be too large.
fn encode(conversation_id: ConversationId, label: Label, messages: &[Message]) -> Option<Vec<u8>> {
    let Label { version, changed_xid, server_started_at } = label;
    let server_started_at_us = micros(server_started_at);
    let messages = messages.iter().map(Stored::of).collect();
    let entry =
        Entry { format: FORMAT, conversation_id, version, changed_xid, server_started_at_us, messages };
    serde_json::to_vec(&entry).ok().filter(|bytes| bytes.len() <= ENTRY_MAX)
}

fn decode(conversation_id: ConversationId, bytes: &[u8]) -> Option<Page> {
    let entry: Entry = serde_json::from_slice(bytes).ok()?;
    if (entry.format, entry.conversation_id) != (FORMAT, conversation_id) {
        return None;
    }
    let label = Label {
        version: entry.version,
        changed_xid: entry.changed_xid,
        server_started_at: at(entry.server_started_at_us)?,
    };
    let messages = entry.messages.into_iter().map(|stored| stored.message(conversation_id));
    Some(Page { label, messages: messages.collect::<Option<_>>()? })
}

impl Stored {
    fn of(message: &Message) -> Self {
        let reply_to = message.reply_to.as_ref().map(|reply| StoredReply {
            message_id: reply.message_id,
            seq: reply.seq,
            sender_id: reply.sender_id,
            excerpt: reply.excerpt.clone(),
        });
        let reactions = message.reactions.iter().map(|reaction| (reaction.emoji.clone(), reaction.count));
        Self {
            message_id: message.message_id,
            seq: message.seq,
            version: message.version,
            sender_id: message.sender_id,
            client_id: message.client_id.map(|client_id| client_id.as_uuid()),
            kind: message.kind.as_str().to_owned(),
            body: message.body.clone(),
            reply_to,
            mentions: message.mentions.clone(),
            attachments: message.attachments.iter().map(StoredAttachment::of).collect(),
            reactions: reactions.collect(),
            system: message.system.as_ref().map(StoredNote::of),
            created_at_us: micros(message.created_at),
            edited_at_us: message.edited_at.map(micros),
            deleted_at_us: message.deleted_at.map(micros),
        }
    }

    fn message(self, conversation_id: ConversationId) -> Option<Message> {
        let reply_to = self.reply_to.map(|reply| ReplyTo {
            message_id: reply.message_id,
            seq: reply.seq,
            sender_id: reply.sender_id,
            excerpt: reply.excerpt,
        });
        let reactions = self.reactions.into_iter();
        Some(Message {
            message_id: self.message_id,
            conversation_id,
            seq: self.seq,
            version: self.version,
            sender_id: self.sender_id,
            sender: None,
            client_id: self.client_id.map(ClientId::from_uuid),
            kind: self.kind.parse().ok()?,
            body: self.body,
            reply_to,
            mentions: self.mentions,
            attachments: self.attachments.into_iter().map(StoredAttachment::attachment).collect(),
            reactions: reactions.map(|(emoji, count)| Reaction { emoji, count, is_mine: false }).collect(),
            system: match self.system {
                Some(note) => Some(note.note()?),
                None => None,
            },
            created_at: at(self.created_at_us)?,
            edited_at: maybe_at(self.edited_at_us)?,
            deleted_at: maybe_at(self.deleted_at_us)?,
        })
    }
}

impl StoredAttachment {
    fn of(attachment: &Attachment) -> Self {
        let Attachment { attachment_id, name, media_type, size_bytes, dimensions, has_thumbnail } =
            attachment.clone();
        Self { attachment_id, name, media_type, size_bytes, dimensions, has_thumbnail }
    }

    fn attachment(self) -> Attachment {
        let Self { attachment_id, name, media_type, size_bytes, dimensions, has_thumbnail } = self;
        Attachment { attachment_id, name, media_type, size_bytes, dimensions, has_thumbnail }
    }
}

impl StoredNote {
    fn of(note: &SystemNote) -> Self {
        Self {
            event: note.event.as_str().to_owned(),
            actor_id: note.actor_id,
            user_id: note.user_id,
            title: note.title.clone(),
            topic: note.topic.clone(),
            role: note.role.map(|role| role.as_str().to_owned()),
        }
    }

    fn note(self) -> Option<SystemNote> {
        let mut note = SystemNote::new(self.event.parse().ok()?, self.actor_id);
        (note.user_id, note.title, note.topic) = (self.user_id, self.title, self.topic);
        note.role = self.role.map(|role| role.parse()).transpose().ok()?;
        Some(note)
    }
}

/// What the database keeps of a time.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or_default()
}

fn at(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

fn maybe_at(micros: Option<i64>) -> Option<Option<OffsetDateTime>> {
    match micros {
        Some(micros) => at(micros).map(Some),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;
    use crate::domain::conversation::Role;
    use crate::domain::message::MessageKind;
    use crate::domain::system::SystemEvent;

    fn label() -> Label {
        let server_started_at = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        Label { version: 9, changed_xid: 700, server_started_at }
    }

    /// A message that has all that a message can have.
    fn full(conversation_id: ConversationId) -> Message {
        let user_id = UserId::new(&SystemClock);
        let now = OffsetDateTime::from_unix_timestamp_nanos(1_790_000_000_123_456_000).unwrap();
        let mut note = SystemNote::new(SystemEvent::RoleChanged, Some(user_id)).to(user_id);
        (note.title, note.role) = (Some("title".to_owned()), Some(Role::Admin));
        Message {
            message_id: MessageId::new(&SystemClock),
            conversation_id,
            seq: 7,
            version: 9,
            sender_id: Some(user_id),
            sender: None,
            client_id: Some(ClientId::from_uuid(Uuid::from_u128(5))),
            kind: MessageKind::Text,
            body: "héllo \u{1}\"".to_owned(),
            reply_to: Some(ReplyTo {
                message_id: MessageId::new(&SystemClock),
                seq: 3,
                sender_id: None,
                excerpt: "what?".to_owned(),
            }),
            mentions: vec![user_id],
            attachments: vec![Attachment {
                attachment_id: AttachmentId::new(&SystemClock),
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                size_bytes: 12,
                dimensions: Some((3, 4)),
                has_thumbnail: true,
            }],
            reactions: vec![Reaction { emoji: "🙂".to_owned(), count: 2, is_mine: false }],
            system: Some(note),
            created_at: now,
            edited_at: Some(now),
            deleted_at: None,
        }
    }

    #[test]
    fn a_page_comes_back_as_it_was_and_only_for_its_conversation() {
        let [conversation_id, other] = [0, 1].map(|_| ConversationId::new(&SystemClock));
        let page = Page { label: label(), messages: vec![full(conversation_id)] };
        let bytes = encode(conversation_id, page.label, &page.messages).unwrap();
        assert_eq!(decode(conversation_id, &bytes), Some(page));
        assert_eq!(decode(other, &bytes), None);
        let text = String::from_utf8(bytes).unwrap();
        let older = text.replace("\"format\":2", "\"format\":1");
        assert_ne!(older, text);
        for spoiled in ["", "null", "{}", &text[..text.len() - 1], &older] {
            assert_eq!(decode(conversation_id, spoiled.as_bytes()), None, "{spoiled}");
        }
    }

    #[test]
    fn a_page_of_long_texts_is_not_kept() {
        let conversation_id = ConversationId::new(&SystemClock);
        let mut message = full(conversation_id);
        message.body = "x".repeat(ENTRY_MAX);
        assert_eq!(encode(conversation_id, label(), &[message]), None);
    }

    #[test]
    fn keys_are_what_other_versions_of_us_read() {
        let conversation_id = "0190a5c6-7c1f-7000-8000-000000000001".parse().unwrap();
        assert_eq!(key(conversation_id), "pulse:message-store:page:0190a5c6-7c1f-7000-8000-000000000001");
    }
}
