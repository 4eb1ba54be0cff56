//! Live sockets, as operators see them (contract section 8).

use pulse_types::{ConnectionId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// How a live socket is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// A WebSocket.
    WebSocket,
    /// A stream of server-sent events.
    EventStream,
}

impl Transport {
    /// As it is told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::EventStream => "event_stream",
        }
    }
}

/// One live socket of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSocket {
    /// Whose it is.
    pub user_id: UserId,
    /// `all`, `inbox` or `conversation:<id>`.
    pub scope: String,
    /// How it is spoken to.
    pub transport: Transport,
    /// Its name.
    pub connection_id: ConnectionId,
}

/// The live sockets of one kind that a user has at one gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ConnectionCount {
    /// The gateway's process.
    #[schema(example = "gateway-1")]
    pub pod: String,
    /// Whose they are.
    #[schema(value_type = uuid::Uuid)]
    pub user_id: UserId,
    /// `all`, `inbox` or `conversation:<id>`.
    #[schema(example = "all")]
    pub scope: String,
    /// `websocket` or `event_stream`.
    #[schema(example = "websocket")]
    pub transport: String,
    /// How many.
    #[schema(example = 1)]
    pub count: u32,
}
