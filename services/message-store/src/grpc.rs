//! The gRPC door: requests are parsed, one op is called, its answer is converted.

pub mod attachment;
mod command_stream;
pub mod conversation;
pub mod convert;
mod failure;
pub mod message;
pub mod message_store;
mod parse;
pub mod policy;
pub mod privacy;
pub mod search;
pub mod sync;
