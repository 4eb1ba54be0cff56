//! What the service publishes and what it consumes.

pub mod account;
pub mod relationship;
