//! Pieces of rows that several queries share.

use pulse_types::{ConversationId, MessageId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::conversation::{Conversation, Membership};
use crate::domain::mark::Marks;
use crate::domain::message::{ClientId, Message, ReplyTo};
use crate::domain::person::{Pair, Person};
use crate::domain::system::SystemNote;
use crate::store::StoreError;

/// A person out of the columns of an outer join.
pub(super) fn person(
    user_id: Option<Uuid>,
    username: Option<String>,
    display_name: Option<String>,
    avatar_url: Option<String>,
) -> Option<Person> {
    Some(Person {
        user_id: UserId::from_uuid(user_id?),
        username: username?,
        display_name: display_name?,
        avatar_url: avatar_url?,
    })
}

/// A pair out of two columns that are null together.
pub(super) fn pair(low: Option<Uuid>, high: Option<Uuid>) -> Option<Pair> {
    Pair::of(UserId::from_uuid(low?), UserId::from_uuid(high?))
}

/// A message with its sender and the message it answers.
#[derive(Debug)]
pub(super) struct MessageRow {
    pub(super) message_id: Uuid,
    pub(super) conversation_id: Uuid,
    pub(super) seq: i64,
    pub(super) version: i64,
    pub(super) sender_id: Option<Uuid>,
    pub(super) username: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) avatar_url: Option<String>,
    pub(super) client_id: Option<Uuid>,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) reply_message_id: Option<Uuid>,
    pub(super) reply_seq: Option<i64>,
    pub(super) reply_sender_id: Option<Uuid>,
    pub(super) reply_excerpt: Option<String>,
    pub(super) created_at: OffsetDateTime,
    pub(super) edited_at: Option<OffsetDateTime>,
    pub(super) deleted_at: Option<OffsetDateTime>,
    pub(super) mentioned_user_ids: Vec<Uuid>,
    pub(super) attachment_ids: Vec<Uuid>,
    pub(super) has_reactions: bool,
    pub(super) system_event: Option<String>,
    pub(super) system_actor_id: Option<Uuid>,
    pub(super) system_user_id: Option<Uuid>,
    pub(super) system_title: Option<String>,
    pub(super) system_topic: Option<String>,
    pub(super) system_role: Option<String>,
}

/// The answered message out of the columns of an outer join.
pub(super) fn reply_to(
    message_id: Option<Uuid>,
    seq: Option<i64>,
    sender_id: Option<Uuid>,
    excerpt: Option<String>,
) -> Option<ReplyTo> {
    Some(ReplyTo {
        message_id: MessageId::from_uuid(message_id?),
        seq: seq?,
        sender_id: sender_id.map(UserId::from_uuid),
        excerpt: excerpt.unwrap_or_default(),
    })
}

impl MessageRow {
    fn system(&self) -> Result<Option<SystemNote>, StoreError> {
        let Some(event) = self.system_event.as_deref() else { return Ok(None) };
        let corrupt = |_| StoreError::Corrupt { table: "messages", id: self.message_id };
        Ok(Some(SystemNote {
            event: event.parse().map_err(corrupt)?,
            actor_id: self.system_actor_id.map(UserId::from_uuid),
            actor: None,
            user_id: self.system_user_id.map(UserId::from_uuid),
            user: None,
            title: self.system_title.clone(),
            topic: self.system_topic.clone(),
            role: self.system_role.as_deref().map(str::parse).transpose().map_err(corrupt)?,
        }))
    }
}

/// Without attachments, reactions and the people of a system message, which `hydrate` adds.
impl TryFrom<MessageRow> for Message {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, Self::Error> {
        let corrupt = |_| StoreError::Corrupt { table: "messages", id: row.message_id };
        let system = row.system()?;
        Ok(Self {
            message_id: MessageId::from_uuid(row.message_id),
            conversation_id: ConversationId::from_uuid(row.conversation_id),
            seq: row.seq,
            version: row.version,
            kind: row.kind.parse().map_err(corrupt)?,
            sender_id: row.sender_id.map(UserId::from_uuid),
            sender: person(row.sender_id, row.username, row.display_name, row.avatar_url),
            client_id: row.client_id.map(ClientId::from_uuid),
            body: row.body,
            reply_to: reply_to(row.reply_message_id, row.reply_seq, row.reply_sender_id, row.reply_excerpt),
            mentions: row.mentioned_user_ids.into_iter().map(UserId::from_uuid).collect(),
            attachments: Vec::new(),
            reactions: Vec::new(),
            system,
            created_at: row.created_at,
            edited_at: row.edited_at,
            deleted_at: row.deleted_at,
        })
    }
}

/// A conversation with one user's part in it, without its last message.
#[derive(Debug)]
pub(super) struct ConversationRow {
    pub(super) conversation_id: Uuid,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) topic: String,
    pub(super) picture_url: String,
    pub(super) is_closed: bool,
    pub(super) owner_id: Option<Uuid>,
    pub(super) member_count: i32,
    pub(super) last_seq: i64,
    pub(super) version: i64,
    pub(super) created_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) active_at: OffsetDateTime,
    pub(super) role: Option<String>,
    pub(super) joined_at: Option<OffsetDateTime>,
    pub(super) read_seq: Option<i64>,
    pub(super) delivered_seq: Option<i64>,
    pub(super) muted_until: Option<OffsetDateTime>,
    pub(super) is_pinned: Option<bool>,
    pub(super) is_archived: Option<bool>,
    pub(super) mention_count: i64,
    pub(super) peer_id: Option<Uuid>,
    pub(super) username: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) avatar_url: Option<String>,
}

impl ConversationRow {
    fn membership(&self) -> Result<Option<Membership>, StoreError> {
        let Some((role, joined_at)) = self.role.as_deref().zip(self.joined_at) else { return Ok(None) };
        let corrupt = |_| StoreError::Corrupt { table: "members", id: self.conversation_id };
        Ok(Some(Membership {
            role: role.parse().map_err(corrupt)?,
            joined_at,
            marks: Marks {
                read_seq: self.read_seq.unwrap_or_default(),
                delivered_seq: self.delivered_seq.unwrap_or_default(),
            },
            mention_count: self.mention_count,
            muted_until: self.muted_until,
            is_pinned: self.is_pinned.unwrap_or_default(),
            is_archived: self.is_archived.unwrap_or_default(),
        }))
    }
}

impl TryFrom<ConversationRow> for Conversation {
    type Error = StoreError;

    fn try_from(row: ConversationRow) -> Result<Self, Self::Error> {
        let corrupt = |_| StoreError::Corrupt { table: "conversations", id: row.conversation_id };
        let my = row.membership()?;
        Ok(Self {
            conversation_id: ConversationId::from_uuid(row.conversation_id),
            kind: row.kind.parse().map_err(corrupt)?,
            my,
            title: row.title,
            topic: row.topic,
            avatar_url: row.picture_url,
            is_closed: row.is_closed,
            owner_id: row.owner_id.map(UserId::from_uuid),
            member_count: row.member_count,
            last_seq: row.last_seq,
            version: row.version,
            last_message: None,
            peer: person(row.peer_id, row.username, row.display_name, row.avatar_url),
            created_at: row.created_at,
            updated_at: row.updated_at,
            active_at: row.active_at,
        })
    }
}
