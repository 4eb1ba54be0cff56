//! What the service does, one function for each operation. An operation opens and commits its transaction, and afterwards
//! tells the bus and message-store what it changed.

pub mod block;
pub mod connection;
pub mod delivery;
pub mod erasure;
pub mod export;
pub mod follow_request;
pub mod follower;
pub mod mute;
pub mod point;
pub mod profile;
pub mod profile_change;
pub mod relationship;
pub mod report;
pub mod search;
pub mod standing;
mod view;

use std::sync::Arc;

use pulse_events::RelayHandle;
use pulse_types::Clock;

use crate::clients::message_store::MessageStore;
use crate::domain::announcement::Announcement;
use crate::store::Db;
use crate::store::outbox::Addressed;

/// Writes an announcement as an event. `events` knows the shape on the wire; operations only keep the result.
pub type Encode = fn(Announcement, &dyn Clock) -> Addressed;

/// What operations work with. Clones share it all.
#[derive(Clone)]
pub struct Graph {
    /// The truth.
    pub db: Db,
    /// Keeps copies.
    pub message_store: MessageStore,
    /// Publishes what stands in the outbox.
    pub relay: RelayHandle,
    /// Writes announcements as events.
    pub encode: Encode,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}
