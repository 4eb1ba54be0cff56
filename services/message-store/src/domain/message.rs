//! Messages: what is stored, and what may be sent.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use pulse_types::{AttachmentId, ConversationId, InvalidId, MessageId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::attachment::Attachment;
use crate::domain::conversation::UnknownValue;
use crate::domain::person::Person;
use crate::domain::reaction::Reaction;
use crate::domain::system::SystemNote;

/// Longest body, in Unicode scalar values.
pub const BODY_MAX: usize = 4000;

/// What a client named its message, so that a repeat is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientId(Uuid);

impl ClientId {
    /// The name that a UUID stands for.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The bare UUID, for the database.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ClientId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Only the hyphenated spelling, as for all ids.
        if text.len() != 36 {
            return Err(InvalidId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
    }
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Written by a person.
    Text,
    /// Written by the service.
    System,
}

impl MessageKind {
    /// The text in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::System => "system",
        }
    }
}

impl FromStr for MessageKind {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "system" => Ok(Self::System),
            other => Err(UnknownValue(other.to_owned())),
        }
    }
}

/// A body that can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Nothing in it.
    #[error("is required")]
    Empty,
    /// Nothing but white space.
    #[error("must hold more than white space")]
    Blank,
    /// More than [`BODY_MAX`] characters.
    #[error("must be at most {BODY_MAX} characters")]
    TooLong,
    /// U+0000, which can't be stored.
    #[error("must not contain U+0000")]
    Nul,
}

/// A body that may be stored: trimmed, 1..4000 characters, no U+0000; empty only beside files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Trims a text and checks it. Nothing else is changed.
    ///
    /// # Errors
    /// [`BodyFault`].
    pub fn parse(text: &str) -> Result<Self, BodyFault> {
        if text.is_empty() {
            return Err(BodyFault::Empty);
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(BodyFault::Blank);
        }
        // As many bytes as characters at least: the count is needed for long texts alone.
        if trimmed.len() > BODY_MAX && trimmed.chars().count() > BODY_MAX {
            return Err(BodyFault::TooLong);
        }
        if trimmed.contains('\0') {
            return Err(BodyFault::Nul);
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The same of a message with files, which needs no text.
    ///
    /// # Errors
    /// [`BodyFault::TooLong`] or [`BodyFault::Nul`].
    pub fn parse_beside_files(text: &str) -> Result<Self, BodyFault> {
        match Self::parse(text) {
            Err(BodyFault::Empty | BodyFault::Blank) => Ok(Self(String::new())),
            parsed => parsed,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message on its way into a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The id it gets if it is not a repeat.
    pub message_id: MessageId,
    /// What the sender named it.
    pub client_id: ClientId,
    /// What it says.
    pub body: Body,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// Its files, in their order.
    pub attachment_ids: Vec<AttachmentId>,
}

impl NewMessage {
    /// What a repeat is compared with.
    #[must_use]
    pub fn digest(&self) -> SentDigest {
        SentDigest::of(self.body.as_str(), self.reply_to, &self.attachment_ids)
    }
}

/// SHA-256 of what was first sent: it tells a repeat when the message itself has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentDigest([u8; 32]);

impl SentDigest {
    fn of(body: &str, reply_to: Option<MessageId>, attachment_ids: &[AttachmentId]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        // Each part says where it ends.
        context.update(&(body.len() as u64).to_be_bytes());
        context.update(body.as_bytes());
        context.update(reply_to.map(|id| id.as_uuid()).unwrap_or_default().as_bytes());
        for attachment_id in attachment_ids {
            context.update(attachment_id.as_uuid().as_bytes());
        }
        let mut bytes = [0; 32];
        for (byte, value) in bytes.iter_mut().zip(context.finish().as_ref()) {
            *byte = *value;
        }
        Self(bytes)
    }

    /// The digest that the database holds.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// For the database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// Which one.
    pub message_id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Who wrote it.
    pub sender_id: Option<UserId>,
    /// Its first 120 characters; empty once it is deleted.
    pub excerpt: String,
}

/// Earlier bodies of one message that are shown.
pub const EDITS_MAX: i64 = 100;

/// An earlier body of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What it said.
    pub body: String,
    /// The conversation's version at which that was written.
    pub version: i64,
    /// When.
    pub written_at: OffsetDateTime,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which one.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position, from 1, dense.
    pub seq: i64,
    /// The conversation's version of its last change.
    pub version: i64,
    /// Who wrote it; nobody for system messages.
    pub sender_id: Option<UserId>,
    /// How they are shown; none for system messages and people who are gone.
    pub sender: Option<Person>,
    /// None for system messages.
    pub client_id: Option<ClientId>,
    /// What it is.
    pub kind: MessageKind,
    /// What it says; empty once deleted.
    pub body: String,
    /// The message it answers.
    pub reply_to: Option<ReplyTo>,
    /// Whom it mentions.
    pub mentions: Vec<UserId>,
    /// Its files, in the order in which they were sent.
    pub attachments: Vec<Attachment>,
    /// Its reactions, the first ones first.
    pub reactions: Vec<Reaction>,
    /// What a system message tells.
    pub system: Option<SystemNote>,
    /// When it was stored, to the millisecond; never before the one before it.
    pub created_at: OffsetDateTime,
    /// When it was edited last.
    pub edited_at: Option<OffsetDateTime>,
    /// When it was deleted.
    pub deleted_at: Option<OffsetDateTime>,
}

impl Message {
    /// Whether the service wrote it.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        matches!(self.kind, MessageKind::System)
    }

    /// What a repeat of it as it stands is compared with.
    #[must_use]
    pub fn digest(&self) -> SentDigest {
        let attachment_ids: Vec<_> =
            self.attachments.iter().map(|attachment| attachment.attachment_id).collect();
        let reply_to = self.reply_to.as_ref().map(|reply| reply.message_id);
        SentDigest::of(&self.body, reply_to, &attachment_ids)
    }

    /// The same as nobody in particular sees it.
    #[must_use]
    pub fn shared(&self) -> Self {
        let mut shared = self.clone();
        for reaction in &mut shared.reactions {
            reaction.is_mine = false;
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_body_is_trimmed_and_otherwise_kept(text in "\\PC{0,50}") {
            match Body::parse(&text) {
                Ok(body) => prop_assert_eq!(body.as_str(), text.trim()),
                Err(fault) => prop_assert!(text.trim().is_empty(), "{}", fault),
            }
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(Body::parse(&"é".repeat(BODY_MAX)).is_ok());
        assert!(Body::parse(&format!("  {}  ", "x".repeat(BODY_MAX))).is_ok());
        assert_eq!(Body::parse(&"é".repeat(BODY_MAX + 1)), Err(BodyFault::TooLong));
    }

    #[test]
    fn what_cannot_be_stored_is_refused() {
        assert_eq!(Body::parse(""), Err(BodyFault::Empty));
        assert_eq!(Body::parse(" \n\t "), Err(BodyFault::Blank));
        assert_eq!(Body::parse("a\0b"), Err(BodyFault::Nul));
    }
}
