//! Redis: keys, their shapes and lifetimes. Losing all of it costs time, never truth.
//!
//! | key | shape | lifetime | file |
//! |---|---|---|---|
//! | `pulse:gateway:due` | sorted set: user id by the Unix time in ms at which to look at them again | a day after the last write | `presence.rs` |
//! | `pulse:gateway:epoch` | Unix time in ms of the last loss of leases, 0 for none | a day after the last look | `presence.rs` |
//! | `pulse:gateway:online` | sorted set: user id by the Unix time in ms at which their last lease ends; those alone who are seen | a day after the last write | `online.rs` |
//! | `pulse:gateway:person:<user_id>` | hash: what a person chose of their presence, what others see, when they were last there | a day after the last change | `presence.rs` |
//! | `pulse:gateway:presence:<user_id>` | sorted set: lease by the Unix time in ms at which it ends | taken away soon after their end; a day after the last write | `presence.rs` |
//! | `pulse:gateway:rate:<limit>:<subject>` | Unix time in µs from which on the whole quota is free again | until then | `rates.rs` |
//! | `pulse:gateway:sends:<user_id>` | sorted set: conversation and client id by the Unix time in ms of the send | 10 s after the last one | `sends.rs` |
//! | `pulse:gateway:stirred` | the moment at which somebody last came online or went | a day | `presence.rs` |
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
