//! What the service asks of others.

pub mod file_store;
