//! The only public door: REST and sockets out front, gRPC and events behind. It owns nothing durable.

pub mod config;
pub mod domain;
pub mod json;
