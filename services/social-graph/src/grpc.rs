//! The gRPC door: parses a request, calls one operation, converts the answer.

mod failure;
pub mod policy;
pub mod profile;
pub mod request;
pub mod response;
pub mod social_graph;
