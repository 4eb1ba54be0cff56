//! Every frame that crosses a socket (contract section 7): requests as they are read, answers and events as they are
//! written. What a request does is in `commands/`.

pub mod events;
pub mod replies;
pub mod requests;

use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

pub use events::{Event, Hello, event, expires_at};
pub use replies::{Reply, error, reply};
pub use requests::{Command, Request, parse};

/// Our shapes have only string keys and finite numbers, so writing them can't fail.
fn write(frame: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(frame).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
