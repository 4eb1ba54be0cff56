//! Calls to the services behind, with answers turned into the shapes of the public contract.

pub mod auth;
pub mod commands;
pub mod conversations;
pub mod convert;
pub mod files;
pub mod health;
pub mod me;
pub mod membership;
pub mod message_store;
pub mod messages;
pub mod people;
pub mod position;
pub mod sessions;
pub mod sight;
pub mod social_graph;
pub mod standings;
pub mod sync;

pub use auth::Auth;
pub use commands::Commands;
pub use conversations::Conversations;
pub use files::Files;
pub use message_store::MessageStore;
pub use messages::Messages;
pub use people::People;
pub use sessions::Sessions;
pub use social_graph::SocialGraph;
pub use standings::Standings;
pub use sync::Following;

use pulse_proto::common::v1::{PageInfo, PageRequest};
use pulse_rpc::Failure;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageAsk {
    /// Items wanted, 1..100.
    pub limit: u32,
    /// `next_cursor` of the page before; absent for the first.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Where the list goes on; absent on the last page.
    pub next_cursor: Option<String>,
}

impl From<PageAsk> for PageRequest {
    fn from(ask: PageAsk) -> Self {
        Self { limit: ask.limit, cursor: ask.cursor.unwrap_or_default() }
    }
}

/// Turns a page of answers into one of domain values.
fn page<P, T>(
    items: Vec<P>,
    info: Option<PageInfo>,
    read: impl Fn(P) -> Result<T, Failure>,
) -> Result<Page<T>, Failure> {
    let items = items.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: info.map(|info| info.next_cursor).and_then(convert::filled) })
}
