//! Calls to other services.

pub mod oidc;
pub mod social_graph;
