//! What the service does, where REST and sockets ask for the same.

pub mod message;
pub mod presence;
pub mod typing;
