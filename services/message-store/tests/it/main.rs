//! The service through its gRPC door, with a real database and a real broker.

mod app;
mod conversation;
mod fault;
mod mark;
mod message;
mod stream;
mod trace;
