//! The gRPC door: parses a request, calls one operation, converts the answer.

pub mod block;
mod failure;
pub mod policy;
pub mod profile;
pub mod report;
pub mod request;
pub mod response;
pub mod social_graph;
pub mod standing;
