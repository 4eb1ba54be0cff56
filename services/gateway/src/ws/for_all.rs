//! A conversation as every member is told of it: without what is one reader's own.

use pulse_types::{ConversationId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::{Conversation, ConversationKind, ConversationState};
use crate::domain::message::Message;
use crate::domain::moment::Moment;

/// A conversation without `my` and `peer`. The other fields are as [`Conversation`] tells.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConversationForAll)]
pub struct ForAll<'a> {
    #[schema(value_type = uuid::Uuid)]
    id: ConversationId,
    kind: ConversationKind,
    #[schema(required = true)]
    title: Option<&'a str>,
    #[schema(required = true)]
    topic: Option<&'a str>,
    #[schema(required = true)]
    avatar_url: Option<&'a str>,
    state: ConversationState,
    #[schema(required = true, value_type = Option<uuid::Uuid>)]
    owner_id: Option<UserId>,
    member_count: u32,
    last_seq: i64,
    version: i64,
    #[schema(required = true)]
    last_message: Option<&'a Message>,
    created_at: Moment,
    updated_at: Moment,
}

impl<'a> From<&'a Conversation> for ForAll<'a> {
    fn from(conversation: &'a Conversation) -> Self {
        Self {
            id: conversation.id,
            kind: conversation.kind,
            title: conversation.title.as_deref(),
            topic: conversation.topic.as_deref(),
            avatar_url: conversation.avatar_url.as_deref(),
            state: conversation.state,
            owner_id: conversation.owner_id,
            member_count: conversation.member_count,
            last_seq: conversation.last_seq,
            version: conversation.version,
            last_message: conversation.last_message.as_ref(),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}
