//! What the server says unasked.

use pulse_token::Claims;
use pulse_types::{ConnectionId, ConversationId, FollowRequestId, SessionId, UserId};
use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use utoipa::ToSchema;

use crate::domain::conversation::Conversation;
use crate::domain::limits::Limits;
use crate::domain::live::{
    ConversationRemoved, MemberChanged, MessageDeleted, ReactionUpdated, ReceiptUpdated,
};
use crate::domain::message::Message;
use crate::domain::moment::Moment;
use crate::domain::presence::Presence;
use crate::domain::sync::Sync;
use crate::domain::unread::Unread;
use crate::domain::user::{Me, User};
use crate::ws::for_all::ForAll;
use crate::ws::frames::write;

/// What the server says unasked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event<'a> {
    /// The first frame of a socket.
    #[serde(rename = "hello")]
    Hello(&'a Hello),
    /// A message was accepted.
    #[serde(rename = "message.created")]
    MessageCreated(&'a Message),
    /// The user has become a member.
    #[serde(rename = "conversation.created")]
    ConversationCreated(&'a Conversation),
    /// A message was edited.
    #[serde(rename = "message.updated")]
    MessageUpdated(&'a Message),
    /// A message was deleted.
    #[serde(rename = "message.deleted")]
    MessageDeleted(&'a MessageDeleted),
    /// Somebody reacted to a message, or took it back.
    #[serde(rename = "reaction.updated")]
    ReactionUpdated(&'a ReactionUpdated),
    /// Somebody was added.
    #[serde(rename = "member.added")]
    MemberAdded(&'a MemberChanged),
    /// Somebody has another role.
    #[serde(rename = "member.updated")]
    MemberUpdated(&'a MemberChanged),
    /// Somebody is gone.
    #[serde(rename = "member.removed")]
    MemberRemoved(&'a MemberChanged),
    /// What the user chose for themselves changed: complete.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(&'a Conversation),
    /// Title, topic, picture, owner or state changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdatedForAll(Box<ForAll<'a>>),
    /// The user is not in it any more.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved(ConversationRemoved),
    /// A mark moved.
    #[serde(rename = "receipt.updated")]
    ReceiptUpdated(ReceiptUpdated),
    /// What is unread in a conversation changed.
    #[serde(rename = "unread.updated")]
    UnreadUpdated(&'a Unread),
    /// Somebody asks to follow.
    #[serde(rename = "follow.requested")]
    FollowRequested {
        /// The request.
        #[schema(value_type = Uuid)]
        request_id: FollowRequestId,
        /// Who asks.
        user: &'a User,
    },
    /// What is between the user and a person changed.
    #[serde(rename = "relationship.updated")]
    RelationshipUpdated {
        /// The person.
        #[schema(value_type = Uuid)]
        user_id: UserId,
        /// `null` when they are not visible any more.
        #[schema(required = true)]
        user: Option<&'a User>,
    },
    /// Own profile, settings, address or second factor changed.
    #[serde(rename = "me.updated")]
    MeUpdated(&'a Me),
    /// The access token is about to end.
    #[serde(rename = "auth.expiring")]
    AuthExpiring {
        /// When it does.
        access_token_expires_at: Moment,
    },
    /// The process is about to stop.
    #[serde(rename = "server.draining")]
    ServerDraining {
        /// When to come back, from now.
        reconnect_after_ms: u64,
    },
    /// Somebody has begun or stopped typing.
    #[serde(rename = "typing")]
    Typing {
        /// Where.
        #[schema(value_type = Uuid)]
        conversation_id: ConversationId,
        /// Who.
        #[schema(value_type = Uuid)]
        user_id: UserId,
        /// Whether they are typing now.
        active: bool,
    },
    /// Somebody who is watched came, went or is there differently.
    #[serde(rename = "presence.updated")]
    PresenceUpdated(&'a Presence),
    /// Another number of members is online.
    #[serde(rename = "presence.count")]
    PresenceCount {
        /// Where.
        #[schema(value_type = Uuid)]
        conversation_id: ConversationId,
        /// How many.
        online_count: u32,
    },
    /// Something was missed.
    #[serde(rename = "sync.required")]
    SyncRequired {
        /// Whose changes are to be asked for; absent: all, from the own token.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<Vec<Uuid>>, nullable = false)]
        conversation_ids: Option<&'a [ConversationId]>,
    },
    /// Something went down or came back.
    #[serde(rename = "server.degraded")]
    ServerDegraded {
        /// What is down now.
        #[schema(value_type = Vec<String>)]
        degraded: &'a [&'static str],
    },
    /// What changed since a position; event streams only.
    #[serde(rename = "sync")]
    Sync(&'a Sync),
    /// The stream ends; event streams only.
    #[serde(rename = "closing")]
    Closing {
        /// As a socket would be closed with.
        code: u16,
        /// For people who debug a client.
        reason: &'a str,
    },
}

/// Data of `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hello {
    /// This socket.
    #[schema(value_type = Uuid)]
    pub connection_id: ConnectionId,
    /// Whose it is.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// Of which device.
    #[schema(value_type = Uuid)]
    pub session_id: SessionId,
    /// The server's clock.
    pub server_time: Moment,
    /// How often the server pings.
    pub heartbeat_interval_ms: u64,
    /// From before the first event.
    pub sync_token: String,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
    /// What is down.
    #[schema(value_type = Vec<String>)]
    pub degraded: Vec<&'static str>,
    /// As in GET /v1/config.
    pub limits: Limits,
    /// When the access token ends.
    pub access_token_expires_at: Moment,
}

/// The end of an access token.
#[must_use]
pub fn expires_at(claims: &Claims) -> Moment {
    time::OffsetDateTime::from_unix_timestamp(claims.exp).unwrap_or(time::OffsetDateTime::UNIX_EPOCH).into()
}

/// An event on the wire.
#[must_use]
pub fn event(event: &Event<'_>) -> Utf8Bytes {
    write(event)
}
