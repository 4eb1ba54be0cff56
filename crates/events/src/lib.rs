//! What travels over NATS: subjects, event types, how an event is published, consumed, and kept in an outbox until it was.
//!
//! Payloads are in `proto/`. What an event means is in the service that owns its noun.

pub mod ask;
pub mod bus;
pub mod consume;
pub mod event;
pub mod outbox;
pub mod publisher;
pub mod replay;
pub mod streams;
pub mod subjects;

pub use ask::{Question, Questions};
pub use bus::{Bus, BusError, Subscription};
pub use event::{Event, EventType};
pub use outbox::{Outbox, OutboxEntry, Relay, RelayHandle};
pub use publisher::{PublishError, Publisher};
