//! What the service does, one function for each operation.

pub mod announce;
pub mod change;
mod changing;
pub mod command;
mod commit;
pub mod conversation;
pub mod deletion;
pub mod description;
pub mod direct;
pub mod edit;
pub mod erasure;
pub mod export;
pub mod file;
mod flight;
pub mod group;
pub mod housekeeping;
pub mod mark;
pub mod member;
pub mod membership;
pub mod message;
pub mod ownership;
pub mod page;
pub mod person;
pub mod picture;
pub mod position;
pub mod presence;
pub mod reaction;
pub mod receipt;
pub mod relationship;
pub mod repeat;
pub mod room;
pub mod search;
pub mod sweep;
pub mod sync;
mod traces;
pub mod upload;
pub mod writer;

pub use changing::ChangeError;

use std::sync::Arc;

use pulse_types::{Clock, CursorKey};

use crate::domain::address::{Addresses, Signer};
use crate::domain::group::Sizes;
use crate::ops::announce::Announcer;
use crate::ops::file::Files;
use crate::ops::page::LatestPages;
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
    /// Writes addresses of files.
    pub addresses: Addresses,
    /// Where the bytes of files stand, and what is taken in.
    pub files: Files,
    /// Where events go after their commit.
    pub announcer: Announcer,
    /// Where commands are stored in batches.
    pub writers: Writers,
    /// How many members groups and rooms may have.
    pub sizes: Sizes,
    /// Newest pages of histories.
    pub pages: Arc<LatestPages>,
}

impl Context {
    /// Gives addresses of files as of now.
    #[must_use]
    pub fn signer(&self) -> Signer {
        self.addresses.signer(self.clock.now())
    }
}
