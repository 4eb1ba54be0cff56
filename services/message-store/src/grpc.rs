//! The gRPC door: requests are parsed, one op is called, its answer is converted.

mod command_stream;
pub mod convert;
mod failure;
pub mod message_store;
mod parse;
pub mod policy;
pub mod privacy;
