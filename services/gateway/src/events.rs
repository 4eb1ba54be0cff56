//! What the gateway hears over NATS. It publishes nothing.

pub mod inbox;
pub mod sessions;
