//! What the service does, one function for each operation.

pub mod announce;
mod changing;
pub mod command;
mod commit;
pub mod conversation;
pub mod erasure;
pub mod export;
pub mod mark;
pub mod message;
pub mod person;
pub mod relationship;
pub mod sync;
pub mod writer;

use std::sync::Arc;

use pulse_types::{Clock, CursorKey};

use crate::ops::announce::Announcer;
use crate::ops::writer::Writers;
use crate::store::Db;

/// What the operations work with.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Seals cursors and sync tokens.
    pub cursors: CursorKey,
    /// Where events go after their commit.
    pub announcer: Announcer,
    /// Where commands are stored in batches.
    pub writers: Writers,
}
