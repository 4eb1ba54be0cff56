//! What is kept in Redis beside the database: keys, shapes, lifetimes. All of it may be lost, stale or spoiled at any time; who
//! reads it compares its label with the database's.

pub mod link;
pub mod page;
