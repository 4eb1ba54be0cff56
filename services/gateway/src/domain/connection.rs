//! Live sockets, as operators see them (contract section 8).

use pulse_types::UserId;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// `websocket`.
    #[schema(example = "websocket")]
    pub transport: String,
    /// How many.
    #[schema(example = 1)]
    pub count: u32,
}
