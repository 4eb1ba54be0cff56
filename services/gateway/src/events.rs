//! What the gateway hears over NATS. It publishes no events; gateways ask one another for their live sockets.

pub mod connections;
pub mod inbox;
pub mod sessions;
