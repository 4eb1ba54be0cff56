//! What the gateway hears over NATS. It publishes signs of typing and changes of presence alone; gateways ask one another for their live
//! sockets.

pub mod connections;
pub mod conversation;
pub mod inbox;
pub mod presence;
pub mod sessions;
pub mod typing;
