//! Redis: keys, their shapes and lifetimes. Losing all of it costs time, never truth.
//!
//! | key | shape | lifetime | file |
//! |---|---|---|---|
//! | `pulse:gateway:online` | sorted set: user id by the Unix time in ms at which their last lease ends | as that of the leases | `online.rs` |
//! | `pulse:gateway:presence:<user_id>` | sorted set: connection id by the Unix time in ms at which its lease ends | 60 s after the last renewal, or the grace if that is longer | `presence.rs` |
//! | `pulse:gateway:rate:<limit>:<subject>` | Unix time in µs from which on the whole quota is free again | until then | `rates.rs` |
//! | `pulse:gateway:sends:<user_id>` | sorted set: conversation and client id by the Unix time in ms of the send | 10 s after the last one | `sends.rs` |
//! | `pulse:gateway:typing:<conversation_id>` | sorted set: user id by the Unix time in ms until which they are typing | 6 s after the last sign | `typing.rs` |

pub mod link;
pub mod online;
pub mod presence;
pub mod rates;
pub mod sends;
pub mod typing;

pub use link::{CacheError, InvalidAddress, Link};
pub use presence::Presence;
pub use rates::Rates;
pub use sends::Sends;
pub use typing::Typing;
