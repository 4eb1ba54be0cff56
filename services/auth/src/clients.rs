//! Calls to other services.

pub mod holders;
pub mod oidc;
pub mod social_graph;
