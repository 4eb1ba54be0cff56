//! Calls to other services, with answers turned into domain values.

pub mod message_store;
