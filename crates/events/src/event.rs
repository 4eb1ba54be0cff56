//! One event on its way: a type, a payload, and headers with its id and trace.

use async_nats::{HeaderMap, Message};
use bytes::Bytes;
use pulse_runtime::trace_context;
use pulse_types::{Clock, EventId};

const TYPE_HEADER: &str = "Pulse-Type";
const TRACE_HEADER: &str = "traceparent";

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened; decides how the payload is read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventType { $($(#[$doc])* $name,)* }

        impl EventType {
            /// The text in the header and in an outbox.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Reads a header; `None` for types that a newer version of us sends.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

event_types! {
    /// `pulsechat.auth.v1.AccountRegistered`
    AccountRegistered = "account.registered";
    /// `pulsechat.auth.v1.AccountRenamed`
    AccountRenamed = "account.renamed";
    /// `pulsechat.auth.v1.SessionEnded`
    SessionEnded = "session.ended";
    /// `pulsechat.auth.v1.SigningKeyWithdrawn`
    SigningKeyWithdrawn = "signing_key.withdrawn";
    /// Empty: what changed is asked for.
    MeChanged = "me.changed";
    /// `pulsechat.graph.v1.FollowRequested`
    FollowRequested = "follow.requested";
    /// `pulsechat.graph.v1.RelationshipUpdated`
    RelationshipUpdated = "relationship.updated";
    /// `pulsechat.messages.v1.MessageCreated`
    MessageCreated = "message.created";
    /// `pulsechat.messages.v1.MessageUpdated`
    MessageUpdated = "message.updated";
    /// `pulsechat.messages.v1.MessageDeleted`
    MessageDeleted = "message.deleted";
    /// `pulsechat.messages.v1.ReactionUpdated`
    ReactionUpdated = "reaction.updated";
    /// `pulsechat.messages.v1.MemberChanged`
    MemberChanged = "member.changed";
    /// `pulsechat.messages.v1.ConversationCreated`
    ConversationCreated = "conversation.created";
    /// `pulsechat.messages.v1.ConversationUpdated`
    ConversationUpdated = "conversation.updated";
    /// `pulsechat.messages.v1.ConversationRemoved`
    ConversationRemoved = "conversation.removed";
    /// `pulsechat.messages.v1.MarksMoved`
    MarksMoved = "marks.moved";
    /// `pulsechat.gateway.v1.Typing`
    Typing = "typing";
    /// `pulsechat.gateway.v1.PresenceChanged`
    PresenceChanged = "presence.changed";
}

/// An event as it is published and received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same for each delivery of the event: consumers drop repeats by it.
    pub event_id: EventId,
    /// How the payload is read.
    pub event_type: EventType,
    /// Protobuf.
    pub payload: Bytes,
    /// Trace of the change that caused it; absent while traces are not exported.
    pub traceparent: Option<String>,
}

/// A message that is no event of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableEvent {
    /// Without an id or type: not published by this crate.
    #[error("the message has no event id or type")]
    NoHeaders,
    /// A type of a newer version of us; skip it.
    #[error("unknown event type `{0}`")]
    UnknownType(String),
}

impl Event {
    /// A new event in the trace of the current span.
    pub fn new(event_type: EventType, payload: &impl prost::Message, clock: &dyn Clock) -> Self {
        Self {
            event_id: EventId::new(clock),
            event_type,
            payload: payload.encode_to_vec().into(),
            traceparent: trace_context::current(),
        }
    }

    /// The payload.
    ///
    /// # Errors
    /// When it is not the protobuf message that the type says.
    pub fn decode<P: prost::Message + Default>(&self) -> Result<P, prost::DecodeError> {
        P::decode(self.payload.clone())
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, self.event_id.to_string());
        headers.insert(TYPE_HEADER, self.event_type.as_str());
        if let Some(traceparent) = &self.traceparent {
            headers.insert(TRACE_HEADER, traceparent.as_str());
        }
        headers
    }

    /// Reads a message of the bus.
    ///
    /// # Errors
    /// [`UnreadableEvent`]; log it and go on.
    pub fn read(message: &Message) -> Result<Self, UnreadableEvent> {
        let headers = message.headers.as_ref().ok_or(UnreadableEvent::NoHeaders)?;
        let event_id = headers
            .get(async_nats::header::NATS_MESSAGE_ID)
            .and_then(|value| value.as_str().parse().ok())
            .ok_or(UnreadableEvent::NoHeaders)?;
        let type_text = headers.get(TYPE_HEADER).ok_or(UnreadableEvent::NoHeaders)?.as_str();
        let event_type =
            EventType::parse(type_text).ok_or_else(|| UnreadableEvent::UnknownType(type_text.to_owned()))?;
        let traceparent = headers.get(TRACE_HEADER).map(|value| value.as_str().to_owned());
        Ok(Self { event_id, event_type, payload: message.payload.clone(), traceparent })
    }
}
