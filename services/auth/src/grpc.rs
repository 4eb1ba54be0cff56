//! The gRPC door: parses requests, calls one operation, converts its answer.

mod auth;
mod convert;
mod failure;
mod policy;

pub use auth::AuthDoor;
pub use policy::POLICY;
