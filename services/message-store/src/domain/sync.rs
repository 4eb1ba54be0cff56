//! Sync tokens: a point in the order of commits, and whose it is.

use pulse_types::UserId;
use serde::{Deserialize, Serialize};

/// The present shape of tokens.
pub const TOKEN_VERSION: u8 = 1;

/// What a token holds. It is sealed before it leaves, so the names are short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncPoint {
    /// The oldest transaction that ran when it was taken: everything older is known to its holder.
    #[serde(rename = "h")]
    pub horizon_xid: i64,
    /// [`TOKEN_VERSION`] of its making.
    #[serde(rename = "v")]
    pub version: u8,
    /// Whose it is.
    #[serde(rename = "u")]
    pub user_id: UserId,
    /// Unix time of its making, in seconds: tokens end after 30 days.
    #[serde(rename = "t")]
    pub taken_at: i64,
}
